#include "etl/event/naming.h"

#include <string.h>
#include <strings.h>

#include "config/definition/name.h"
#include "etl/event/utf8.h"

void
naming_init(struct naming *n, struct arena *memory)
{
    *n = (struct naming){.memory = memory, .taken = NAMES_INIT};
}

void
naming_release(struct naming *n)
{
    names_release(&n->taken);
}

static void
lower(char *text)
{
    for (; *text != '\0'; text++) {
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
    }
}

/* 1 when the name was free and is taken now, 0 when it was taken already, -1. */
static int
take(struct naming *n, const char *name, struct fault *f)
{
    char *folded = arena_strdup(n->memory, name);
    size_t known = n->taken.count;
    size_t number;

    if (folded == NULL)
        return fault_set_memory(f);
    lower(folded);
    if ((number = names_add(&n->taken, folded, strlen(folded), f)) == NAMES_NONE)
        return -1;
    return number == known;
}

int
naming_reserve(struct naming *n, const char *name, struct fault *f)
{
    return take(n, name, f) < 0 ? -1 : 0;
}

void
naming_clean(struct text *clean, const char *name, size_t limit)
{
    const char *at = name;
    const char *end = name + strlen(name);
    size_t start = clean->length;
    char between = '\0'; /* what was left out since the last character */

    while (at < end) {
        const char *from = at;
        int32_t c = utf8_next(&at, end);

        if (c < 0)
            break;
        if (!name_takes(c, false)) {
            between = c == ' ' && between != '_' ? ' ' : '_';
            continue;
        }
        if (clean->length == start && !name_takes(c, true))
            text_add_char(clean, '_');
        else if (clean->length > start && between != '\0' && !(between == '_' && c == '_'))
            text_add_char(clean, between);
        between = '\0';
        text_add_bytes(clean, from, (size_t)(at - from));
    }
    if (clean->length > start)
        text_cut(clean, start + utf8_prefix(clean->bytes + start, clean->length - start, limit));
    while (clean->length > start && clean->bytes[clean->length - 1] == ' ')
        text_cut(clean, clean->length - 1);
}

/* The name with a number behind, shortened so that both fit. */
static void
add_numbered(struct text *t, const char *clean, size_t number, size_t limit)
{
    struct text suffix = TEXT_INIT;

    text_add_format(&suffix, "_%zu", number);
    naming_clean(t, clean, limit - suffix.length);
    text_add(t, text_get(&suffix));
    t->failed |= suffix.failed;
    text_release(&suffix);
}

const char *
naming_take(struct naming *n, const char *name, const char *fallback, size_t limit, struct fault *f)
{
    struct text clean = TEXT_INIT;
    struct text tried = TEXT_INIT;
    const char *result = NULL;
    int free_name = 0;

    naming_clean(&clean, name, limit);
    if (clean.length == 0)
        text_add(&clean, fallback);
    for (size_t number = 1; free_name == 0; number++) {
        text_clear(&tried);
        if (number == 1)
            text_add(&tried, text_get(&clean));
        else
            add_numbered(&tried, text_get(&clean), number, limit);
        if (text_check(&clean, f) != 0 || text_check(&tried, f) != 0)
            free_name = -1;
        else if (!name_is_reserved(text_get(&tried)))
            free_name = take(n, text_get(&tried), f);
    }
    if (free_name == 1 && (result = arena_strdup(n->memory, text_get(&tried))) == NULL)
        fault_set_memory(f);
    text_release(&tried);
    text_release(&clean);
    return result;
}

const char *
naming_id(struct arena *memory, const char *prefix, const char *name, struct fault *f)
{
    char *id = arena_printf(memory, "%s_%s", prefix, name);

    if (id == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    for (char *c = id; *c != '\0'; c++) {
        if (*c == ' ' || (unsigned char)*c >= 0x80)
            *c = '_';
    }
    return id;
}

/* Cuts one known ending off; false when there is none. */
static bool
cut_ending(const char *base, size_t *length)
{
    static const char *const endings[] = {
        ".gz", ".zst", ".xz", ".bz2", ".xes", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".txt"};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t size = strlen(endings[i]);

        if (*length > size && strncasecmp(base + *length - size, endings[i], size) == 0) {
            *length -= size;
            return true;
        }
    }
    return false;
}

void
naming_of_file(struct text *name, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash == NULL ? path : slash + 1;
    size_t length = strlen(base);
    bool word_begins = true;

    while (cut_ending(base, &length))
        ;
    for (size_t i = 0; i < length; i++) {
        char c = base[i];

        if (strchr("-_. ", c) != NULL) {
            word_begins = true;
            continue;
        }
        text_add_char(name, (char)(word_begins && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
        word_begins = false;
    }
}
