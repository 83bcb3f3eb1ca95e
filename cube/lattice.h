/*
 * lattice: the cuboids that a base cuboid can be rolled up to. A cuboid is said by its depths: for
 * each dimension how many levels, from the outermost on, tell its cells apart; 0: none of them.
 * (Harinarayan, Rajaraman, Ullman, "Implementing Data Cubes Efficiently", 1996.)
 */
#ifndef CUBE_LATTICE_H
#define CUBE_LATTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "cube/rollup.h"
#include "cube/segment.h"

/* The members of a dimension at one depth: the base cuboid's members are sorted, so each is a run
 * of them. */
struct lattice_depth {
    uint32_t count;
    uint32_t *of_base; /* of each base member; NULL at full depth */
    uint32_t *first;   /* first base member of each; NULL at full depth */
};

struct lattice_dimension {
    struct lattice_depth *depths; /* level_count + 1 */
    uint16_t full;                /* the depth of the base cuboid */
};

struct lattice {
    const struct segment *base;     /* borrowed, verified */
    const struct cube_model *model; /* borrowed */
    struct lattice_dimension *dimensions;
};

/* 0, or -1 when memory runs out; release is fine then too. */
int lattice_init(
    struct lattice *l, const struct segment *base, const struct cube_model *model, struct fault *f);
void lattice_release(struct lattice *l);

/* The least depth that tells as much apart: inner levels that add nothing are left out. */
uint16_t lattice_least(const struct lattice *l, size_t dimension, uint16_t depth);

/* Can the finer one give the coarser one? */
bool lattice_covers(const struct lattice *l, const uint16_t *finer, const uint16_t *coarser);

/* For each member at depth `from` of a dimension the one it belongs to at depth `to`; free() it.
 * NULL with a fault. */
uint32_t *lattice_places(
    const struct lattice *l, size_t dimension, uint16_t from, uint16_t to, struct fault *f);

/* Rolls cells up: groups of the axes whose depth `to` is above 0. What `r`, a rollup over the same
 * model, held before is forgotten. `expected`: roughly how many groups. */
int lattice_roll(const struct lattice *l, const struct cells *cells, const uint16_t *from,
    const uint16_t *to, uint64_t expected, struct rollup *r, struct fault *f);

#endif
