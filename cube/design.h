/*
 * design: which cuboids of a lattice are worth storing. Sizes are estimated from a sample of the
 * base cuboid's cells; then, as long as a size budget allows, the cuboid is taken that saves most
 * cells to be read for each of its own (greedy choice by benefit, as Harinarayan, Rajaraman and
 * Ullman describe it).
 */
#ifndef CUBE_DESIGN_H
#define CUBE_DESIGN_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "cube/lattice.h"

struct design_cuboid {
    uint16_t *depths;
    double cells;   /* estimated */
    double benefit; /* cells that need not be read, over all cuboids asked for equally often */
};

struct design {
    struct design_cuboid *cuboids; /* in the order of choice */
    size_t count;
    /* private */
    uint16_t *depths;
};

/* More cuboids than this are not considered: middle depths are left out until there are fewer. */
enum { DESIGN_LATTICE_LIMIT = 4096 };

struct design_limits {
    double all_cells;  /* of the aggregates together, about */
    double most_cells; /* of one of them: what memory holds while it is made */
};

/* Chooses aggregates within the limits. 0, or -1 when memory runs out; release is
 * fine then too. */
int design_choose(
    struct design *d, const struct lattice *l, const struct design_limits *limits, struct fault *f);

/* All cuboids but the base cuboid itself, finest first, none chosen over another. */
int design_all(struct design *d, const struct lattice *l, struct fault *f);

void design_release(struct design *d);

#endif
