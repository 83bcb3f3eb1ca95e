/*
 * rollup_piece: the two steps of adding cells to a rollup, a piece at a time: find each cell's
 * group (rollup_group.c), add the cell's numbers to the group's tally (rollup_tally.c). Of rollup.c
 * alone.
 */
#ifndef CUBE_ROLLUP_PIECE_H
#define CUBE_ROLLUP_PIECE_H

#include "cube/rollup.h"

/* Cells are taken in pieces, column by column, so that a piece stays in the processor's cache. */
enum { ROLLUP_PIECE_CELLS = 2048 };

/* A piece of a cuboid on its way into the groups. */
struct rollup_piece {
    size_t first;
    size_t count;
    bool filtered;                       /* some of the groups are TUPLES_NONE */
    uint32_t groups[ROLLUP_PIECE_CELLS]; /* TUPLES_NONE: filtered out */
    uint64_t addresses[ROLLUP_PIECE_CELLS];
    uint64_t numbers[ROLLUP_PIECE_CELLS];
};

/* Sets the group of each cell that was not filtered out; new groups get their tuples. */
int rollup_piece_group(struct rollup *r, struct rollup_piece *p, const struct cells *c,
    const struct rollup_axis *axes, struct fault *f);

/* Adds counts, sums and bounds to the groups' tallies. `ready` says of which sources the sums need
 * no shift: the column has their exponent and room for all. */
int rollup_piece_tally(struct rollup *r, struct rollup_piece *p, const struct cells *c,
    const bool *ready, struct fault *f);

/* So many slots, all of them empty. */
int rollup_clear_slots(struct rollup *r, size_t count, struct fault *f);

/* The group of a tuple, a new one where there is none yet. */
int rollup_find_group(struct rollup *r, const uint32_t *tuple, uint32_t *group, struct fault *f);

#endif
