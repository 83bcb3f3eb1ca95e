#include "cube/model.h"

#include <string.h>

#include "cube/character.h"

static const char *const function_names[CUBE_FUNCTION_COUNT] = {
    [CUBE_COUNT] = "Count",
    [CUBE_SUM] = "Sum",
    [CUBE_AVG] = "Avg",
    [CUBE_MIN] = "Min",
    [CUBE_MAX] = "Max",
};

static const unsigned function_keeps[CUBE_FUNCTION_COUNT] = {
    [CUBE_SUM] = CUBE_KEEP_SUM,
    [CUBE_AVG] = CUBE_KEEP_SUM,
    [CUBE_MIN] = CUBE_KEEP_RANGE,
    [CUBE_MAX] = CUBE_KEEP_RANGE,
};

const char *
cube_function_name(enum cube_function function)
{
    return function < CUBE_FUNCTION_COUNT ? function_names[function] : "?";
}

enum cube_function
cube_function_find(const char *name)
{
    enum cube_function function = CUBE_COUNT;

    while (function < CUBE_FUNCTION_COUNT && strcmp(function_names[function], name) != 0)
        function++;
    return function;
}

/* UTF-8 without control characters. */
static bool
is_plain_text(const char *text)
{
    size_t used;

    for (const char *at = text; *at != '\0'; at += used) {
        uint32_t character = character_read(at, strlen(at), &used);

        if (character == CHARACTER_NONE || character < 0x20 || character == 0x7F)
            return false;
    }
    return true;
}

static int
check_name(const char *what, const char *name, struct fault *f)
{
    if (name == NULL || name[0] == '\0')
        return fault_set(f, FAULT_DATA, "a %s has no name", what);
    if (strlen(name) > CUBE_NAME_LIMIT_BYTES)
        return fault_set(f, FAULT_DATA, "the name of %s '%.40s...' is too long", what, name);
    if (!is_plain_text(name) || strpbrk(name, ".,=\"") != NULL)
        return fault_set(f, FAULT_DATA,
            "the name of %s '%s' holds a character that queries cannot name", what, name);
    return 0;
}

/* `names` points to the first of `count` name members that lie `stride` bytes apart. */
static int
check_names(
    const char *what, const char *const *names, size_t count, size_t stride, struct fault *f)
{
    const char *first = (const char *)names;

    for (size_t i = 0; i < count; i++) {
        const char *name = *(const char *const *)(const void *)(first + i * stride);

        if (check_name(what, name, f) != 0)
            return -1;
        for (size_t k = 0; k < i; k++) {
            if (strcmp(name, *(const char *const *)(const void *)(first + k * stride)) == 0)
                return fault_set(f, FAULT_DATA, "two %ss are named '%s'", what, name);
        }
    }
    return 0;
}

static int
check_count(const char *what, size_t count, size_t limit, struct fault *f)
{
    return count <= limit ? 0
                          : fault_set(f, FAULT_DATA, "%zu %ss, more than %zu", count, what, limit);
}

static int
check_level(const struct cube_level *level, struct fault *f)
{
    if (level->type != VALUE_INT && level->type != VALUE_TEXT)
        return fault_set(f, FAULT_DATA, "level '%s' is of type %s, not int or text", level->name,
            value_type_name(level->type));
    if (level->label_count > 0 && level->type != VALUE_TEXT)
        return fault_set(f, FAULT_DATA, "level '%s' has labels and is not text", level->name);
    if (check_count("label", level->label_count, CUBE_LABEL_LIMIT, f) != 0)
        return fault_wrap(f, "level '%s'", level->name);
    for (size_t i = 0; i < level->label_count; i++) {
        if (level->labels[i] == NULL || !is_plain_text(level->labels[i]))
            return fault_set(
                f, FAULT_DATA, "label %zu of level '%s' is no plain text", i + 1, level->name);
    }
    return 0;
}

