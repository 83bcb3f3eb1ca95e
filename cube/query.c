#include "cube/query.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/nearest.h"
#include "cube/axis.h"
#include "cube/rollup.h"

/* A level with slices, and which of its members they let through. */
struct sliced {
    struct axis axis;
    bool *pass; /* of each place */
};

struct running {
    struct stored_cube *cube;
    const struct cube_model *model;
    const struct cube_query *query;
    struct axis *axes; /* rows, then columns */
    size_t axis_count;
    struct sliced *sliced;
    size_t sliced_count;
    struct rollup rollup;
};

static bool
same_level(struct cube_level_ref a, struct cube_level_ref b)
{
    return a.dimension == b.dimension && a.level == b.level;
}

static struct cube_level_ref
axis_ref(const struct cube_query *q, size_t index)
{
    return index < q->row_count ? q->rows[index] : q->columns[index - q->row_count];
}

static const char *
dimension_name(const struct cube_model *m, struct cube_level_ref ref)
{
    return m->dimensions[ref.dimension].name;
}

static int
open_axes(struct running *q, struct fault *f)
{
    size_t count = q->query->row_count + q->query->column_count;

    if ((q->axes = calloc(count + 1, sizeof *q->axes)) == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < count; i++) {
        struct cube_level_ref ref = axis_ref(q->query, i);

        for (size_t k = 0; k < i; k++) {
            if (same_level(q->axes[k].ref, ref))
                return fault_set(f, FAULT_USAGE, "level '%s.%s' is named twice",
                    dimension_name(q->model, ref), cube_model_level(q->model, ref)->name);
        }
        axis_init(&q->axes[q->axis_count++], q->model, ref);
    }
    return 0;
}

/* One entry for each level that has slices. */
static int
open_slices(struct running *q, struct fault *f)
{
    q->sliced = calloc(q->query->slice_count + 1, sizeof *q->sliced);
    if (q->sliced == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < q->query->slice_count; i++) {
        struct cube_level_ref ref = q->query->slices[i].level;
        size_t k = 0;

        while (k < q->sliced_count && !same_level(q->sliced[k].axis.ref, ref))
            k++;
        if (k == q->sliced_count)
            axis_init(&q->sliced[q->sliced_count++].axis, q->model, ref);
    }
    return 0;
}

/* Members come from the whole cube: one that only another part has is known and finds nothing. */
static int
read_members(struct running *q, struct fault *f)
{
    for (size_t i = 0; i < cube_segment_count(q->cube, CUBE_PART_ALL); i++) {
        const struct segment *s = cube_segment(q->cube, CUBE_PART_ALL, i, f);

        if (s == NULL)
            return -1;
        for (size_t k = 0; k < q->axis_count; k++) {
            if (axis_add(&q->axes[k], s, f) != 0)
                return -1;
        }
        for (size_t k = 0; k < q->sliced_count; k++) {
            if (axis_add(&q->sliced[k].axis, s, f) != 0)
                return -1;
        }
    }
    for (size_t k = 0; k < q->axis_count; k++) {
        if (axis_sort(&q->axes[k], f) != 0)
            return -1;
    }
    for (size_t k = 0; k < q->sliced_count; k++) {
        struct sliced *s = &q->sliced[k];

        if (axis_sort(&s->axis, f) != 0)
            return -1;
        if ((s->pass = calloc(s->axis.values.count + 1, sizeof *s->pass)) == NULL)
            return fault_set_memory(f);
    }
    return 0;
}

