/*
 * merge_order: in which order the cells of several segments come together. The order is kept on a
 * tape, a byte for each cell: the number of its segment, and whether it is the last of those that
 * become one cell. Columns are merged by playing it.
 */
#ifndef CUBE_MERGE_ORDER_H
#define CUBE_MERGE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "cube/cells.h"
#include "cube/merge.h"
#include "cube/scratch.h"

enum { TAPE_LAST = 0x80 };
_Static_assert((int)MERGE_LIMIT <= (int)TAPE_LAST, "a byte of the tape holds a segment's number");

struct merge_input {
    struct segment *segment; /* borrowed */
    uint32_t **places;       /* of each dimension: of each member, among all members; owned */
    uint64_t at;             /* the next cell */
};

struct merge {
    const struct cube_model *model;
    struct merge_input inputs[MERGE_LIMIT];
    size_t count;
    struct scratch tape;
    uint64_t tape_at;
};

/* Fills the tape, for members in the order of their places, and counts the merged cells. The inputs
 * are at their first cells before it. 0, or -1 with a fault. */
int merge_order(struct merge *m, const char *folder, const uint32_t *member_counts, uint64_t *cells,
    struct fault *f);

/* A cell on the tape. */
struct merge_cell {
    const struct merge_input *input;
    const struct cells *cells;
    uint64_t at;
    bool more; /* the next one joins it */
};

static inline struct merge_cell
merge_step(struct merge *m)
{
    unsigned char mark = m->tape.bytes[m->tape_at++];
    struct merge_input *input = &m->inputs[mark & (TAPE_LAST - 1)];

    return (struct merge_cell){input, &input->segment->cells, input->at++, (mark & TAPE_LAST) == 0};
}

#endif