static int
check_dimension(const struct cube_dimension *d, struct fault *f)
{
    if (d->level_count == 0)
        return fault_set(f, FAULT_DATA, "dimension '%s' has no level", d->name);
    if (check_count("level", d->level_count, CUBE_LEVEL_LIMIT, f) != 0 ||
        check_names("level", &d->levels[0].name, d->level_count, sizeof d->levels[0], f) != 0)
        return fault_wrap(f, "dimension '%s'", d->name);
    for (size_t i = 0; i < d->level_count; i++) {
        if (check_level(&d->levels[i], f) != 0)
            return fault_wrap(f, "dimension '%s'", d->name);
    }
    return 0;
}

static int
check_source(const struct cube_source *s, unsigned keeps, struct fault *f)
{
    if (s->type != VALUE_INT && s->type != VALUE_FLOAT && s->type != VALUE_TIME &&
        s->type != VALUE_TEXT)
        return fault_set(
            f, FAULT_DATA, "source '%s' is of type %s", s->name, value_type_name(s->type));
    if ((keeps & CUBE_KEEP_SUM) != 0 && s->type != VALUE_INT && s->type != VALUE_FLOAT)
        return fault_set(f, FAULT_DATA, "source '%s' is of type %s and cannot be summed", s->name,
            value_type_name(s->type));
    if ((keeps & CUBE_KEEP_RANGE) != 0 && s->type == VALUE_TEXT)
        return fault_set(f, FAULT_DATA, "source '%s' is text and has no minimum", s->name);
    return 0;
}

static int
check_measure(const struct cube_model *m, const struct cube_measure *measure, struct fault *f)
{
    if (measure->function >= CUBE_FUNCTION_COUNT)
        return fault_set(f, FAULT_DATA, "measure '%s' has no function", measure->name);
    if (measure->source < m->source_count ||
        (measure->source == CUBE_NO_SOURCE && measure->function == CUBE_COUNT))
        return 0;
    return fault_set(f, FAULT_DATA, "measure '%s' has no source", measure->name);
}

static int
check_counts(const struct cube_model *m, struct fault *f)
{
    if (check_count("dimension", m->dimension_count, CUBE_DIMENSION_LIMIT, f) != 0 ||
        check_count("source", m->source_count, CUBE_SOURCE_LIMIT, f) != 0)
        return -1;
    return check_count("measure", m->measure_count, CUBE_MEASURE_LIMIT, f);
}

static int
check_all_names(const struct cube_model *m, struct fault *f)
{
    if (m->dimension_count > 0 && check_names("dimension", &m->dimensions[0].name,
                                      m->dimension_count, sizeof m->dimensions[0], f) != 0)
        return -1;
    if (m->source_count > 0 &&
        check_names("source", &m->sources[0].name, m->source_count, sizeof m->sources[0], f) != 0)
        return -1;
    return m->measure_count == 0 ? 0
                                 : check_names("measure", &m->measures[0].name, m->measure_count,
                                       sizeof m->measures[0], f);
}

int
cube_model_check(const struct cube_model *m, struct fault *f)
{
    int rc = check_counts(m, f) == 0 ? check_all_names(m, f) : -1;

    for (size_t i = 0; rc == 0 && i < m->dimension_count; i++)
        rc = check_dimension(&m->dimensions[i], f);
    for (size_t i = 0; rc == 0 && i < m->measure_count; i++)
        rc = check_measure(m, &m->measures[i], f);
    for (size_t i = 0; rc == 0 && i < m->source_count; i++)
        rc = check_source(&m->sources[i], cube_model_keeps(m, i), f);
    return rc;
}

static int
copy_level(struct cube_level *level, struct arena *a)
{
    const char **labels = arena_array(a, level->label_count + 1, sizeof *labels);

    if (labels == NULL || (level->name = arena_strdup(a, level->name)) == NULL)
        return -1;
    for (size_t i = 0; i < level->label_count; i++) {
        if ((labels[i] = arena_strdup(a, level->labels[i])) == NULL)
            return -1;
    }
    level->labels = labels;
    return 0;
}