/* FAULT_DATA with the nearest member. */
static int
refuse_member(
    const struct running *q, const struct axis *a, const struct cube_slice *slice, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct text name = TEXT_INIT;
    struct nearest nearest;

    if (slice->text == NULL)
        return fault_set(f, FAULT_DATA, "level '%s.%s' has no unknown (NULL) member",
            dimension_name(q->model, a->ref), a->level->name);
    fault_set(f, FAULT_DATA, "level '%s.%s' has no member '%.200s'",
        dimension_name(q->model, a->ref), a->level->name, slice->text);
    nearest_init(&nearest, slice->text);
    for (size_t i = 0; i < a->values.count; i++) {
        size_t before = nearest.distance;

        text_clear(&name);
        value_add_text(&name, &a->values.values[i]);
        nearest_offer(&nearest, text_get(&name));
        if (nearest.distance != before)
            nearest.best = arena_strdup(&memory, nearest.best);
    }
    nearest_hint(&nearest, f);
    text_release(&name);
    arena_release(&memory);
    return -1;
}

/* The place of a slice's member, VALUE_SET_NONE when it is known and has no facts. */
static int
find_member(const struct running *q, const struct axis *a, const struct cube_slice *slice,
    uint32_t *place, struct fault *f)
{
    size_t length = slice->text == NULL ? 0 : strlen(slice->text);
    struct value v = value_null();
    bool is_value = true;

    if (slice->text != NULL)
        is_value = value_parse(a->level->type, slice->text, length, NULL, &v, NULL) == 0;
    *place = is_value ? axis_find(a, &v) : VALUE_SET_NONE;
    if (*place != VALUE_SET_NONE)
        return 0;
    if (slice->text != NULL &&
        cube_level_label(a->level, slice->text, length) < a->level->label_count)
        return 0;
    return refuse_member(q, a, slice, f);
}

static int
apply_slices(struct running *q, struct fault *f)
{
    for (size_t i = 0; i < q->query->slice_count; i++) {
        const struct cube_slice *slice = &q->query->slices[i];
        size_t k = 0;
        uint32_t place;

        while (!same_level(q->sliced[k].axis.ref, slice->level))
            k++;
        if (find_member(q, &q->sliced[k].axis, slice, &place, f) != 0)
            return -1;
        if (place != VALUE_SET_NONE)
            q->sliced[k].pass[place] = true;
    }
    return 0;
}

/* What axes and slices make of one segment's member codes. */
struct views {
    struct rollup_axis *axes;
    struct rollup_filter *filters;
    uint32_t **places; /* behind the axes; owned */
    bool **passes;     /* behind the filters; owned */
};

static void
views_release(struct views *v, const struct running *q)
{
    for (size_t i = 0; v->places != NULL && i < q->axis_count; i++)
        free(v->places[i]);
    for (size_t i = 0; v->passes != NULL && i < q->sliced_count; i++)
        free(v->passes[i]);
    free(v->places);
    free(v->passes);
    free(v->axes);
    free(v->filters);
}

static bool *
member_passes(const struct sliced *sliced, const struct segment *s, struct fault *f)
{
    uint32_t member_count = s->dimensions[sliced->axis.ref.dimension].member_count;
    uint32_t *places = axis_places(&sliced->axis, s, f);
    bool *pass = calloc((size_t)member_count + 1, sizeof *pass);

    if (places == NULL || pass == NULL) {
        free(places);
        free(pass);
        fault_set_memory(f);
        return NULL;
    }
    for (uint32_t i = 0; i < member_count; i++)
        pass[i] = sliced->pass[places[i]];
    free(places);
    return pass;
}

static int
views_init(struct views *v, const struct running *q, const struct segment *s, struct fault *f)
{
    *v = (struct views){.axes = calloc(q->axis_count + 1, sizeof *v->axes),
        .filters = calloc(q->sliced_count + 1, sizeof *v->filters),
        .places = calloc(q->axis_count + 1, sizeof *v->places),
        .passes = calloc(q->sliced_count + 1, sizeof *v->passes)};
    if (v->axes == NULL || v->filters == NULL || v->places == NULL || v->passes == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < q->axis_count; i++) {
        if ((v->places[i] = axis_places(&q->axes[i], s, f)) == NULL)
            return -1;
        v->axes[i] = (struct rollup_axis){q->axes[i].ref.dimension, v->places[i]};
    }
    for (size_t i = 0; i < q->sliced_count; i++) {
        if ((v->passes[i] = member_passes(&q->sliced[i], s, f)) == NULL)
            return -1;
        v->filters[i] = (struct rollup_filter){q->sliced[i].axis.ref.dimension, v->passes[i]};
    }
    return 0;
}

