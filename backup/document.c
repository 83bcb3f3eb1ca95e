#include "backup/document.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/moment.h"
#include "config/base/number.h"

xmlDoc *
document_read(
    const struct text *bytes, const char *name, const char *root, const char *uri, struct fault *f)
{
    struct findings list = FINDINGS_INIT(name);
    xmlDoc *document = markup_read(text_get(bytes), bytes->length, &list, f);
    const xmlNode *element = document == NULL ? NULL : markup_root(document);

    if (document == NULL && list.count > 0) {
        fault_set(f, FAULT_DATA, "%.*s", (int)strcspn(text_get(&list.lines), "\n"),
            text_get(&list.lines));
    } else if (document != NULL && (strcmp(markup_name(element), root) != 0 ||
                                       strcmp(markup_namespace(element), uri) != 0)) {
        fault_set(f, FAULT_DATA, "%s: the root element is not <%s> of %s", name, root, uri);
        markup_free(document);
        document = NULL;
    }
    findings_release(&list);
    return document;
}

int
document_check_children(const xmlNode *parent, const char *const *names, struct fault *f)
{
    for (const xmlNode *e = markup_first(parent); e != NULL; e = markup_next(e)) {
        const char *const *name = names;

        while (*name != NULL && strcmp(*name, markup_name(e)) != 0)
            name++;
        if (*name == NULL)
            return fault_set(
                f, FAULT_DATA, "line %d: unknown element <%.80s>", markup_line(e), markup_name(e));
    }
    return 0;
}

size_t
document_count(const xmlNode *parent, const char *name)
{
    size_t count = 0;

    for (const xmlNode *e = document_first(parent, name); e != NULL; e = document_next(e))
        count++;
    return count;
}

static xmlNode *
seek(xmlNode *e, const char *name)
{
    while (e != NULL && strcmp(markup_name(e), name) != 0)
        e = markup_next(e);
    return e;
}

xmlNode *
document_first(const xmlNode *parent, const char *name)
{
    return seek(markup_first(parent), name);
}

xmlNode *
document_next(const xmlNode *element)
{
    return seek(markup_next(element), markup_name(element));
}

static int
malformed(const xmlNode *element, const char *attribute, struct fault *f)
{
    const char *value = markup_attribute(element, attribute);

    if (value == NULL)
        return fault_set(f, FAULT_DATA, "line %d: <%s> has no attribute %s", markup_line(element),
            markup_name(element), attribute);
    return fault_set(f, FAULT_DATA, "line %d: %s=\"%.80s\" of <%s> is malformed",
        markup_line(element), attribute, value, markup_name(element));
}

int
document_get_optional(const xmlNode *element, const char *attribute, struct arena *a,
    const char **value, struct fault *f)
{
    const char *raw = markup_attribute(element, attribute);

    *value = raw == NULL ? NULL : arena_strdup(a, raw);
    return raw != NULL && *value == NULL ? fault_set_memory(f) : 0;
}

int
document_get_text(const xmlNode *element, const char *attribute, struct arena *a,
    const char **value, struct fault *f)
{
    if (document_get_optional(element, attribute, a, value, f) != 0)
        return -1;
    return *value == NULL ? malformed(element, attribute, f) : 0;
}

int
document_get_int(const xmlNode *element, const char *attribute, int64_t *value, struct fault *f)
{
    const char *raw = markup_attribute(element, attribute);

    if (raw == NULL || number_parse_int(raw, strlen(raw), value) != 0)
        return malformed(element, attribute, f);
    return 0;
}

int
document_get_uint(const xmlNode *element, const char *attribute, uint64_t *value, struct fault *f)
{
    int64_t number = 0;

    if (document_get_int(element, attribute, &number, f) != 0)
        return -1;
    *value = (uint64_t)number;
    return number < 0 ? malformed(element, attribute, f) : 0;
}

int
document_get_bool(const xmlNode *element, const char *attribute, bool *value, struct fault *f)
{
    static const char *const names[] = {"false", "true"};
    int index = 0;

    if (document_get_choice(element, attribute, names, 2, &index, f) != 0)
        return -1;
    *value = index == 1;
    return 0;
}

int
document_get_time(const xmlNode *element, const char *attribute, int64_t *value, struct fault *f)
{
    const char *raw = markup_attribute(element, attribute);

    if (raw == NULL || moment_parse(raw, strlen(raw), 0, value) != 0)
        return malformed(element, attribute, f);
    return 0;
}

int
document_get_sum(const xmlNode *element, const char *attribute, uint64_t *value, struct fault *f)
{
    const char *raw = markup_attribute(element, attribute);

    if (raw == NULL || strlen(raw) != 16 || strspn(raw, "0123456789abcdef") != 16)
        return malformed(element, attribute, f);
    *value = strtoull(raw, NULL, 16);
    return 0;
}

int
document_get_sha256(
    const xmlNode *element, const char *attribute, char sha256[DIGEST_HEX_BYTES], struct fault *f)
{
    const char *raw = markup_attribute(element, attribute);

    if (raw == NULL || strlen(raw) != DIGEST_HEX_BYTES - 1 ||
        strspn(raw, "0123456789abcdef") != DIGEST_HEX_BYTES - 1)
        return malformed(element, attribute, f);
    memcpy(sha256, raw, DIGEST_HEX_BYTES);
    return 0;
}

int
document_get_choice(const xmlNode *element, const char *attribute, const char *const *names,
    int count, int *value, struct fault *f)
{
    const char *raw = markup_attribute(element, attribute);

    for (*value = 0; raw != NULL && *value < count; (*value)++) {
        if (strcmp(raw, names[*value]) == 0)
            return 0;
    }
    return malformed(element, attribute, f);
}

void
document_set_bool(struct markup_writer *w, const char *attribute, bool value)
{
    markup_set(w, attribute, value ? "true" : "false");
}

void
document_set_time(struct markup_writer *w, const char *attribute, int64_t value)
{
    char buffer[MOMENT_TEXT_BYTES];

    markup_set(w, attribute, moment_format(value, buffer));
}

void
document_set_sum(struct markup_writer *w, const char *attribute, uint64_t value)
{
    markup_set_format(w, attribute, "%016" PRIx64, value);
}
