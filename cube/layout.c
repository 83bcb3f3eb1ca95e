#include "cube/layout.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cube/order.h"

/* Uninitialised room for one number more than asked for: never NULL for nothing. */
static uint32_t *
new_numbers(size_t count, struct fault *f)
{
    uint32_t *numbers = malloc((count + 1) * sizeof *numbers);

    if (numbers == NULL)
        fault_set_memory(f);
    return numbers;
}

/* Writes the numbers whose place is not TUPLES_NONE to `order`, and returns how many there are. */
static uint32_t
collect(const uint32_t *place, size_t count, uint32_t *order)
{
    uint32_t used = 0;

    for (size_t i = 0; i < count; i++) {
        if (place[i] != TUPLES_NONE)
            order[used++] = (uint32_t)i;
    }
    return used;
}

static void
number_places(const uint32_t *order, uint32_t count, uint32_t *place)
{
    for (uint32_t i = 0; i < count; i++)
        place[order[i]] = i;
}

/* Sorts the values that occur in the dimension's used members. */
static int
plan_level(struct layout_dimension *d, const struct cuboid_dimension *from, size_t level,
    const struct cube_level *model, struct fault *f)
{
    struct layout_level *l = &d->levels[level];
    const struct value_set *values = &from->levels[level];

    l->order = new_numbers(values->count, f);
    l->place = new_numbers(values->count, f);
    if (l->order == NULL || l->place == NULL)
        return -1;
    memset(l->place, 0xFF, values->count * sizeof *l->place);
    for (uint32_t i = 0; i < d->count; i++)
        l->place[tuples_get(&from->members, d->order[i])[level]] = 0;
    l->count = collect(l->place, values->count, l->order);
    if (value_set_sort(values, model, l->order, l->count, f) != 0)
        return -1;
    number_places(l->order, l->count, l->place);
    return 0;
}

struct member_order {
    const struct tuples *members;
    const struct layout_level *levels;
};

static int
compare_members(const void *left, const void *right, void *state)
{
    const struct member_order *o = state;
    const uint32_t *a = tuples_get(o->members, *(const uint32_t *)left);
    const uint32_t *b = tuples_get(o->members, *(const uint32_t *)right);

    for (size_t i = 0; i < o->members->width; i++) {
        uint32_t place_a = o->levels[i].place[a[i]];
        uint32_t place_b = o->levels[i].place[b[i]];

        if (place_a != place_b)
            return place_a < place_b ? -1 : 1;
    }
    return 0;
}

/* Which members the cells use; without cells all are taken. */
static int
mark_members(
    struct layout_dimension *d, const struct cuboid *c, size_t dimension, bool all, struct fault *f)
{
    size_t member_count = c->dimensions[dimension].members.count;

    d->order = new_numbers(member_count, f);
    d->place = new_numbers(member_count, f);
    if (d->order == NULL || d->place == NULL)
        return -1;
    memset(d->place, all ? 0 : 0xFF, member_count * sizeof *d->place);
    for (size_t i = 0; i < c->cells.count; i++)
        d->place[tuples_get(&c->cells, i)[dimension]] = 0;
    d->count = collect(d->place, member_count, d->order);
    return 0;
}

static int
plan_dimension(struct layout *l, size_t dimension, bool all, struct fault *f)
{
    const struct cuboid *c = l->cuboid;
    const struct cube_dimension *model = &c->model->dimensions[dimension];
    struct layout_dimension *d = &l->dimensions[dimension];
    struct member_order order = {&c->dimensions[dimension].members, NULL};

    if ((d->levels = calloc(model->level_count, sizeof *d->levels)) == NULL)
        return fault_set_memory(f);
    if (mark_members(d, c, dimension, all, f) != 0)
        return -1;
    for (size_t i = 0; i < model->level_count; i++) {
        if (plan_level(d, &c->dimensions[dimension], i, &model->levels[i], f) != 0)
            return -1;
    }
    order.levels = d->levels;
    qsort_r(d->order, d->count, sizeof *d->order, compare_members, &order);
    number_places(d->order, d->count, d->place);
    return 0;
}

static int
compare_cells(const void *left, const void *right, void *state)
{
    const struct layout *l = state;
    const uint32_t *a = tuples_get(&l->cuboid->cells, *(const uint32_t *)left);
    const uint32_t *b = tuples_get(&l->cuboid->cells, *(const uint32_t *)right);

    for (size_t i = 0; i < l->cuboid->cells.width; i++) {
        uint32_t place_a = l->dimensions[i].place[a[i]];
        uint32_t place_b = l->dimensions[i].place[b[i]];

        if (place_a != place_b)
            return place_a < place_b ? -1 : 1;
    }
    return 0;
}

/* Cells have numbers, mixed radix of their members' places; false when 64 bits do not hold them. */
static bool
number_cells(const struct layout *l, uint64_t *keys)
{
    const struct tuples *cells = &l->cuboid->cells;
    uint64_t product = 1;

    for (size_t k = 0; k < cells->width; k++) {
        if (__builtin_mul_overflow(product, (uint64_t)l->dimensions[k].count, &product))
            return false;
    }
    for (size_t i = 0; i < cells->count; i++) {
        const uint32_t *codes = tuples_get(cells, i);
        uint64_t key = 0;

        for (size_t k = 0; k < cells->width; k++)
            key = key * l->dimensions[k].count + l->dimensions[k].place[codes[k]];
        keys[i] = key;
    }
    return true;
}

static int
sort_cells(struct layout *l, struct fault *f)
{
    size_t count = l->cuboid->cells.count;
    uint64_t *keys = malloc((count + 1) * sizeof *keys);
    uint32_t *scratch = malloc((count + 1) * sizeof *scratch);
    int rc = keys == NULL || scratch == NULL ? fault_set_memory(f) : 0;

    if (rc == 0 && number_cells(l, keys)) {
        order_by_keys(keys, count, l->cells, scratch);
    } else if (rc == 0) {
        for (size_t i = 0; i < count; i++)
            l->cells[i] = (uint32_t)i;
        qsort_r(l->cells, count, sizeof *l->cells, compare_cells, l);
    }
    free(scratch);
    free(keys);
    return rc;
}

static int
plan(struct layout *l, const struct cuboid *c, bool all, struct fault *f)
{
    *l = (struct layout){.cuboid = c};
    l->dimensions = calloc(c->model->dimension_count + 1, sizeof *l->dimensions);
    if (l->dimensions == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < c->model->dimension_count; i++) {
        if (plan_dimension(l, i, all, f) != 0)
            return -1;
    }
    return 0;
}

int
layout_init(struct layout *l, const struct cuboid *c, struct fault *f)
{
    if (plan(l, c, false, f) != 0 || (l->cells = new_numbers(c->cells.count, f)) == NULL)
        return -1;
    return sort_cells(l, f);
}

int
layout_members(struct layout *l, const struct cuboid *c, struct fault *f)
{
    return plan(l, c, true, f);
}

static void
dimension_release(struct layout_dimension *d, size_t level_count)
{
    for (size_t i = 0; d->levels != NULL && i < level_count; i++) {
        free(d->levels[i].order);
        free(d->levels[i].place);
    }
    free(d->levels);
    free(d->order);
    free(d->place);
}

void
layout_release(struct layout *l)
{
    free(l->cells);
    for (size_t i = 0; l->dimensions != NULL && i < l->cuboid->model->dimension_count; i++)
        dimension_release(&l->dimensions[i], l->cuboid->model->dimensions[i].level_count);
    free(l->dimensions);
    *l = (struct layout){.cuboid = NULL};
}
