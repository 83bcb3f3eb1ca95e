#include "cube/phrase.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "config/base/nearest.h"

static const char unknown_member[] = "(unknown)";

/* A copy of start .. end without the blanks round it; NULL with a fault. */
static const char *
trimmed(struct arena *a, const char *start, const char *end, struct fault *f)
{
    const char *copy;

    while (start < end && *start == ' ')
        start++;
    while (end > start && end[-1] == ' ')
        end--;
    if ((copy = arena_strndup(a, start, (size_t)(end - start))) == NULL)
        fault_set_memory(f);
    return copy;
}

static int
find_dimension(const struct cube_model *m, const char *name, size_t *dimension, struct fault *f)
{
    struct nearest nearest;

    nearest_init(&nearest, name);
    for (size_t i = 0; i < m->dimension_count; i++) {
        if (strcmp(name, m->dimensions[i].name) == 0) {
            *dimension = i;
            return 0;
        }
        nearest_offer(&nearest, m->dimensions[i].name);
    }
    fault_set(f, FAULT_DATA, "no dimension is named '%.200s'", name);
    return nearest_hint(&nearest, f);
}

static int
find_level(const struct cube_dimension *d, const char *name, size_t *level, struct fault *f)
{
    struct nearest nearest;

    nearest_init(&nearest, name);
    for (size_t i = 0; i < d->level_count; i++) {
        if (strcmp(name, d->levels[i].name) == 0) {
            *level = i;
            return 0;
        }
        nearest_offer(&nearest, d->levels[i].name);
    }
    fault_set(f, FAULT_DATA, "dimension '%s' has no level '%.200s'", d->name, name);
    return nearest_hint(&nearest, f);
}

/* "Dimension.Level" or "Dimension" from start to end. */
static int
find_reference(const struct cube_model *m, struct arena *a, const char *start, const char *end,
    struct cube_level_ref *ref, struct fault *f)
{
    const char *dot = memchr(start, '.', (size_t)(end - start));
    const char *name = trimmed(a, start, dot == NULL ? end : dot, f);

    if (name == NULL || find_dimension(m, name, &ref->dimension, f) != 0)
        return -1;
    ref->level = m->dimensions[ref->dimension].level_count - 1;
    if (dot == NULL)
        return 0;
    name = trimmed(a, dot + 1, end, f);
    return name == NULL ? -1 : find_level(&m->dimensions[ref->dimension], name, &ref->level, f);
}

/* The comma behind the piece at `at`, or the end of the text. */
static const char *
piece_end(const char *at)
{
    return at + strcspn(at, ",");
}

int
phrase_levels(const struct cube_model *m, const char *text, struct arena *a,
    struct cube_level_ref **levels, size_t *count, struct fault *f)
{
    const char *end;

    for (const char *at = text;; at = end + 1) {
        struct cube_level_ref *added = arena_append(a, levels, count, sizeof *added);

        end = piece_end(at);
        if (added == NULL)
            return fault_set_memory(f);
        if (find_reference(m, a, at, end, added, f) != 0)
            return -1;
        if (*end == '\0')
            return 0;
    }
}

static int
find_measure(const struct cube_model *m, const char *name, size_t *measure, struct fault *f)
{
    struct nearest nearest;

    nearest_init(&nearest, name);
    for (size_t i = 0; i < m->measure_count; i++) {
        if (strcmp(name, m->measures[i].name) == 0) {
            *measure = i;
            return 0;
        }
        nearest_offer(&nearest, m->measures[i].name);
    }
    *measure = CUBE_ROW_COUNT;
    if (strcmp(name, CUBE_ROW_COUNT_NAME) == 0)
        return 0;
    nearest_offer(&nearest, CUBE_ROW_COUNT_NAME);
    fault_set(f, FAULT_DATA, "no measure is named '%.200s'", name);
    return nearest_hint(&nearest, f);
}

