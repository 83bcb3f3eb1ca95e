#include "cube/answer.h"

#include <stdlib.h>
#include <string.h>

#include "cube/rank.h"

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

/* Labels, keys and values of all lines, one after the other. */
struct columns {
    struct value **members; /* of each axis */
    struct value *labels;
    struct value *values;
    uint32_t *keys;
};

static void
fill_line(const struct answer *q, uint32_t group, struct columns *c, const size_t *measures,
    struct cube_result *r, struct cube_line *line)
{
    const uint32_t *tuple = tuples_get(&q->rollup->groups, group);

    *line = (struct cube_line){.labels = c->labels,
        .keys = c->keys,
        .measures = c->values,
        .row_depth = depth_of(tuple, r->row_count),
        .column_depth = depth_of(tuple + r->row_count, r->column_count)};
    memcpy(c->keys, tuple, q->axis_count * sizeof *c->keys);
    for (size_t i = 0; i < q->axis_count; i++)
        c->labels[i] = tuple[i] == ROLLUP_ALL ? value_null() : c->members[i][tuple[i]];
    for (size_t i = 0; i < r->measure_count; i++)
        c->values[i] = tally_measure(&q->rollup->tally, group, measures[i]);
    c->keys += q->axis_count;
    c->labels += q->axis_count;
    c->values += r->measure_count;
}

static int
fill_lines(const struct answer *q, const uint32_t *order, const size_t *measures,
    struct cube_result *r, struct fault *f)
{
    size_t count = q->rollup->groups.count;
    struct columns c = {arena_array(&r->memory, q->axis_count + 1, sizeof *c.members),
        arena_array(&r->memory, count * q->axis_count + 1, sizeof *c.labels),
        arena_array(&r->memory, count * r->measure_count + 1, sizeof *c.values),
        arena_array(&r->memory, count * q->axis_count + 1, sizeof *c.keys)};

    r->lines = arena_array(&r->memory, count, sizeof *r->lines);
    if (c.members == NULL || c.labels == NULL || c.values == NULL || c.keys == NULL ||
        r->lines == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < q->axis_count; i++) {
        if ((c.members[i] = copy_members(&q->axes[i], &r->memory)) == NULL)
            return fault_set_memory(f);
    }
    for (; r->line_count < count; r->line_count++)
        fill_line(q, order[r->line_count], &c, measures, r, &r->lines[r->line_count]);
    return 0;
}

/* The measures asked for, or all there are; at least the row count. Behind them room for the one
 * that rows rank by. */
static size_t *
choose_measures(const struct answer *q, struct cube_result *r)
{
    size_t asked = q->query->measure_count;
    size_t all = q->model->measure_count;
    size_t *measures;

    r->measure_count = asked > 0 ? asked : all > 0 ? all : 1;
    measures = arena_array(&r->memory, r->measure_count + 1, sizeof *measures);
    for (size_t i = 0; measures != NULL && i < r->measure_count; i++)
        measures[i] = asked > 0 ? q->query->measures[i] : all > 0 ? i : CUBE_ROW_COUNT;
    return measures;
}

/* The place of the measure that rows rank by; one that is not shown is added. */
static size_t
choose_rank(const struct answer *q, size_t *measures, struct cube_result *r)
{
    size_t i = 0;

    measures[r->measure_count] = q->query->order->measure;
    while (measures[i] != q->query->order->measure)
        i++;
    if (i == r->measure_count)
        r->measure_count++;
    return i;
}

static int
fill_head(const struct answer *q, const size_t *measures, struct cube_result *r, struct fault *f)
{
    r->row_count = q->query->row_count;
    r->column_count = q->query->column_count;
    r->levels = arena_array(&r->memory, q->axis_count + 1, sizeof *r->levels);
    r->measures = arena_array(&r->memory, r->measure_count, sizeof *r->measures);
    if (r->levels == NULL || r->measures == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < q->axis_count; i++) {
        r->levels[i] = arena_printf(&r->memory, "%s.%s",
            q->model->dimensions[q->axes[i].ref.dimension].name, q->axes[i].level->name);
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

/* A total for every shorter list of rows and of columns. */
static int
add_totals(const struct answer *q, struct fault *f)
{
    size_t rows = q->query->row_count;
    size_t columns = q->query->column_count;
    size_t group_count = q->rollup->groups.count;

    for (size_t row = 0; row <= rows; row++) {
        for (size_t column = 0; column <= columns; column++) {
            if ((row < rows || column < columns) &&
                rollup_total(q->rollup, group_count, rows, row, column, f) != 0)
                return -1;
        }
    }
    return 0;
}

static int
fill(const struct answer *q, const size_t *measures, struct cube_result *r, struct fault *f)
{
    const uint32_t *order = rollup_order(q->rollup, f);

    if (order == NULL || fill_head(q, measures, r, f) != 0)
        return -1;
    return fill_lines(q, order, measures, r, f);
}

int
answer_fill(const struct answer *q, struct cube_result *r, struct fault *f)
{
    const struct cube_order *order = q->query->order;
    size_t *measures = choose_measures(q, r);
    size_t shown = r->measure_count;
    struct rank rank;

    if (measures == NULL)
        return fault_set_memory(f);
    if (order == NULL)
        return q->query->totals && add_totals(q, f) != 0 ? -1 : fill(q, measures, r, f);
    rank =
        (struct rank){choose_rank(q, measures, r), order->ascending, order->top, q->query->totals};
    if (add_totals(q, f) != 0 || fill(q, measures, r, f) != 0 || rank_apply(&rank, r, f) != 0)
        return -1;
    r->measure_count = shown;
    return 0;
}
