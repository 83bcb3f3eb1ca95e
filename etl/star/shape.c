#include "etl/star/shape.h"

#include <string.h>

#include "config/base/moment.h"
#include "config/base/number.h"
#include "etl/activity/activity_select.h"

static const char *record_id_key[] = {"RecordID"};

/* ---- sources ---- */

/* The place of a view column among the sources, added when it is new; NO_INDEX when memory runs
 * out. */
static size_t
want_source(struct star *s, const char *column, enum value_type type)
{
    struct star_source *source;

    for (size_t i = 0; i < s->source_count; i++) {
        if (strcmp(s->sources[i].column, column) == 0)
            return i;
    }
    source = arena_append(&s->memory, &s->sources, &s->source_count, sizeof *source);
    if (source == NULL)
        return NO_INDEX;
    *source = (struct star_source){column, type};
    return s->source_count - 1;
}

static size_t
want_column(struct star *s, struct view_column column)
{
    const struct activity_view *av = cube_activity_view(s->definition, s->cube);

    return want_source(
        s, view_column_name(av, column), view_column_type(s->definition, av, column));
}

/* ---- levels ---- */

static int
set_levels(struct star *s, struct star_dimension *d, size_t level_count, size_t source_count)
{
    d->level_count = level_count;
    d->levels = arena_array(&s->memory, level_count, sizeof *d->levels);
    d->sources = arena_array(&s->memory, source_count, sizeof *d->sources);
    return d->levels == NULL || d->sources == NULL ? -1 : 0;
}

static int
shape_data(struct star *s, struct star_dimension *d)
{
    const struct dimension *def = d->definition;

    if (set_levels(s, d, def->level_count, def->level_count) != 0)
        return -1;
    for (size_t i = 0; i < def->level_count; i++) {
        size_t source = want_column(s, def->levels[i]);

        if (source == NO_INDEX)
            return -1;
        d->sources[i] = source;
        d->levels[i].name = s->sources[source].column;
        /* Members are integers or texts; a number or a time becomes its exact text. */
        d->levels[i].type = s->sources[source].type == VALUE_INT ? VALUE_INT : VALUE_TEXT;
    }
    return 0;
}

static int
shape_time(struct star *s, struct star_dimension *d)
{
    const struct dimension *def = d->definition;

    if (set_levels(s, d, def->time_level_count, 1) != 0)
        return -1;
    for (size_t i = 0; i < def->time_level_count; i++)
        d->levels[i] =
            (struct star_level){time_level_names[def->time_levels[i]], VALUE_INT, NULL, 0};
    d->sources[0] = want_column(s, (struct view_column){false, def->timestamp_alias});
    return d->sources[0] == NO_INDEX ? -1 : 0;
}

/* The view's column that holds the range's or stage's name. */
static int
want_label(struct star *s, struct star_dimension *d)
{
    const char *column =
        activity_select_dimension_column(s->definition, s->cube, d->definition, &s->memory);

    d->sources[0] = column == NULL ? NO_INDEX : want_source(s, column, VALUE_TEXT);
    return d->sources[0] == NO_INDEX ? -1 : 0;
}

static int
shape_range(struct star *s, struct star_dimension *d)
{
    const struct dimension *def = d->definition;
    const char **labels = arena_array(&s->memory, def->range_count + 1, sizeof *labels);

    if (labels == NULL || set_levels(s, d, 1, 1) != 0)
        return -1;
    for (size_t i = 0; i < def->range_count; i++)
        labels[i] = def->ranges[i].name;
    labels[def->range_count] = OUT_OF_RANGE;
    d->levels[0] = (struct star_level){"Range", VALUE_TEXT, labels, def->range_count + 1};
    return want_label(s, d);
}

static int
shape_progress(struct star *s, struct star_dimension *d)
{
    const struct dimension *def = d->definition;
    const char **labels = arena_array(&s->memory, def->stage_count, sizeof *labels);
    int deepest = 0;

    for (size_t i = 0; i < def->stage_count; i++)
        deepest = def->stages[i].depth > deepest ? def->stages[i].depth : deepest;
    if (labels == NULL || set_levels(s, d, (size_t)deepest + 1, 1) != 0)
        return -1;
    for (size_t i = 0; i < def->stage_count; i++)
        labels[i] = def->stages[i].name;
    for (size_t i = 0; i < d->level_count; i++) {
        const char *name =
            i + 1 == d->level_count ? "Stage" : arena_printf(&s->memory, "Stage%zu", i + 1);

        if (name == NULL)
            return -1;
        d->levels[i] = (struct star_level){name, VALUE_TEXT, labels, def->stage_count};
    }
    return want_label(s, d);
}