int
phrase_measures(const struct cube_model *m, const char *text, struct arena *a, size_t **measures,
    size_t *count, struct fault *f)
{
    const char *end;

    for (const char *at = text;; at = end + 1) {
        size_t *added = arena_append(a, measures, count, sizeof *added);
        const char *name;

        end = piece_end(at);
        if (added == NULL)
            return fault_set_memory(f);
        if ((name = trimmed(a, at, end, f)) == NULL || find_measure(m, name, added, f) != 0)
            return -1;
        if (*end == '\0')
            return 0;
    }
}

static const struct {
    const char *word;
    bool ascending;
} directions[] = {{"asc", true}, {"desc", false}};

/* Takes a direction off the end of the text: returns where the measure's name ends. A measure may
 * be called "Total desc": the whole text is looked at first. */
static const char *
direction_start(const struct cube_model *m, const char *text, bool *ascending)
{
    const char *end = text + strlen(text);
    const char *blank;

    for (size_t i = 0; i < m->measure_count; i++) {
        if (strcmp(m->measures[i].name, text) == 0)
            return end;
    }
    if ((blank = strrchr(text, ' ')) == NULL)
        return end;
    for (size_t i = 0; i < sizeof directions / sizeof directions[0]; i++) {
        if (strcasecmp(blank + 1, directions[i].word) == 0) {
            *ascending = directions[i].ascending;
            return blank;
        }
    }
    return end;
}

int
phrase_order(const struct cube_model *m, const char *text, struct arena *a,
    struct cube_order *order, struct fault *f)
{
    const char *whole = trimmed(a, text, text + strlen(text), f);
    const char *name;

    if (whole == NULL)
        return -1;
    order->ascending = false;
    name = trimmed(a, whole, direction_start(m, whole, &order->ascending), f);
    return name == NULL ? -1 : find_measure(m, name, &order->measure, f);
}

/* The value after the opening quote; moves `at` behind the closing one. */
static int
read_quoted(const char **at, struct arena *a, struct cube_slice *slice, struct fault *f)
{
    const char *from = *at;
    char *value = arena_alloc(a, strlen(from) + 1);

    if (value == NULL)
        return fault_set_memory(f);
    slice->text = value;
    for (; *from != '"' || from[1] == '"'; from++) {
        if (*from == '\0')
            return fault_set(f, FAULT_USAGE, "a quoted value is not closed: \"%.200s", *at);
        from += *from == '"';
        *value++ = *from;
    }
    *at = from + 1;
    return 0;
}

static int
read_plain(const char **at, struct arena *a, struct cube_slice *slice, struct fault *f)
{
    const char *end = piece_end(*at);

    if ((slice->text = trimmed(a, *at, end, f)) == NULL)
        return -1;
    if (slice->text[0] == '\0' || strcmp(slice->text, unknown_member) == 0)
        slice->text = NULL;
    *at = end;
    return 0;
}

static int
read_slice(const struct cube_model *m, const char **at, struct arena *a, struct cube_slice *slice,
    struct fault *f)
{
    const char *name_end = *at + strcspn(*at, "=,");

    if (*name_end != '=') {
        fault_set(f, FAULT_USAGE, "'%.*s' is not of the form DIMENSION.LEVEL=VALUE",
            (int)(name_end - *at < 200 ? name_end - *at : 200), *at);
        return fault_hint(f, "put a value that holds a comma in double quotes");
    }
    if (find_reference(m, a, *at, name_end, &slice->level, f) != 0)
        return -1;
    *at = name_end + 1 + strspn(name_end + 1, " ");
    if (**at != '"')
        return read_plain(at, a, slice, f);
    *at += 1;
    if (read_quoted(at, a, slice, f) != 0)
        return -1;
    *at += strspn(*at, " ");
    if (**at != ',' && **at != '\0')
        return fault_set(f, FAULT_USAGE, "text after a quoted value: '%.200s'", *at);
    return 0;
}

int
phrase_slices(const struct cube_model *m, const char *text, struct arena *a,
    struct cube_slice **slices, size_t *count, struct fault *f)
{
    for (const char *at = text;; at++) {
        struct cube_slice *added = arena_append(a, slices, count, sizeof *added);

        if (added == NULL)
            return fault_set_memory(f);
        if (read_slice(m, &at, a, added, f) != 0)
            return -1;
        if (*at == '\0')
            return 0;
    }
}
