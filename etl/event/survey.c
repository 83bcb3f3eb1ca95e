#include "etl/event/survey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "config/base/number.h"
#include "etl/event/sniff.h"
#include "etl/event/utf8.h"

static void
release_columns(struct names *names, struct survey_column **rows)
{
    for (size_t i = 0; *rows != NULL && i < names->count; i++)
        free((*rows)[i].distinct);
    free(*rows);
    *rows = NULL;
    names_release(names);
}

void
survey_release(struct survey *s)
{
    release_columns(&s->own, &s->own_rows);
    release_columns(&s->others, &s->other_rows);
    free(s->class_rows);
    s->class_rows = NULL;
    names_release(&s->classes);
    text_release(&s->activity);
}

/* XML 1.0, production Char: no control characters but tab and line ends, no U+FFFE and U+FFFF. */
static bool
fits_xml(const char *name, size_t length)
{
    const char *at = name;

    while (at < name + length) {
        int32_t c = utf8_next(&at, name + length);

        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xFFFE || c == 0xFFFF)
            return false;
    }
    return true;
}

/* The number of a name; NAMES_NONE with a fault when it is too long or one too many. */
static size_t
number_of(struct names *names, const char *what, const char *name, size_t length, struct fault *f)
{
    char excerpt[EXCERPT_BYTES];
    size_t number = names_find(names, name, length);
    size_t characters;

    if (number != NAMES_NONE)
        return number;
    utf8_excerpt(name, length, excerpt);
    if (utf8_count(name, length, &characters) != 0) {
        fault_set(f, FAULT_DATA, "%s '%s' is not UTF-8", what, excerpt);
        return NAMES_NONE;
    }
    if (!fits_xml(name, length)) {
        fault_set(f, FAULT_DATA, "%s '%s' holds a character that XML, and so a definition, has not",
            what, excerpt);
        return NAMES_NONE;
    }
    if (length > SURVEY_LIMIT_NAME_BYTES) {
        fault_set(f, FAULT_DATA, "%s '%s' is longer than %d bytes", what, excerpt,
            SURVEY_LIMIT_NAME_BYTES);
        return NAMES_NONE;
    }
    if (names->count == SURVEY_LIMIT_COLUMNS) {
        fault_set(f, FAULT_DATA, "more than %d different names of %s (one more is '%s')",
            SURVEY_LIMIT_COLUMNS, what, excerpt);
        fault_hint(f, "is it the right column for the event class?");
        return NAMES_NONE;
    }
    return names_add(names, name, length, f);
}

struct survey_class *
survey_class(struct survey *s, const char *name, size_t length, struct fault *f)
{
    size_t number = number_of(&s->classes, "event class", name, length, f);

    return number == NAMES_NONE ? NULL : &s->class_rows[number];
}

struct survey_column *
survey_column(struct survey *s, bool of_case, const char *name, size_t length, struct fault *f)
{
    struct names *names = of_case ? &s->own : &s->others;
    size_t known = names->count;
    size_t number = number_of(names, "attribute", name, length, f);
    struct survey_column *c;

    if (number == NAMES_NONE)
        return NULL;
    c = of_case ? &s->own_rows[number] : &s->other_rows[number];
    if (number == known)
        *c = (struct survey_column){.of_case = of_case, .types = SURVEY_ANY};
    return c;
}

/* Numbers written in another way than a number would be ("007", "+5") are codes, not numbers. */
static bool
is_plain_number(const char *bytes, size_t length)
{
    if (length > 0 && *bytes == '-') {
        bytes++;
        length--;
    }
    if (length == 0 || bytes[0] < '0' || bytes[0] > '9')
        return false;
    return bytes[0] != '0' || length == 1 || bytes[1] < '0' || bytes[1] > '9';
}

static bool
is_float(const char *bytes, size_t length)
{
    int64_t whole;
    double number;

    if (number_parse_double(bytes, length, &number) != 0 || !isfinite(number))
        return false;
    /* More digits than 64 bits hold: a code again, which a double would round. */
    return strcspn(bytes, ".eE") < length || number_parse_int(bytes, length, &whole) == 0;
}

