/*
 * cuboid: the base cuboid in memory while it grows: a dictionary of members for each dimension, the
 * cells (one member code for each dimension) and their tally.
 */
#ifndef CUBE_CUBOID_H
#define CUBE_CUBOID_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "cube/model.h"
#include "cube/tally.h"
#include "cube/tuples.h"
#include "cube/value_set.h"

struct cuboid_dimension {
    struct value_set *levels; /* distinct values of each level */
    struct tuples members;    /* value ids, one for each level; the index is the member's code */
};

struct cuboid {
    const struct cube_model *model; /* borrowed */
    struct cuboid_dimension *dimensions;
    struct tuples cells; /* member codes, one for each dimension */
    struct tally tally;  /* one cell for each of them */
};

/* An empty cuboid; 0, or -1 when memory runs out. Release is fine after a failed init and on zeros.
 */
int cuboid_init(struct cuboid *c, const struct cube_model *model, struct fault *f);
void cuboid_release(struct cuboid *c);

/* Forgets the cells with their memory, keeps the members. */
void cuboid_clear(struct cuboid *c);

/* The memory of the cells. */
size_t cuboid_bytes(const struct cuboid *c);

/* The code of the member with these level values (NULL or of the level's type), added when new. */
int cuboid_member(struct cuboid *c, size_t dimension, const struct value *levels, uint32_t *code,
    struct fault *f);

/* The cells of `count` tuples of member codes, added when new; their tallies start at zero. */
int cuboid_cells(
    struct cuboid *c, const uint32_t *codes, size_t count, uint32_t *cells, struct fault *f);

#endif