static int
group_facts(struct running *q, struct fault *f)
{
    if (rollup_init(&q->rollup, q->model, q->axis_count, f) != 0)
        return -1;
    for (size_t i = 0; i < cube_segment_count(q->cube, q->query->part); i++) {
        const struct segment *s = cube_segment(q->cube, q->query->part, i, f);
        struct views v;
        int rc = -1;

        if (s == NULL)
            return -1;
        if (views_init(&v, q, s, f) == 0)
            rc = rollup_add(&q->rollup, s, v.axes, v.filters, q->sliced_count, f);
        views_release(&v, q);
        if (rc != 0)
            return -1;
    }
    return 0;
}

/* A total for every shorter list of rows and of columns. */
static int
add_totals(struct running *q, struct fault *f)
{
    size_t rows = q->query->row_count;
    size_t columns = q->query->column_count;
    size_t group_count = q->rollup.groups.count;

    for (size_t row = 0; row <= rows; row++) {
        for (size_t column = 0; column <= columns; column++) {
            if ((row < rows || column < columns) &&
                rollup_total(&q->rollup, group_count, rows, row, column, f) != 0)
                return -1;
        }
    }
    return 0;
}

static int
compare_groups(const void *left, const void *right, void *state)
{
    const struct tuples *groups = state;
    const uint32_t *a = tuples_get(groups, *(const uint32_t *)left);
    const uint32_t *b = tuples_get(groups, *(const uint32_t *)right);

    for (size_t i = 0; i < groups->width; i++) {
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

/* The axis's members, copied so that the result outlives the cube. */
static struct value *
copy_members(const struct axis *a, struct arena *memory)
{
    struct value *members = arena_array(memory, a->values.count + 1, sizeof *members);

    for (size_t i = 0; members != NULL && i < a->values.count; i++) {
        members[i] = *axis_member(a, (uint32_t)i);
        if (members[i].type == VALUE_TEXT &&
            (members[i].as.text.bytes = arena_strndup(
                 memory, members[i].as.text.bytes, members[i].as.text.length)) == NULL)
            return NULL;
    }
    return members;
}

static size_t
depth_of(const uint32_t *tuple, size_t count)
{
    size_t depth = 0;

    while (depth < count && tuple[depth] != ROLLUP_ALL)
        depth++;
    return depth;
}

static int
fill_line(const struct running *q, uint32_t group, struct value *const *members,
    const size_t *measures, struct cube_result *r, struct cube_line *line)
{
    const uint32_t *tuple = tuples_get(&q->rollup.groups, group);
    struct value *labels = arena_array(&r->memory, q->axis_count, sizeof *labels);
    struct value *values = arena_array(&r->memory, r->measure_count, sizeof *values);
    uint32_t *keys = arena_array(&r->memory, q->axis_count, sizeof *keys);

    if (labels == NULL || values == NULL || keys == NULL)
        return -1;
    memcpy(keys, tuple, q->axis_count * sizeof *keys);
    for (size_t i = 0; i < q->axis_count; i++)
        labels[i] = tuple[i] == ROLLUP_ALL ? value_null() : members[i][tuple[i]];
    for (size_t i = 0; i < r->measure_count; i++)
        values[i] = tally_measure(&q->rollup.tally, group, measures[i]);
    line->labels = labels;
    line->keys = keys;
    line->measures = values;
    line->row_depth = depth_of(tuple, r->row_count);
    line->column_depth = depth_of(tuple + r->row_count, r->column_count);
    return 0;
}

static int
fill_lines(const struct running *q, const uint32_t *order, const size_t *measures,
    struct cube_result *r, struct fault *f)
{
    size_t count = q->rollup.groups.count;
    struct value **members = arena_array(&r->memory, q->axis_count + 1, sizeof *members);

    r->lines = arena_array(&r->memory, count, sizeof *r->lines);
    if (members == NULL || r->lines == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < q->axis_count; i++) {
        if ((members[i] = copy_members(&q->axes[i], &r->memory)) == NULL)
            return fault_set_memory(f);
    }
    for (; r->line_count < count; r->line_count++) {
        if (fill_line(q, order[r->line_count], members, measures, r, &r->lines[r->line_count]) != 0)
            return fault_set_memory(f);
    }
    return 0;
}

/* The measures asked for, or all there are; at least the row count. */
static const size_t *
choose_measures(const struct running *q, struct cube_result *r)
{
    size_t count = q->query->measure_count;
    size_t *measures;

    if (count > 0) {
        r->measure_count = count;
        return q->query->measures;
    }
    r->measure_count = q->model->measure_count > 0 ? q->model->measure_count : 1;
    measures = arena_array(&r->memory, r->measure_count, sizeof *measures);
    for (size_t i = 0; measures != NULL && i < r->measure_count; i++)
        measures[i] = q->model->measure_count > 0 ? i : CUBE_ROW_COUNT;
    return measures;
}

static int
fill_head(const struct running *q, const size_t *measures, struct cube_result *r, struct fault *f)
{
    r->row_count = q->query->row_count;
    r->column_count = q->query->column_count;
    r->levels = arena_array(&r->memory, q->axis_count + 1, sizeof *r->levels);
    r->measures = arena_array(&r->memory, r->measure_count, sizeof *r->measures);
    if (r->levels == NULL || r->measures == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < q->axis_count; i++) {
        r->levels[i] = arena_printf(
            &r->memory, "%s.%s", dimension_name(q->model, q->axes[i].ref), q->axes[i].level->name);
        if (r->levels[i] == NULL)
            return fault_set_memory(f);
    }
    for (size_t i = 0; i < r->measure_count; i++) {
        r->measures[i] = arena_strdup(&r->memory, measures[i] == CUBE_ROW_COUNT
                                                      ? CUBE_ROW_COUNT_NAME
                                                      : q->model->measures[measures[i]].name);
        if (r->measures[i] == NULL)
            return fault_set_memory(f);
    }
    return 0;
}

static int
fill_result(const struct running *q, struct cube_result *r, struct fault *f)
{
    size_t count = q->rollup.groups.count;
    const size_t *measures = choose_measures(q, r);
    uint32_t *order;
    int rc = -1;

    if (measures == NULL || (order = malloc((count + 1) * sizeof *order)) == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, count, sizeof *order, compare_groups, (void *)&q->rollup.groups);
    if (fill_head(q, measures, r, f) == 0)
        rc = fill_lines(q, order, measures, r, f);
    free(order);
    return rc;
}

static void
release(struct running *q)
{
    rollup_release(&q->rollup);
    for (size_t i = 0; i < q->sliced_count; i++) {
        axis_release(&q->sliced[i].axis);
        free(q->sliced[i].pass);
    }
    free(q->sliced);
    for (size_t i = 0; i < q->axis_count; i++)
        axis_release(&q->axes[i]);
    free(q->axes);
}

int
cube_query_run(
    struct stored_cube *c, const struct cube_query *q, struct cube_result *r, struct fault *f)
{
    struct running running = {.cube = c, .model = cube_model_of(c), .query = q};
    int rc = -1;

    *r = (struct cube_result)CUBE_RESULT_INIT;
    if (cube_storage_of(c) != CUBE_STORAGE_MEMORY)
        return fault_set(f, FAULT_INTERNAL, "a cube in direct mode holds no facts to query");
    if (open_axes(&running, f) == 0 && open_slices(&running, f) == 0 &&
        read_members(&running, f) == 0 && apply_slices(&running, f) == 0 &&
        group_facts(&running, f) == 0 && (!q->totals || add_totals(&running, f) == 0))
        rc = fill_result(&running, r, f);
    release(&running);
    if (rc != 0)
        cube_result_release(r);
    return rc;
}
