/*
 * rollup: finer cells merged into coarser groups. A group is a tuple of places, one for each axis.
 *
 * Groups are found by their address, the mixed radix of their places: in a table of all addresses
 * where the domain is small, by hash where not.
 */
#ifndef CUBE_ROLLUP_H
#define CUBE_ROLLUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "cube/array.h"
#include "cube/cells.h"
#include "cube/model.h"
#include "cube/tally.h"
#include "cube/tuples.h"

/* Stands for "all members" in a group's tuple; sorts after every member. */
#define ROLLUP_ALL UINT32_MAX

/* More axes than this are found by their tuples. */
enum { ROLLUP_ADDRESS_AXES = 256 };

enum rollup_mode { ROLLUP_TUPLES, ROLLUP_DIRECT, ROLLUP_HASHED };

struct rollup {
    struct tuples groups;
    struct tally tally; /* one cell for each group */
    /* private */
    enum rollup_mode mode;
    size_t expected;                       /* groups */
    uint64_t domain;                       /* addresses there are */
    uint64_t weights[ROLLUP_ADDRESS_AXES]; /* of each axis in an address */
    uint32_t *slots; /* the group + 1, or 0: of each address, or by open addressing */
    size_t slot_count;
    size_t slot_room;
    uint64_t *addresses; /* of each group */
    size_t address_room;
    uint32_t *order; /* and room to sort it in */
    size_t order_room;
    int32_t *tops;   /* of each source: no sum that was added has bits above 2^top */
    bool *follows;   /* of each source: every fact that was added has a value */
    uint64_t merged; /* cells added so far */
    bool any;
    bool totals;
};

/* What an axis makes of a dimension's member codes in one cuboid. */
struct rollup_axis {
    size_t dimension;
    const uint32_t *places; /* of each member */
};

/* Which members of a dimension a slice lets through in one cuboid. */
struct rollup_filter {
    size_t dimension;
    const bool *pass; /* of each member */
};

/* Groups of `width` axes; 0 gives the grand total. Release is fine after a failed init. */
int rollup_init(struct rollup *r, const struct cube_model *model, size_t width, struct fault *f);
void rollup_release(struct rollup *r);

/* Forgets all groups and keeps their memory: of `width` axes from now on. */
void rollup_restart(struct rollup *r, size_t width);

/* How many places each axis has, and roughly how many cells are to come and groups to be made of
 * them: from these the quickest way to find a group is chosen. Optional, before the first addition.
 */
int rollup_sizes(
    struct rollup *r, const uint32_t *sizes, uint64_t cells, uint64_t expected, struct fault *f);

/* Merges the cells that pass all filters. `axes` has as many as init was told. */
int rollup_add(struct rollup *r, const struct cells *c, const struct rollup_axis *axes,
    const struct rollup_filter *filters, size_t filter_count, struct fault *f);

/* Merges a cell of a tally over the same model into the group of that tuple. Not after
 * rollup_sizes. */
int rollup_merge(struct rollup *r, const uint32_t *tuple, const struct tally *from,
    size_t from_cell, struct fault *f);

/*
 * Adds the groups of a coarser grouping: each of the first `group_count` groups also counts in the
 * group whose axes at or after `row_depth` among the first `row_count`, and at or after row_count +
 * `column_depth`, are ROLLUP_ALL. After the last rollup_add.
 */
int rollup_total(struct rollup *r, size_t group_count, size_t row_count, size_t row_depth,
    size_t column_depth, struct fault *f);

/* The groups in the order of their places; borrowed until the next call. NULL when memory runs out.
 */
const uint32_t *rollup_order(struct rollup *r, struct fault *f);

#endif
