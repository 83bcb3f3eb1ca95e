#include <stdlib.h>
#include <string.h>

#include "etl/event/define_draft.h"
#include "etl/event/naming.h"

/* A first cube is to be understood, not to be complete; more can be added to the definition. */
enum { MOST_NUMERIC = 4, MOST_DATA_DIMENSIONS = 6, MOST_STAGES = 64 };

static int
add_measure(struct draft *b, struct cube *c, struct naming *names, const char *name,
    struct measure measure, struct fault *f)
{
    struct measure *m = arena_append(&b->d->memory, &c->measures, &c->measure_count, sizeof *m);

    if (m == NULL)
        return fault_set_memory(f);
    *m = measure;
    m->name = naming_take(names, name, "Measure", LIMIT_MEASURE_NAME, f);
    m->id = m->name == NULL ? NULL : naming_id(&b->d->memory, "M", m->name, f);
    return m->id == NULL ? -1 : 0;
}

/* "SumAmount", "AvgAmount", "MinAmount", "MaxAmount". */
static int
add_number(struct draft *b, struct cube *c, struct naming *names, const char *column,
    struct view_column source, struct fault *f)
{
    int rc = 0;

    for (enum measure_function i = MEASURE_SUM; rc == 0 && i <= MEASURE_MAX; i++) {
        struct measure m = {.function = i, .source = source};
        char *name = arena_printf(&b->d->memory, "%s%s", measure_function_names[i], column);
        char *first = name == NULL ? NULL : name + strlen(measure_function_names[i]);

        if (name == NULL)
            return fault_set_memory(f);
        if (*first >= 'a' && *first <= 'z')
            *first = (char)(*first - 'a' + 'A');
        rc = add_measure(b, c, names, name, m, f);
    }
    return rc;
}

/* Attributes of one type as measures, as long as there is room. */
static int
add_numbers_of(struct draft *b, struct cube *c, struct naming *names, enum value_type type,
    size_t *count, struct fault *f)
{
    for (size_t i = 0; i < b->attribute_count && *count < MOST_NUMERIC; i++) {
        const struct checkpoint *p = &b->activity->checkpoints[b->attributes[i].checkpoint];
        struct view_column source = {.index = b->attributes[i].checkpoint};

        if (p->type != type)
            continue;
        ++*count;
        if (add_number(b, c, names, p->name, source, f) != 0)
            return -1;
    }
    return 0;
}

/* Numbers with a fraction come first: whole ones are often codes. */
static int
add_measures(struct draft *b, struct cube *c, struct naming *names, struct fault *f)
{
    const struct activity_view *v = &b->d->views[0].activity_views[0];
    struct measure count = {.function = MEASURE_COUNT};
    size_t numbers = 0;

    count.source.index = b->start == NO_INDEX ? 0 : b->start;
    if (add_measure(b, c, names, "Count", count, f) != 0)
        return -1;
    if (b->duration != NO_INDEX &&
        add_number(b, c, names, v->durations[b->duration].name,
            (struct view_column){.is_duration = true, .index = b->duration}, f) != 0)
        return -1;
    if (add_numbers_of(b, c, names, VALUE_FLOAT, &numbers, f) != 0)
        return -1;
    return add_numbers_of(b, c, names, VALUE_INT, &numbers, f);
}

static struct dimension *
add_dimension(struct draft *b, struct cube *c, struct naming *names, enum dimension_kind kind,
    const char *name, struct fault *f)
{
    struct dimension *d =
        arena_append(&b->d->memory, &c->dimensions, &c->dimension_count, sizeof *d);

    if (d == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    d->kind = kind;
    d->name = naming_take(names, name, "Dimension", LIMIT_DIMENSION_NAME, f);
    d->id = d->name == NULL ? NULL : naming_id(&b->d->memory, "Dim", d->name, f);
    return d->id == NULL ? NULL : d;
}

/* Texts and whole numbers with few values, each of them used more than once. */
static bool
is_category(const struct checkpoint *p, const struct survey_column *c)
{
    if (p->type != VALUE_TEXT && p->type != VALUE_INT)
        return false;
    return c->distinct_count >= 2 && c->distinct_count <= SURVEY_LIMIT_DISTINCT &&
           c->values >= 2 * (uint64_t)c->distinct_count;
}

/* How many categories have fewer values, or as many and come before. */
static size_t
rank_of(const struct draft *b, size_t attribute)
{
    const struct survey_column *c = b->attributes[attribute].column;
    size_t rank = 0;

    for (size_t i = 0; i < b->attribute_count; i++) {
        const struct attribute *a = &b->attributes[i];

        if (is_category(&b->activity->checkpoints[a->checkpoint], a->column))
            rank += a->column->distinct_count < c->distinct_count ||
                    (a->column->distinct_count == c->distinct_count && i < attribute);
    }
    return rank;
}

static int
add_data_dimensions(struct draft *b, struct cube *c, struct naming *names, struct fault *f)
{
    for (size_t i = 0; i < b->attribute_count; i++) {
        const struct checkpoint *p = &b->activity->checkpoints[b->attributes[i].checkpoint];
        struct dimension *d;
        struct view_column *level;

        if (!is_category(p, b->attributes[i].column) || rank_of(b, i) >= MOST_DATA_DIMENSIONS)
            continue;
        if ((d = add_dimension(b, c, names, DIMENSION_DATA, p->name, f)) == NULL)
            return -1;
        level = arena_append(&b->d->memory, &d->levels, &d->level_count, sizeof *level);
        if (level == NULL)
            return fault_set_memory(f);
        level->index = b->attributes[i].checkpoint;
    }
    return 0;
}

static int
add_time_dimension(struct draft *b, struct cube *c, struct naming *names, struct fault *f)
{
    static const enum time_level levels[] = {TIME_YEAR, TIME_MONTH, TIME_DAY};
    struct dimension *d = add_dimension(b, c, names, DIMENSION_TIME, "StartTime", f);

    if (d == NULL)
        return -1;
    d->timestamp_alias = b->start;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        enum time_level *level =
            arena_append(&b->d->memory, &d->time_levels, &d->time_level_count, sizeof *level);

        if (level == NULL)
            return fault_set_memory(f);
        *level = levels[i];
    }
    return 0;
}