static int
copy_dimension(struct cube_dimension *d, struct arena *a)
{
    struct cube_level *levels = arena_array(a, d->level_count, sizeof *levels);

    if (levels == NULL || (d->name = arena_strdup(a, d->name)) == NULL)
        return -1;
    for (size_t i = 0; i < d->level_count; i++) {
        levels[i] = d->levels[i];
        if (copy_level(&levels[i], a) != 0)
            return -1;
    }
    d->levels = levels;
    return 0;
}

int
cube_model_copy(
    struct cube_model *into, const struct cube_model *from, struct arena *a, struct fault *f)
{
    struct cube_dimension *dimensions = arena_array(a, from->dimension_count, sizeof *dimensions);
    struct cube_source *sources = arena_array(a, from->source_count, sizeof *sources);
    struct cube_measure *measures = arena_array(a, from->measure_count, sizeof *measures);
    bool whole = dimensions != NULL && sources != NULL && measures != NULL;

    for (size_t i = 0; whole && i < from->dimension_count; i++) {
        dimensions[i] = from->dimensions[i];
        whole = copy_dimension(&dimensions[i], a) == 0;
    }
    for (size_t i = 0; whole && i < from->source_count; i++) {
        sources[i] = from->sources[i];
        whole = (sources[i].name = arena_strdup(a, from->sources[i].name)) != NULL;
    }
    for (size_t i = 0; whole && i < from->measure_count; i++) {
        measures[i] = from->measures[i];
        whole = (measures[i].name = arena_strdup(a, from->measures[i].name)) != NULL;
    }
    *into = (struct cube_model){dimensions, from->dimension_count, sources, from->source_count,
        measures, from->measure_count};
    return whole ? 0 : fault_set_memory(f);
}

static bool
level_equal(const struct cube_level *a, const struct cube_level *b)
{
    if (strcmp(a->name, b->name) != 0 || a->type != b->type || a->label_count != b->label_count)
        return false;
    for (size_t i = 0; i < a->label_count; i++) {
        if (strcmp(a->labels[i], b->labels[i]) != 0)
            return false;
    }
    return true;
}

static bool
dimension_equal(const struct cube_dimension *a, const struct cube_dimension *b)
{
    if (strcmp(a->name, b->name) != 0 || a->level_count != b->level_count)
        return false;
    for (size_t i = 0; i < a->level_count; i++) {
        if (!level_equal(&a->levels[i], &b->levels[i]))
            return false;
    }
    return true;
}

bool
cube_model_equal(const struct cube_model *a, const struct cube_model *b)
{
    bool equal = a->dimension_count == b->dimension_count && a->source_count == b->source_count &&
                 a->measure_count == b->measure_count;

    for (size_t i = 0; equal && i < a->dimension_count; i++)
        equal = dimension_equal(&a->dimensions[i], &b->dimensions[i]);
    for (size_t i = 0; equal && i < a->source_count; i++)
        equal = a->sources[i].type == b->sources[i].type &&
                strcmp(a->sources[i].name, b->sources[i].name) == 0;
    for (size_t i = 0; equal && i < a->measure_count; i++)
        equal = a->measures[i].function == b->measures[i].function &&
                a->measures[i].source == b->measures[i].source &&
                strcmp(a->measures[i].name, b->measures[i].name) == 0;
    return equal;
}

unsigned
cube_model_keeps(const struct cube_model *m, size_t source)
{
    unsigned keeps = 0;

    for (size_t i = 0; i < m->measure_count; i++) {
        if (m->measures[i].source == source)
            keeps |= function_keeps[m->measures[i].function];
    }
    return keeps;
}

const struct cube_level *
cube_model_level(const struct cube_model *m, struct cube_level_ref ref)
{
    return &m->dimensions[ref.dimension].levels[ref.level];
}

size_t
cube_level_label(const struct cube_level *level, const char *bytes, size_t length)
{
    size_t i = 0;

    while (i < level->label_count &&
           (strlen(level->labels[i]) != length || memcmp(level->labels[i], bytes, length) != 0))
        i++;
    return i;
}
