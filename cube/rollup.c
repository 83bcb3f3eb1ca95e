#include "cube/rollup.h"

#include <stdlib.h>
#include <string.h>

#include "cube/order.h"
#include "cube/rollup_piece.h"

/* A table of all addresses is worth its memory up to this size, or up to so many for each cell. */
enum { DIRECT_SMALL = 1 << 16, DIRECT_LIMIT = 1 << 24, DIRECT_PER_CELL = 8 };

int
rollup_init(struct rollup *r, const struct cube_model *model, size_t width, struct fault *f)
{
    *r = (struct rollup){.mode = ROLLUP_TUPLES};
    tuples_init(&r->groups, width);
    r->tops = calloc(model->source_count + 1, sizeof *r->tops);
    r->follows = calloc(model->source_count + 1, sizeof *r->follows);
    if (tally_init(&r->tally, model, f) != 0)
        return -1;
    return r->tops == NULL || r->follows == NULL ? fault_set_memory(f) : 0;
}

void
rollup_release(struct rollup *r)
{
    free(r->tops);
    free(r->follows);
    free(r->slots);
    free(r->addresses);
    free(r->order);
    tally_release(&r->tally);
    tuples_release(&r->groups);
}

void
rollup_restart(struct rollup *r, size_t width)
{
    tuples_restart(&r->groups, width);
    tally_restart(&r->tally);
    r->mode = ROLLUP_TUPLES;
    r->expected = r->slot_count = 0;
    r->merged = 0;
    r->any = r->totals = false;
}

int
rollup_sizes(
    struct rollup *r, const uint32_t *sizes, uint64_t cells, uint64_t expected, struct fault *f)
{
    uint64_t domain = 1;

    if (r->groups.width > ROLLUP_ADDRESS_AXES)
        return 0;
    for (size_t k = r->groups.width; k-- > 0;) {
        r->weights[k] = domain;
        if (__builtin_mul_overflow(domain, (uint64_t)sizes[k], &domain) || domain > INT64_MAX)
            return 0;
    }
    if (expected > cells)
        expected = cells;
    if (expected > domain)
        expected = domain;
    r->domain = domain;
    r->expected = (size_t)expected;
    r->mode = ROLLUP_HASHED;
    if (array_reserve(&r->addresses, &r->address_room, r->expected + ROLLUP_PIECE_CELLS,
            sizeof *r->addresses, f) != 0 ||
        array_reserve(&r->groups.codes, &r->groups.code_room, r->expected * r->groups.width + 1,
            sizeof *r->groups.codes, f) != 0 ||
        tally_expect(&r->tally, r->expected, f) != 0)
        return -1;
    if (domain <= DIRECT_SMALL || (domain <= DIRECT_LIMIT && domain / DIRECT_PER_CELL <= cells)) {
        r->mode = ROLLUP_DIRECT;
        return rollup_clear_slots(r, (size_t)domain + 1, f);
    }
    return 0;
}

int
rollup_merge(struct rollup *r, const uint32_t *tuple, const struct tally *from, size_t from_cell,
    struct fault *f)
{
    uint32_t group;

    if (rollup_find_group(r, tuple, &group, f) != 0)
        return -1;
    r->merged++;
    return tally_merge(&r->tally, group, from, from_cell, f);
}

/* ---- adding cells ---- */

static void
filter_piece(struct rollup_piece *p, const struct cells *c, const struct rollup_filter *filters,
    size_t filter_count)
{
    p->filtered = filter_count > 0;
    for (size_t i = 0; p->filtered && i < p->count; i++)
        p->groups[i] = 0;
    for (size_t k = 0; k < filter_count; k++) {
        packed_read(&c->codes[filters[k].dimension], p->first, p->count, p->numbers);
        for (size_t i = 0; i < p->count; i++) {
            if (!filters[k].pass[p->numbers[i]])
                p->groups[i] = TUPLES_NONE;
        }
    }
}