static int
add_stage(struct draft *b, struct dimension *d, size_t checkpoint, struct fault *f)
{
    struct stage *s = arena_append(&b->d->memory, &d->stages, &d->stage_count, sizeof *s);

    if (s == NULL)
        return fault_set_memory(f);
    s->name = b->activity->checkpoints[checkpoint].name;
    s->timestamp_alias = checkpoint;
    s->parent = d->stage_count == 1 ? NO_INDEX : 0;
    s->depth = d->stage_count > 1;
    s->id = naming_id(&b->d->memory, "S", s->name, f);
    return s->id == NULL ? -1 : 0;
}

static int
compare_weights(const void *left, const void *right)
{
    const struct milestone *a = left;
    const struct milestone *b = right;

    return (a->weight < b->weight) - (a->weight > b->weight);
}

static int
compare_orders(const void *left, const void *right)
{
    const struct milestone *a = left;
    const struct milestone *b = right;

    if (a->order != b->order)
        return a->order > b->order ? 1 : -1;
    return (a->checkpoint > b->checkpoint) - (a->checkpoint < b->checkpoint);
}

/* The start is the root; the others follow in the order they are usually reached, because of two
 * that were reached the later stage counts. Of too many the most frequent are taken. */
static int
add_progress_dimension(struct draft *b, struct cube *c, struct naming *names, struct fault *f)
{
    struct dimension *d = add_dimension(b, c, names, DIMENSION_PROGRESS, "Progress", f);
    size_t count = b->milestone_count < MOST_STAGES ? b->milestone_count : MOST_STAGES;

    if (d == NULL || add_stage(b, d, b->start, f) != 0)
        return -1;
    qsort(b->milestones, b->milestone_count, sizeof *b->milestones, compare_weights);
    qsort(b->milestones, count, sizeof *b->milestones, compare_orders);
    for (size_t i = 0; i < count; i++) {
        if (b->milestones[i].checkpoint != b->start &&
            add_stage(b, d, b->milestones[i].checkpoint, f) != 0)
            return -1;
    }
    return 0;
}

static int
add_dimensions(struct draft *b, struct cube *c, struct naming *names, struct fault *f)
{
    /* Tables of the cube that stand beside those of its dimensions. */
    static const char *const tables[] = {"Facts", "ActiveFacts", "ActiveInstancesSnapshot"};

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (naming_reserve(names, tables[i], f) != 0)
            return -1;
    }
    if (b->start != NO_INDEX &&
        (add_time_dimension(b, c, names, f) != 0 || add_progress_dimension(b, c, names, f) != 0))
        return -1;
    return add_data_dimensions(b, c, names, f);
}

static int
name_cube(struct draft *b, struct cube *c, struct fault *f)
{
    struct text name = TEXT_INIT;

    naming_clean(&name, b->activity->name, LIMIT_CUBE_NAME - 4);
    text_add(&name, "Cube");
    c->name = name.failed ? NULL : arena_strdup(&b->d->memory, text_get(&name));
    text_release(&name);
    if (c->name == NULL)
        return fault_set_memory(f);
    c->id = naming_id(&b->d->memory, "Cube", c->name, f);
    return c->id == NULL ? -1 : 0;
}

int
draft_add_cube(struct draft *b, struct fault *f)
{
    struct cube *c = arena_append(&b->d->memory, &b->d->cubes, &b->d->cube_count, sizeof *c);
    struct naming measures, dimensions;
    int rc = -1;

    if (c == NULL)
        return fault_set_memory(f);
    c->create_olap_cube = true;
    naming_init(&measures, &b->d->memory);
    naming_init(&dimensions, &b->d->memory);
    if (name_cube(b, c, f) == 0 && add_measures(b, c, &measures, f) == 0 &&
        add_dimensions(b, c, &dimensions, f) == 0)
        rc = 0;
    naming_release(&dimensions);
    naming_release(&measures);
    return rc;
}