static int (*const shapers[DIMENSION_KIND_COUNT])(struct star *, struct star_dimension *) = {
    [DIMENSION_DATA] = shape_data,
    [DIMENSION_TIME] = shape_time,
    [DIMENSION_RANGE] = shape_range,
    [DIMENSION_PROGRESS] = shape_progress,
};

/* ---- the whole ---- */

char *
star_key_name(struct arena *memory, const char *dimension)
{
    return arena_printf(memory, "%s_Key", dimension);
}

static int
shape_dimensions(struct star *s)
{
    const struct cube *c = s->cube;

    s->dimension_count = c->dimension_count;
    s->dimensions = arena_array(&s->memory, c->dimension_count, sizeof *s->dimensions);
    if (s->dimensions == NULL)
        return -1;
    for (size_t i = 0; i < c->dimension_count; i++) {
        struct star_dimension *d = &s->dimensions[i];

        d->definition = &c->dimensions[i];
        d->table = dimension_table_name(&s->memory, c->name, c->dimensions[i].name);
        d->key = star_key_name(&s->memory, c->dimensions[i].name);
        if (d->table == NULL || d->key == NULL || shapers[d->definition->kind](s, d) != 0)
            return -1;
    }
    return 0;
}

static int
shape_measures(struct star *s)
{
    for (size_t i = 0; i < s->cube->measure_count; i++) {
        size_t source = want_column(s, s->cube->measures[i].source);
        bool known = false;
        size_t *slot;

        if (source == NO_INDEX)
            return -1;
        for (size_t k = 0; k < s->measured_count; k++)
            known = known || s->measured[k] == source;
        if (known)
            continue;
        if ((slot = arena_append(&s->memory, &s->measured, &s->measured_count, sizeof *slot)) ==
            NULL)
            return -1;
        *slot = source;
    }
    return 0;
}

int
star_init(struct star *s, const struct definition *d, const struct cube *c, struct fault *f)
{
    struct view_names views;

    *s = (struct star){.definition = d, .cube = c};
    if (cube_names_init(&s->names, &s->memory, c->name, f) != 0 ||
        view_names_init(
            &views, &s->memory, d->views[c->view].name, cube_activity_view(d, c)->name, f) != 0) {
        star_release(s);
        return -1;
    }
    s->active_view = views.active;
    if (shape_dimensions(s) != 0 || shape_measures(s) != 0) {
        star_release(s);
        return fault_set_memory(f);
    }
    return 0;
}

void
star_release(struct star *s)
{
    arena_release(&s->memory);
    *s = (struct star){.definition = NULL};
}

/* ---- tables ---- */

static struct table_column *
add_column(struct star *s, struct table *t, const char *name, enum value_type type, int length)
{
    struct table_column *column =
        arena_append(&s->memory, &t->columns, &t->column_count, sizeof *column);

    if (column != NULL)
        *column = (struct table_column){.name = name, .type = type, .length = length};
    return column;
}

static int
add_fact_columns(struct star *s, struct table *t)
{
    if (add_column(s, t, "ActivityID", VALUE_TEXT, LIMIT_ACTIVITY_ID) == NULL)
        return -1;
    for (size_t i = 0; i < s->dimension_count; i++) {
        if (add_column(s, t, s->dimensions[i].key, VALUE_INT, 0) == NULL)
            return -1;
    }
    for (size_t i = 0; i < s->measured_count; i++) {
        const struct star_source *source = &s->sources[s->measured[i]];

        if (add_column(s, t, source->column, source->type, 0) == NULL)
            return -1;
    }
    return 0;
}

const struct table *
star_facts_table(struct star *s)
{
    struct table *t = arena_alloc(&s->memory, sizeof *t);
    struct table_column *record;

    if (t == NULL)
        return NULL;
    *t = (struct table){.name = s->names.facts, .key = record_id_key, .key_count = 1};
    if ((record = add_column(s, t, "RecordID", VALUE_INT, 0)) == NULL)
        return NULL;
    record->not_null = true;
    return add_fact_columns(s, t) == 0 ? t : NULL;
}

const struct table *
star_active_facts_table(struct star *s, const char *name)
{
    struct table *t = arena_alloc(&s->memory, sizeof *t);

    if (t == NULL)
        return NULL;
    *t = (struct table){.name = name};
    if (add_column(s, t, "RecordID", VALUE_INT, 0) == NULL || add_fact_columns(s, t) != 0)
        return NULL;
    return t;
}

