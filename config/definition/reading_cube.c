#include <math.h>
#include <string.h>

#include "config/base/number.h"
#include "config/definition/definition_shape.h"
#include "config/definition/reading.h"

/* The cube that is being read; `columns` owns what its measures and dimensions may refer to. */
struct place {
    size_t cube;
    struct cube *c;
    struct owner columns;
};

/* An alias or a duration of the cube's activity view; NO_INDEX when it is none. */
static struct view_column
column_of(const struct identity *ref, const struct place *p)
{
    if (ref == NULL || p->columns.outer == NO_INDEX)
        return (struct view_column){false, NO_INDEX};
    return (struct view_column){ref->kind == IDENTITY_DURATION, ref->item};
}

static size_t
read_timestamp(struct reading *r, const xmlNode *element, const struct place *p)
{
    return column_of(
        reading_resolve_attribute(r, element, "TimeStampAliasRef", KIND(ALIAS), p->columns), p)
        .index;
}

static int
read_measure(struct reading *r, const xmlNode *element, const struct place *p)
{
    const struct identity what = {IDENTITY_MEASURE, p->cube, NO_INDEX, p->c->measure_count, 0};
    struct measure *m =
        arena_append(&r->d->memory, &p->c->measures, &p->c->measure_count, sizeof *m);
    const char *function = markup_attribute(element, "AggregationFunction");

    if (m == NULL || reading_head(r, element, what, HEAD_OF(m)) != 0)
        return -1;
    m->source = column_of(
        reading_resolve_attribute(r, element, "AliasRef", KIND(ALIAS) | KIND(DURATION), p->columns),
        p);
    m->function = function == NULL ? MEASURE_FUNCTION_COUNT
                                   : (enum measure_function)table_find(
                                         measure_function_names, MEASURE_FUNCTION_COUNT, function);
    return 0;
}

static int
read_data_dimension(
    struct reading *r, const xmlNode *element, const struct place *p, struct dimension *d)
{
    for (xmlNode *n = markup_first_named(element, "LevelAliasRef"); n != NULL;
         n = markup_next_named(n, "LevelAliasRef")) {
        const struct identity *ref =
            reading_resolve_content(r, n, KIND(ALIAS) | KIND(DURATION), p->columns);
        struct view_column *level;

        if (ref == NULL)
            continue;
        level = arena_append(&r->d->memory, &d->levels, &d->level_count, sizeof *level);
        if (level == NULL)
            return -1;
        *level = column_of(ref, p);
    }
    return 0;
}

static int
read_time_dimension(
    struct reading *r, const xmlNode *element, const struct place *p, struct dimension *d)
{
    struct text name = TEXT_INIT;
    int rc = -1;

    d->timestamp_alias = read_timestamp(r, element, p);
    for (xmlNode *n = markup_first_named(element, "TimeLevel"); n != NULL;
         n = markup_next_named(n, "TimeLevel")) {
        enum time_level *level;

        text_clear(&name);
        markup_add_content(&name, n);
        findings_rely_on(r->list, &name);
        level = arena_append(&r->d->memory, &d->time_levels, &d->time_level_count, sizeof *level);
        if (level == NULL)
            goto done;
        *level = (enum time_level)table_find(time_level_names, TIME_LEVEL_COUNT, text_get(&name));
        if (*level == TIME_LEVEL_COUNT)
            findings_add(r->list, markup_line(n),
                "TimeLevel \"%s\" is not known; it is one of Year, Quarter, Month, Week, Day, "
                "Hour, "
                "Minute",
                text_get(&name));
    }
    rc = 0;
done:
    text_release(&name);
    return rc;
}

/* An end of a range; false when it is absent (or no number, which is reported). */
static bool
read_bound(struct reading *r, const xmlNode *element, const char *name, double *bound)
{
    const char *text = markup_attribute(element, name);

    if (text == NULL)
        return false;
    if (number_parse_double(text, strlen(text), bound) == 0 && isfinite(*bound))
        return true;
    findings_add(r->list, markup_line(element), "Range: %s=\"%s\" is not a number", name, text);
    return false;
}

static int
read_range_dimension(
    struct reading *r, const xmlNode *element, const struct place *p, struct dimension *d)
{
    d->numeric = column_of(reading_resolve_attribute(r, element, "NumericAliasRef",
                               KIND(ALIAS) | KIND(DURATION), p->columns),
        p);
    for (xmlNode *n = markup_first_named(element, "Range"); n != NULL;
         n = markup_next_named(n, "Range")) {
        const struct identity what = {IDENTITY_RANGE, p->cube, NO_INDEX, d->range_count, 0};
        struct range *range =
            arena_append(&r->d->memory, &d->ranges, &d->range_count, sizeof *range);

        if (range == NULL || reading_head(r, n, what, HEAD_OF(range)) != 0)
            return -1;
        range->has_from = read_bound(r, n, "From", &range->from);
        range->has_to = read_bound(r, n, "To", &range->to);
        if (markup_attribute(n, "From") == NULL && markup_attribute(n, "To") == NULL)
            findings_add(r->list, range->line, "Range '%s' needs From, To or both", range->name);
    }
    return 0;
}