/* The column's bits suffice for all sums added up; the carries run within it. */
static int
prepare_sums(struct rollup *r, size_t source, const struct cells *c, bool *ready, struct fault *f)
{
    const struct cell_source *s = &c->sources[source];
    struct exact_column *sum = &r->tally.sources[source].sum;
    int32_t top = s->sum_exponent + 8 * (int32_t)s->sum_bytes;
    int32_t carries = 64 - __builtin_clzll(r->merged | 1);

    if (!r->any || top > r->tops[source])
        r->tops[source] = top;
    if (exact_column_prepare(sum, s->sum_exponent, r->tops[source] + carries, f) != 0)
        return -1;
    *ready = sum->exponent == s->sum_exponent;
    return 0;
}

int
rollup_add(struct rollup *r, const struct cells *c, const struct rollup_axis *axes,
    const struct rollup_filter *filters, size_t filter_count, struct fault *f)
{
    size_t source_count = r->tally.model->source_count;
    struct rollup_piece *p = malloc(sizeof *p);
    bool *ready = calloc(source_count + 1, sizeof *ready);
    int rc = p == NULL || ready == NULL ? fault_set_memory(f) : 0;

    for (size_t i = 0; i < source_count; i++)
        r->follows[i] = c->sources[i].always && (r->follows[i] || r->merged == 0);
    r->merged += c->count;
    for (size_t i = 0; rc == 0 && i < source_count; i++) {
        if ((c->sources[i].keeps & CUBE_KEEP_SUM) != 0)
            rc = prepare_sums(r, i, c, &ready[i], f);
    }
    r->any = true;
    for (size_t first = 0; rc == 0 && first < c->count; first += ROLLUP_PIECE_CELLS) {
        if (first % CELLS_FORGET == 0)
            cells_forget(c);
        p->first = first;
        p->count =
            c->count - first < ROLLUP_PIECE_CELLS ? (size_t)c->count - first : ROLLUP_PIECE_CELLS;
        filter_piece(p, c, filters, filter_count);
        if (rollup_piece_group(r, p, c, axes, f) != 0 || rollup_piece_tally(r, p, c, ready, f) != 0)
            rc = -1;
    }
    for (size_t i = 0; rc == 0 && i < source_count; i++) {
        if (r->follows[i] && r->tally.count > 0)
            memcpy(
                r->tally.sources[i].present, r->tally.rows, r->tally.count * sizeof *r->tally.rows);
    }
    free(ready);
    free(p);
    return rc;
}

/* ---- totals and order ---- */

int
rollup_total(struct rollup *r, size_t group_count, size_t row_count, size_t row_depth,
    size_t column_depth, struct fault *f)
{
    uint32_t *tuple = calloc(r->groups.width + 1, sizeof *tuple);
    int rc = tuple == NULL ? fault_set_memory(f) : 0;

    /* Totals have no address; they are found by their tuples from now on. */
    r->totals = true;
    for (size_t i = 0; rc == 0 && i < group_count; i++) {
        uint32_t group;

        for (size_t k = 0; k < r->groups.width; k++) {
            bool named = k < row_count ? k < row_depth : k - row_count < column_depth;

            tuple[k] = named ? tuples_get(&r->groups, i)[k] : ROLLUP_ALL;
        }
        if (rollup_find_group(r, tuple, &group, f) != 0 ||
            tally_merge(&r->tally, group, &r->tally, i, f) != 0)
            rc = -1;
    }
    free(tuple);
    return rc;
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

/* Every address is looked at, in order. */
static void
order_directly(const struct rollup *r, uint32_t *order)
{
    size_t next = 0;

    for (uint64_t i = 0; i < r->domain; i++) {
        if (r->slots[i] != 0)
            order[next++] = r->slots[i] - 1;
    }
}

static void
order_by_tuples(const struct rollup *r, uint32_t *order)
{
    for (size_t i = 0; i < r->groups.count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, r->groups.count, sizeof *order, compare_groups, (void *)(uintptr_t)&r->groups);
}

const uint32_t *
rollup_order(struct rollup *r, struct fault *f)
{
    size_t count = r->groups.count;

    if (array_reserve(&r->order, &r->order_room, 2 * count + 1, sizeof *r->order, f) != 0)
        return NULL;
    if (!r->totals && r->mode == ROLLUP_HASHED)
        order_by_keys(r->addresses, count, r->order, r->order + count);
    else if (!r->totals && r->mode == ROLLUP_DIRECT && r->domain / 64 <= count)
        order_directly(r, r->order);
    else
        order_by_tuples(r, r->order);
    return r->order;
}