static unsigned
types_of(struct survey *s, struct survey_column *c, const char *bytes, size_t length)
{
    unsigned types = 0;
    int64_t number;

    if (c->types & (SURVEY_INT | SURVEY_FLOAT) && is_plain_number(bytes, length)) {
        if (number_parse_int(bytes, length, &number) == 0)
            types |= SURVEY_INT;
        if (is_float(bytes, length))
            types |= SURVEY_FLOAT;
    }
    if (c->types & SURVEY_TIME && zone_parse(&s->zone, bytes, length, &number) == 0) {
        types |= SURVEY_TIME;
        c->time_sum += (double)number;
    }
    return types;
}

static int
grow_distinct(struct survey_column *c, struct fault *f)
{
    size_t room = c->distinct_room == 0 ? 16 : c->distinct_room * 2;
    uint64_t *grown = calloc(room, sizeof *grown);

    if (grown == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < c->distinct_room; i++) {
        size_t slot = c->distinct[i] & (room - 1);

        while (c->distinct[i] != 0 && grown[slot] != 0)
            slot = (slot + 1) & (room - 1);
        if (c->distinct[i] != 0)
            grown[slot] = c->distinct[i];
    }
    free(c->distinct);
    c->distinct = grown;
    c->distinct_room = room;
    return 0;
}

static int
add_distinct(struct survey_column *c, const char *bytes, size_t length, struct fault *f)
{
    uint64_t hash = XXH3_64bits(bytes, length) | 1;
    size_t slot;

    if (c->distinct_count > SURVEY_LIMIT_DISTINCT)
        return 0;
    if (c->distinct_count * 2 >= c->distinct_room && grow_distinct(c, f) != 0)
        return -1;
    slot = hash & (c->distinct_room - 1);
    while (c->distinct[slot] != 0 && c->distinct[slot] != hash)
        slot = (slot + 1) & (c->distinct_room - 1);
    c->distinct_count += c->distinct[slot] == 0;
    c->distinct[slot] = hash;
    return 0;
}

int
survey_add(struct survey *s, struct survey_column *c, const char *bytes, size_t length,
    unsigned types, struct fault *f)
{
    char excerpt[EXCERPT_BYTES];
    size_t characters;

    if (utf8_count(bytes, length, &characters) != 0)
        return fault_set(f, FAULT_DATA, "'%s' is not UTF-8", utf8_excerpt(bytes, length, excerpt));
    c->values++;
    if (characters > c->longest)
        c->longest = characters;
    if (c->types != 0)
        c->types &= types & types_of(s, c, bytes, length);
    return add_distinct(c, bytes, length, f);
}

/* Room for all names at once: their number is bounded, and so the rows never move. */
static int
make_rows(struct survey *s, struct fault *f)
{
    s->class_rows = calloc(SURVEY_LIMIT_COLUMNS, sizeof *s->class_rows);
    s->own_rows = calloc(SURVEY_LIMIT_COLUMNS, sizeof *s->own_rows);
    s->other_rows = calloc(SURVEY_LIMIT_COLUMNS, sizeof *s->other_rows);
    if (s->class_rows == NULL || s->own_rows == NULL || s->other_rows == NULL)
        return fault_set_memory(f);
    return 0;
}

static int
read_format(struct survey *s, const char *path, struct input *in,
    const struct source_options *options, struct fault *f)
{
    switch (s->format) {
    case FORMAT_JSONL:
        return survey_read_jsonl(s, in, options, f);
    case FORMAT_CSV:
        return survey_read_wide(s, in, options, f);
    default:
        return survey_read_log(s, path, in, options, f);
    }
}

int
survey_read(
    struct survey *s, const char *path, const struct source_options *options, struct fault *f)
{
    struct input *in;
    const char *head;
    size_t length;
    int rc = -1;

    *s = (struct survey){.format = options->format};
    if (make_rows(s, f) != 0 || zone_init(&s->zone, options->timezone, f) != 0)
        return -1;
    if ((in = input_open(path, f)) == NULL)
        return -1;
    if (s->format != FORMAT_UNKNOWN || (input_peek(in, &head, &length, f) == 0 &&
                                           sniff_format(head, length, options, &s->format, f) == 0))
        rc = read_format(s, path, in, options, f);
    input_close(in);
    return rc == 0 ? 0 : fault_wrap(f, "'%s'", path);
}
