/*
 * layout: the canonical order of a cuboid: only members that occur, levels' values, members and
 * cells sorted. The same facts in any order give the same layout, and so the same file.
 */
#ifndef CUBE_LAYOUT_H
#define CUBE_LAYOUT_H

#include <stdint.h>

#include "config/base/fault.h"
#include "cube/cuboid.h"

struct layout_level {
    uint32_t *order; /* ids of the values that occur, in the level's order */
    uint32_t *place; /* of each id in that order */
    uint32_t count;
};

struct layout_dimension {
    struct layout_level *levels;
    uint32_t *order; /* codes of the members that occur, sorted */
    uint32_t *place; /* of each code in that order */
    uint32_t count;
};

struct layout {
    const struct cuboid *cuboid; /* borrowed */
    struct layout_dimension *dimensions;
    uint32_t *cells; /* cell indexes, sorted by their members' places */
};

/* 0, or -1 when memory runs out. Release is fine after a failed init, and on zeros. */
int layout_init(struct layout *l, const struct cuboid *c, struct fault *f);

/* The same of all members, and of no cells. */
int layout_members(struct layout *l, const struct cuboid *c, struct fault *f);
void layout_release(struct layout *l);

#endif
