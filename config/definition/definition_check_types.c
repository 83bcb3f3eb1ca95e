#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/base/number.h"
#include "config/definition/definition_check.h"

/* The activity a view reads; NULL when it could not be resolved. */
static const struct activity *
activity_of(const struct definition *d, const struct activity_view *v)
{
    return v->activity == NO_INDEX ? NULL : &d->activities[v->activity];
}

/* VALUE_NULL: not known, and reported elsewhere. */
static enum value_type
alias_type(const struct definition *d, const struct activity_view *v, size_t alias)
{
    const struct activity *a = activity_of(d, v);

    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): an unknown view has no activity. */
    if (a == NULL || alias == NO_INDEX || v->aliases[alias].checkpoints.count == 0)
        return VALUE_NULL;
    return a->checkpoints[v->aliases[alias].checkpoints.items[0]].type;
}

static enum value_type
column_type(const struct definition *d, const struct activity_view *v, struct view_column c)
{
    return c.is_duration ? VALUE_FLOAT : alias_type(d, v, c.index);
}

static bool
is_numeric(enum value_type type)
{
    return type == VALUE_INT || type == VALUE_FLOAT || type == VALUE_NULL;
}

static bool
is_time(enum value_type type)
{
    return type == VALUE_TIME || type == VALUE_NULL;
}

static void
check_index(const struct activity_index *index, struct findings *list)
{
    const struct index_list *c = &index->checkpoints;

    for (size_t i = 0; i < c->count && c->count <= LIMIT_INDEX_CHECKPOINTS; i++) {
        for (size_t j = 0; j < i; j++) {
            if (c->items[i] == c->items[j])
                findings_add(list, index->line, "Index '%s' names a checkpoint twice", index->name);
        }
    }
}

static void
check_alias(const struct activity *a, const struct alias *alias, struct findings *list)
{
    for (size_t i = 1; i < alias->checkpoints.count; i++) {
        const struct checkpoint *first = &a->checkpoints[alias->checkpoints.items[0]];
        const struct checkpoint *other = &a->checkpoints[alias->checkpoints.items[i]];

        if (first->type != other->type && first->type != VALUE_NULL && other->type != VALUE_NULL)
            findings_add(list, alias->line,
                "Alias '%s' is over checkpoints of different types: '%s' is %s, '%s' is %s",
                alias->name, first->name, data_type_name(first->type), other->name,
                data_type_name(other->type));
    }
}

static void
check_duration(const struct definition *d, const struct activity_view *v, const struct duration *t,
    struct findings *list)
{
    const size_t ends[] = {t->from_alias, t->to_alias};

    for (size_t i = 0; i < 2; i++) {
        enum value_type type = alias_type(d, v, ends[i]);

        if (!is_time(type))
            findings_add(list, t->line, "Duration '%s' needs DATETIME; alias '%s' is %s", t->name,
                v->aliases[ends[i]].name, data_type_name(type));
    }
}

static void
check_activity_view(
    const struct definition *d, const struct activity_view *v, struct findings *list)
{
    const struct activity *a = activity_of(d, v);

    for (size_t i = 0; a != NULL && i < v->alias_count; i++)
        check_alias(a, &v->aliases[i], list);
    for (size_t i = 0; i < v->duration_count; i++)
        check_duration(d, v, &v->durations[i], list);
}

static void
check_measure(const struct definition *d, const struct activity_view *v, const struct measure *m,
    struct findings *list)
{
    enum value_type type = column_type(d, v, m->source);
    bool is_sum = m->function == MEASURE_SUM || m->function == MEASURE_AVG;
    bool is_extreme = m->function == MEASURE_MIN || m->function == MEASURE_MAX;

    if ((is_sum && !is_numeric(type)) || (is_extreme && !is_numeric(type) && !is_time(type)))
        findings_add(list, m->line, "Measure '%s': %s needs INT, FLOAT%s or a duration; '%s' is %s",
            m->name, measure_function_names[m->function], is_extreme ? ", DATETIME" : "",
            view_column_name(v, m->source), data_type_name(type));
}

static void
check_levels(const struct activity_view *v, const struct dimension *d, struct findings *list)
{
    for (size_t i = 0; i < d->level_count && d->level_count <= LIMIT_LEVELS; i++) {
        for (size_t j = 0; j < i; j++) {
            if (d->levels[i].index != NO_INDEX && d->levels[i].index == d->levels[j].index &&
                d->levels[i].is_duration == d->levels[j].is_duration)
                findings_add(list, d->line, "DataDimension '%s' has the level '%s' twice", d->name,
                    view_column_name(v, d->levels[i]));
        }
    }
}

static void
check_timestamp(const struct definition *d, const struct activity_view *v, size_t alias,
    const char *what, const char *name, int line, struct findings *list)
{
    enum value_type type = alias_type(d, v, alias);

    if (!is_time(type))
        findings_add(list, line, "%s '%s' needs DATETIME; alias '%s' is %s", what, name,
            v->aliases[alias].name, data_type_name(type));
}

static void
check_time_levels(const struct dimension *d, struct findings *list)
{
    for (size_t i = 1; i < d->time_level_count; i++) {
        if (d->time_levels[i] <= d->time_levels[i - 1] && d->time_levels[i - 1] < TIME_LEVEL_COUNT)
            findings_add(list, d->line,
                "TimeDimension '%s': level %s stands after %s; levels go from Year down to Minute",
                d->name, time_level_names[d->time_levels[i]],
                time_level_names[d->time_levels[i - 1]]);
    }
}

