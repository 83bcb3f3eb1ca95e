/*
 * rollup: finer cells merged into coarser groups. A group is a tuple of places, one for each axis.
 */
#ifndef CUBE_ROLLUP_H
#define CUBE_ROLLUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "cube/model.h"
#include "cube/segment.h"
#include "cube/tally.h"
#include "cube/tuples.h"

/* Stands for "all members" in a group's tuple; sorts after every member. */
#define ROLLUP_ALL UINT32_MAX

struct rollup {
    struct tuples groups;
    struct tally tally; /* one cell for each group */
};

/* What an axis makes of a dimension's member codes in one segment. */
struct rollup_axis {
    size_t dimension;
    const uint32_t *places; /* of each member */
};

/* Which members of a dimension a slice lets through in one segment. */
struct rollup_filter {
    size_t dimension;
    const bool *pass; /* of each member */
};

/* Groups of `width` axes; 0 gives the grand total. Release is fine after a failed init. */
int rollup_init(struct rollup *r, const struct cube_model *model, size_t width, struct fault *f);
void rollup_release(struct rollup *r);

/* Merges the cells of a verified segment that pass all filters. `axes` has as many as init was
 * told. */
int rollup_add(struct rollup *r, const struct segment *s, const struct rollup_axis *axes,
    const struct rollup_filter *filters, size_t filter_count, struct fault *f);

/*
 * Adds the groups of a coarser grouping: each of the first `group_count` groups also counts in the
 * group whose axes at or after `row_depth` among the first `row_count`, and at or after row_count +
 * `column_depth`, are ROLLUP_ALL.
 */
int rollup_total(struct rollup *r, size_t group_count, size_t row_count, size_t row_depth,
    size_t column_depth, struct fault *f);

#endif
