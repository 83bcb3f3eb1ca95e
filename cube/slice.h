/*
 * slice: the members that a query's slices name, as values; and what is said of one that is not
 * there.
 */
#ifndef CUBE_SLICE_H
#define CUBE_SLICE_H

#include <stdbool.h>

#include "config/base/fault.h"
#include "config/base/value.h"
#include "cube/model.h"
#include "cube/query.h"
#include "cube/value_set.h"

/* The member that a slice names; its text is borrowed from the slice. False when no member of the
 * level can look like that. */
bool slice_member(const struct cube_model *m, const struct cube_slice *slice, struct value *member);

/* True for a member that the level's definition lists: known, whether or not it has facts. */
bool slice_is_label(const struct cube_model *m, const struct cube_slice *slice);

/* Says that the level has no such member, and which of `members` is the nearest (FAULT_DATA).
 * Always returns -1. */
int slice_refuse(const struct cube_model *m, const struct cube_slice *slice,
    const struct value_set *members, struct fault *f);

#endif