const struct table *
star_dimension_table(struct star *s, size_t dimension)
{
    const struct star_dimension *d = &s->dimensions[dimension];
    struct table *t = arena_alloc(&s->memory, sizeof *t);
    const char **key = arena_alloc(&s->memory, sizeof *key);
    struct table_column *column;

    if (t == NULL || key == NULL)
        return NULL;
    *key = d->key;
    *t = (struct table){.name = d->table, .key = key, .key_count = 1};
    if ((column = add_column(s, t, d->key, VALUE_INT, 0)) == NULL)
        return NULL;
    column->not_null = true;
    for (size_t i = 0; i < d->level_count; i++) {
        if (add_column(s, t, d->levels[i].name, d->levels[i].type, 0) == NULL)
            return NULL;
    }
    return t;
}

const struct table *
star_snapshot_table(struct star *s)
{
    struct table *t = arena_alloc(&s->memory, sizeof *t);

    if (t == NULL)
        return NULL;
    *t = (struct table){.name = s->names.snapshot};
    if (add_column(s, t, "ActivityID", VALUE_TEXT, LIMIT_ACTIVITY_ID) == NULL)
        return NULL;
    for (size_t i = 0; i < s->source_count; i++) {
        if (add_column(s, t, s->sources[i].column, s->sources[i].type, 0) == NULL)
            return NULL;
    }
    return t;
}

/* ---- level values ---- */

static bool
stands_above(const struct dimension *def, enum time_level wanted, size_t below)
{
    for (size_t i = 0; i < below; i++) {
        if (def->time_levels[i] == wanted)
            return true;
    }
    return false;
}

static int64_t
time_part(const struct dimension *def, size_t level, int64_t moment)
{
    struct civil c;
    int day_of_year = moment_day_of_year(moment);

    moment_to_civil(moment, &c);
    switch (def->time_levels[level]) {
    case TIME_YEAR:
        return c.year;
    case TIME_QUARTER:
        return (c.month - 1) / 3 + 1;
    case TIME_MONTH:
        return c.month;
    case TIME_WEEK: {
        int first_weekday = moment_weekday(moment) - (day_of_year - 1) % 7;

        if (first_weekday < 0)
            first_weekday += 7;
        return (day_of_year - 1 + first_weekday) / 7 + 1;
    }
    case TIME_DAY:
        return stands_above(def, TIME_MONTH, level) || stands_above(def, TIME_WEEK, level)
                   ? c.day
                   : day_of_year;
    case TIME_HOUR:
        return c.hour;
    default:
        return c.minute;
    }
}

static void
levels_of_time(const struct star_dimension *d, const struct value *source, struct value *levels)
{
    for (size_t i = 0; i < d->level_count; i++)
        levels[i] = source->type == VALUE_NULL
                        ? value_null()
                        : value_int(time_part(d->definition, i, source->as.time_us));
}

static void
levels_of_progress(const struct star_dimension *d, const struct value *source, struct value *levels)
{
    const struct dimension *def = d->definition;
    size_t stage = 0;

    while (
        stage < def->stage_count &&
        (source->type != VALUE_TEXT || strlen(def->stages[stage].name) != source->as.text.length ||
            memcmp(def->stages[stage].name, source->as.text.bytes, source->as.text.length) != 0))
        stage++;
    for (size_t i = d->level_count; i-- > 0;) {
        if (stage >= def->stage_count) {
            levels[i] = value_null();
            continue;
        }
        levels[i] = value_text(def->stages[stage].name);
        /* One step up, unless the stage is less deep than this level. */
        if (def->stages[stage].depth == (int)i && i > 0)
            stage = def->stages[stage].parent;
    }
}

/* Integers and texts are members as they are; a double or a time becomes its exact text. */
static struct value
member_value(const struct value *v, char text[MOMENT_TEXT_BYTES])
{
    if (v->type == VALUE_FLOAT)
        return value_text(number_format_double(v->as.real, text));
    if (v->type == VALUE_TIME)
        return value_text(moment_format(v->as.time_us, text));
    return *v;
}

void
star_levels_of(const struct star_dimension *d, const struct value *sources,
    struct level_texts *texts, struct value *levels)
{
    const struct value *first = &sources[d->sources[0]];

    if (d->definition->kind == DIMENSION_TIME) {
        levels_of_time(d, first, levels);
    } else if (d->definition->kind == DIMENSION_PROGRESS) {
        levels_of_progress(d, first, levels);
    } else {
        for (size_t i = 0; i < d->level_count; i++)
            levels[i] = member_value(&sources[d->sources[i]], texts->text[i]);
    }
}
