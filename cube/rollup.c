#include "cube/rollup.h"

#include <stdlib.h>

/* Cells are taken in pieces, column by column, so that a piece stays in the processor's cache. */
enum { PIECE_CELLS = 4096 };

/* A piece of a segment on its way into the groups. */
struct piece {
    size_t first;
    size_t count;
    uint32_t groups[PIECE_CELLS]; /* TUPLES_NONE: filtered out */
};

int
rollup_init(struct rollup *r, const struct cube_model *model, size_t width, struct fault *f)
{
    tuples_init(&r->groups, width);
    return tally_init(&r->tally, model, f);
}

void
rollup_release(struct rollup *r)
{
    tally_release(&r->tally);
    tuples_release(&r->groups);
}

static int
find_group(struct rollup *r, const uint32_t *tuple, uint32_t *group, struct fault *f)
{
    if (tuples_add(&r->groups, tuple, group, f) != 0)
        return -1;
    return *group < r->tally.count ? 0 : tally_reserve(&r->tally, r->groups.count, f);
}

static void
filter_piece(struct piece *p, const struct segment *s, const struct rollup_filter *filters,
    size_t filter_count)
{
    for (size_t i = 0; i < p->count; i++)
        p->groups[i] = 0;
    for (size_t k = 0; k < filter_count; k++) {
        const struct packed *codes = &s->dimensions[filters[k].dimension].codes;

        for (size_t i = 0; i < p->count; i++) {
            if (!filters[k].pass[packed_get(codes, p->first + i)])
                p->groups[i] = TUPLES_NONE;
        }
    }
}

static int
group_piece(struct rollup *r, struct piece *p, const struct segment *s,
    const struct rollup_axis *axes, uint32_t *tuple, struct fault *f)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->groups[i] == TUPLES_NONE)
            continue;
        for (size_t k = 0; k < r->groups.width; k++) {
            const struct packed *codes = &s->dimensions[axes[k].dimension].codes;

            tuple[k] = axes[k].places[packed_get(codes, p->first + i)];
        }
        if (find_group(r, tuple, &p->groups[i], f) != 0)
            return -1;
    }
    return 0;
}

static int
add_sum(struct exact_column *sum, uint32_t group, const struct segment_source *from, size_t cell,
    struct fault *f)
{
    uint64_t limbs[EXACT_WIDTH_LIMIT];
    struct exact_number n = {limbs, from->sum_width, from->sum_exponent};

    for (uint32_t k = 0; k < from->sum_width; k++)
        limbs[k] = bytes_get64(from->limbs + (cell * from->sum_width + k) * 8);
    return exact_add_number(sum, group, &n, f);
}

static int
merge_source(struct tally_source *to, const struct segment_source *from, const struct piece *p,
    struct fault *f)
{
    for (size_t i = 0; i < p->count; i++) {
        size_t cell = p->first + i;
        uint32_t group = p->groups[i];
        uint64_t present;

        if (group == TUPLES_NONE || (present = packed_get(&from->present, cell)) == 0)
            continue;
        if ((from->keeps & CUBE_KEEP_SUM) != 0 && add_sum(&to->sum, group, from, cell, f) != 0)
            return -1;
        if ((from->keeps & CUBE_KEEP_RANGE) != 0)
            tally_extend(to, group, to->present[group] == 0,
                (int64_t)bytes_get64(from->least + cell * 8),
                (int64_t)bytes_get64(from->greatest + cell * 8));
        to->present[group] += present;
    }
    return 0;
}

static int
merge_piece(struct rollup *r, const struct segment *s, const struct piece *p, struct fault *f)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->groups[i] != TUPLES_NONE)
            r->tally.rows[p->groups[i]] += packed_get(&s->rows, p->first + i);
    }
    for (size_t i = 0; i < r->tally.model->source_count; i++) {
        if (merge_source(&r->tally.sources[i], &s->sources[i], p, f) != 0)
            return -1;
    }
    return 0;
}

int
rollup_add(struct rollup *r, const struct segment *s, const struct rollup_axis *axes,
    const struct rollup_filter *filters, size_t filter_count, struct fault *f)
{
    struct piece *p = malloc(sizeof *p);
    uint32_t *tuple = calloc(r->groups.width + 1, sizeof *tuple);
    int rc = p == NULL || tuple == NULL ? fault_set_memory(f) : 0;

    for (size_t first = 0; rc == 0 && first < s->cells; first += PIECE_CELLS) {
        p->first = first;
        p->count = s->cells - first < PIECE_CELLS ? (size_t)s->cells - first : PIECE_CELLS;
        filter_piece(p, s, filters, filter_count);
        if (group_piece(r, p, s, axes, tuple, f) != 0 || merge_piece(r, s, p, f) != 0)
            rc = -1;
    }
    free(tuple);
    free(p);
    return rc;
}

int
rollup_total(struct rollup *r, size_t group_count, size_t row_count, size_t row_depth,
    size_t column_depth, struct fault *f)
{
    uint32_t *tuple = calloc(r->groups.width + 1, sizeof *tuple);
    int rc = tuple == NULL ? fault_set_memory(f) : 0;

    for (size_t i = 0; rc == 0 && i < group_count; i++) {
        uint32_t group;

        for (size_t k = 0; k < r->groups.width; k++) {
            bool named = k < row_count ? k < row_depth : k - row_count < column_depth;

            tuple[k] = named ? tuples_get(&r->groups, i)[k] : ROLLUP_ALL;
        }
        if (find_group(r, tuple, &group, f) != 0 ||
            tally_merge(&r->tally, group, &r->tally, i, f) != 0)
            rc = -1;
    }
    free(tuple);
    return rc;
}
