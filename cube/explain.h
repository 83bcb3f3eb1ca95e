/*
 * explain: why the cuboids of a stored segment are there: how many of the combinations of levels
 * that may be asked for each of them answers, and what that saves.
 */
#ifndef CUBE_EXPLAIN_H
#define CUBE_EXPLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "cube/store.h"

struct explained {
    const char *levels; /* "Place.City, Time.Month": the innermost of each dimension; "" of none */
    uint64_t cells;
    uint64_t bytes;
    size_t answers;         /* combinations for which it is the smallest that can */
    double reads;           /* cells for one of them, in per cent of the base cuboid's */
    size_t dimension_count; /* that it tells apart */
};

struct explanation {
    struct explained *items; /* the base cuboid, then the aggregates as they were chosen */
    size_t count;
    size_t combinations; /* of levels; of very large models the middle levels are left out */
};

/* Explains segment `index` of a part, into the arena. 0, or -1 with a fault. */
int cube_explain(struct stored_cube *c, enum cube_part part, size_t index, struct arena *a,
    struct explanation *e, struct fault *f);

#endif