/* libxml2 bounds the depth of a document, and with it this recursion. */
static int
read_stages(struct reading *r, const xmlNode *parent_element, const struct place *p,
    struct dimension *d, size_t parent)
{
    int depth = parent == NO_INDEX ? 0 : d->stages[parent].depth + 1;

    for (xmlNode *n = markup_first_named(parent_element, "ProgressStage"); n != NULL;
         n = markup_next_named(n, "ProgressStage")) {
        size_t item = d->stage_count;
        const struct identity what = {IDENTITY_STAGE, p->cube, NO_INDEX, item, 0};
        struct stage *stage =
            arena_append(&r->d->memory, &d->stages, &d->stage_count, sizeof *stage);

        if (stage == NULL || reading_head(r, n, what, HEAD_OF(stage)) != 0)
            return -1;
        stage->timestamp_alias = read_timestamp(r, n, p);
        stage->parent = parent;
        stage->depth = depth;
        if (read_stages(r, n, p, d, item) != 0)
            return -1;
    }
    return 0;
}

static int
read_dimension(
    struct reading *r, const xmlNode *element, const struct place *p, enum dimension_kind kind)
{
    const struct identity what = {IDENTITY_DIMENSION, p->cube, NO_INDEX, p->c->dimension_count, 0};
    struct dimension *d =
        arena_append(&r->d->memory, &p->c->dimensions, &p->c->dimension_count, sizeof *d);

    if (d == NULL || reading_head(r, element, what, HEAD_OF(d)) != 0)
        return -1;
    d->kind = kind;
    d->timestamp_alias = NO_INDEX;
    d->numeric.index = NO_INDEX;
    switch (kind) {
    case DIMENSION_DATA:
        return read_data_dimension(r, element, p, d);
    case DIMENSION_TIME:
        return read_time_dimension(r, element, p, d);
    case DIMENSION_RANGE:
        return read_range_dimension(r, element, p, d);
    default:
        return read_stages(r, element, p, d, NO_INDEX);
    }
}

static int
read_aggregation(struct reading *r, const xmlNode *element, const struct place *p)
{
    const struct identity what = {
        IDENTITY_AGGREGATION, p->cube, NO_INDEX, p->c->aggregation_count, 0};
    struct real_time_aggregation *a =
        arena_append(&r->d->memory, &p->c->aggregations, &p->c->aggregation_count, sizeof *a);

    if (a == NULL || reading_head(r, element, what, HEAD_OF(a)) != 0)
        return -1;
    for (xmlNode *n = markup_first(element); n != NULL; n = markup_next(n)) {
        bool is_measure = strcmp(markup_name(n), "MeasureRef") == 0;
        const struct identity *ref = reading_resolve_content(
            r, n, is_measure ? KIND(MEASURE) : KIND(DIMENSION), (struct owner){p->cube, NO_INDEX});

        if (ref != NULL &&
            reading_add_index(r, is_measure ? &a->measures : &a->dimensions, ref->item) != 0)
            return -1;
    }
    return 0;
}

static int
read_part(struct reading *r, const xmlNode *element, const struct place *p)
{
    size_t kind = table_find(dimension_kind_names, DIMENSION_KIND_COUNT, markup_name(element));

    if (kind < DIMENSION_KIND_COUNT)
        return read_dimension(r, element, p, (enum dimension_kind)kind);
    if (strcmp(markup_name(element), "Measure") == 0)
        return read_measure(r, element, p);
    if (strcmp(markup_name(element), "RealTimeAggregation") == 0)
        return read_aggregation(r, element, p);
    return 0;
}

static int
read_cube_head(struct reading *r, const xmlNode *element, struct cube *c)
{
    const struct identity *ref =
        reading_resolve_attribute(r, element, "ActivityViewRef", KIND(ACTIVITY_VIEW), NO_OWNER);
    const char *olap = markup_attribute(element, "CreateOlapCube");

    c->view = ref == NULL ? NO_INDEX : ref->outer;
    c->activity_view = ref == NULL ? NO_INDEX : ref->item;
    c->create_olap_cube = olap == NULL || (strcmp(olap, "false") != 0 && strcmp(olap, "0") != 0);
    if (markup_attribute(element, "DisplayName") == NULL)
        return 0;
    c->display_name = reading_attribute(r, element, "DisplayName");
    return c->display_name == NULL ? -1 : 0;
}

int
reading_cube(struct reading *r, const xmlNode *element)
{
    struct place p = {.cube = r->d->cube_count};
    const struct identity what = {IDENTITY_CUBE, NO_INDEX, NO_INDEX, p.cube, 0};

    p.c = arena_append(&r->d->memory, &r->d->cubes, &r->d->cube_count, sizeof *p.c);
    if (p.c == NULL || reading_head(r, element, what, HEAD_OF(p.c)) != 0 ||
        read_cube_head(r, element, p.c) != 0)
        return -1;
    p.columns = (struct owner){p.c->view, p.c->activity_view};
    for (xmlNode *n = markup_first(element); n != NULL; n = markup_next(n)) {
        if (read_part(r, n, &p) != 0)
            return -1;
    }
    return 0;
}
