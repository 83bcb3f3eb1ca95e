/*
 * merge: several segments of one model into one, as if their facts had been built together: the
 * same bytes. It goes through the segments cell by cell, so that they may be larger than memory.
 */
#ifndef CUBE_MERGE_H
#define CUBE_MERGE_H

#include <stddef.h>

#include "config/base/fault.h"
#include "cube/model.h"
#include "cube/segment.h"

enum { MERGE_LIMIT = 64 }; /* segments at once */

/*
 * Writes `count` verified segments, at most MERGE_LIMIT, as one under a new name, flushed to disk,
 * and tells what was written. In memory are the dictionaries and little else; scratch space of a
 * byte for each cell is taken in `folder`. FAULT_DATA: more cells than a segment may have.
 */
int segment_merge(const char *path, const char *folder, struct segment *const *segments,
    size_t count, const struct cube_model *model, struct segment_facts *written, struct fault *f);

#endif