/* By lower bound; a range without one comes first. */
static int
compare_ranges(const void *left, const void *right)
{
    const struct range *a = *(const struct range *const *)left;
    const struct range *b = *(const struct range *const *)right;

    if (a->has_from != b->has_from)
        return a->has_from ? 1 : -1;
    if (a->has_from && a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

/* Two neighbours by lower bound overlap when the upper one begins before the lower one ends. */
static bool
overlap(const struct range *lower, const struct range *upper)
{
    return !lower->has_to || !upper->has_from || upper->from < lower->to;
}

static void
check_overlaps(const struct dimension *d, struct findings *list)
{
    const struct range **sorted = calloc(d->range_count + 1, sizeof *sorted);

    if (sorted == NULL) {
        findings_no_memory(list);
        return;
    }
    for (size_t i = 0; i < d->range_count; i++)
        sorted[i] = &d->ranges[i];
    qsort(sorted, d->range_count, sizeof *sorted, compare_ranges);
    for (size_t i = 1; i < d->range_count; i++) {
        if (overlap(sorted[i - 1], sorted[i]))
            findings_add(list, sorted[i]->line, "Range '%s' overlaps Range '%s' of line %d",
                sorted[i]->name, sorted[i - 1]->name, sorted[i - 1]->line);
    }
    free(sorted);
}

static void
check_ranges(const struct definition *d, const struct activity_view *v, const struct dimension *r,
    struct findings *list)
{
    enum value_type type = column_type(d, v, r->numeric);
    bool sound = true;

    if (!is_numeric(type))
        findings_add(list, r->line,
            "NumericRangeDimension '%s' needs INT, FLOAT or a duration; '%s' is %s", r->name,
            view_column_name(v, r->numeric), data_type_name(type));
    for (size_t i = 0; i < r->range_count; i++) {
        const struct range *range = &r->ranges[i];
        bool open = !range->has_from && !range->has_to;
        char from[NUMBER_TEXT_BYTES], to[NUMBER_TEXT_BYTES];

        sound = sound && !open;
        if (!range->has_from || !range->has_to || range->from < range->to)
            continue;
        sound = false;
        findings_add(list, range->line, "Range '%s' is empty: From %s is not below To %s",
            range->name, number_format_double(range->from, from),
            number_format_double(range->to, to));
    }
    if (sound)
        check_overlaps(r, list);
}

static void
check_dimension(const struct definition *d, const struct activity_view *v,
    const struct dimension *dimension, struct findings *list)
{
    switch (dimension->kind) {
    case DIMENSION_DATA:
        check_levels(v, dimension, list);
        break;
    case DIMENSION_TIME:
        check_timestamp(d, v, dimension->timestamp_alias, "TimeDimension", dimension->name,
            dimension->line, list);
        check_time_levels(dimension, list);
        break;
    case DIMENSION_RANGE:
        check_ranges(d, v, dimension, list);
        break;
    default:
        for (size_t i = 0; i < dimension->stage_count; i++) {
            const struct stage *stage = &dimension->stages[i];

            check_timestamp(
                d, v, stage->timestamp_alias, "ProgressStage", stage->name, stage->line, list);
        }
    }
}

/* The star schema gives each dimension a column <Dimension>_Key, in its own table and in the
 * facts'.
 */
static void
check_key_name(const struct activity_view *v, const struct dimension *d, struct view_column column,
    int line, struct findings *list)
{
    static const char tail[] = "_Key";
    size_t known = column.is_duration ? v->duration_count : v->alias_count;
    const char *name = column.index < known ? view_column_name(v, column) : "";
    size_t length = strlen(d->name);

    if (strncasecmp(name, d->name, length) == 0 && strcasecmp(name + length, tail) == 0)
        findings_add(
            list, line, "'%s' is the name of the key column of dimension '%s'", name, d->name);
}

static void
check_key_names(const struct activity_view *v, const struct cube *c, struct findings *list)
{
    for (size_t i = 0; i < c->dimension_count; i++) {
        const struct dimension *d = &c->dimensions[i];

        for (size_t k = 0; k < c->measure_count; k++)
            check_key_name(v, d, c->measures[k].source, c->measures[k].line, list);
        for (size_t k = 0; d->kind == DIMENSION_DATA && k < d->level_count; k++)
            check_key_name(v, d, d->levels[k], d->line, list);
    }
}

static void
check_cube(const struct definition *d, const struct cube *c, struct findings *list)
{
    static const struct activity_view unknown = {.activity = NO_INDEX};
    const struct activity_view *v = c->view == NO_INDEX ? &unknown : cube_activity_view(d, c);

    for (size_t i = 0; i < c->measure_count; i++)
        check_measure(d, v, &c->measures[i], list);
    for (size_t i = 0; i < c->dimension_count; i++)
        check_dimension(d, v, &c->dimensions[i], list);
    check_key_names(v, c, list);
}

void
definition_check_types(const struct definition *d, struct findings *list)
{
    for (size_t i = 0; i < d->activity_count; i++) {
        for (size_t j = 0; j < d->activities[i].index_count; j++)
            check_index(&d->activities[i].indexes[j], list);
    }
    for (size_t i = 0; i < d->view_count; i++) {
        for (size_t j = 0; j < d->views[i].activity_view_count; j++)
            check_activity_view(d, &d->views[i].activity_views[j], list);
    }
    for (size_t i = 0; i < d->cube_count; i++)
        check_cube(d, &d->cubes[i], list);
}
