/*
 * axis: one level that a query names, across all segments it reads: the members of the segments'
 * dictionaries merged by value and sorted, so that a member is its place in that order.
 */
#ifndef CUBE_AXIS_H
#define CUBE_AXIS_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/value.h"
#include "cube/model.h"
#include "cube/segment.h"
#include "cube/value_set.h"

struct axis {
    struct cube_level_ref ref;
    const struct cube_level *level; /* borrowed from the model */
    struct value_set values;
    uint32_t *order; /* ids of the values, sorted */
    uint32_t *place; /* of each id */
};

/* init, add each segment, sort; then the rest. Release is fine at any time after init. */
void axis_init(struct axis *a, const struct cube_model *model, struct cube_level_ref ref);
void axis_release(struct axis *a);
int axis_add(struct axis *a, const struct segment *s, struct fault *f);
int axis_sort(struct axis *a, struct fault *f);

/* The member at a place; text is borrowed from the axis. */
const struct value *axis_member(const struct axis *a, uint32_t place);

/* The place of a member, or VALUE_SET_NONE. */
uint32_t axis_find(const struct axis *a, const struct value *member);

/* For each member of the segment's dimension its place on the axis; free() it. NULL with a fault.
 */
uint32_t *axis_places(const struct axis *a, const struct segment *s, struct fault *f);

#endif
