/*
 * view_shapes: the columns of an activity's partitions, which never change once they are swapped
 * out. Reading them from the catalogue is what takes time of making views over thousands.
 */
#ifndef ETL_ACTIVITY_VIEW_SHAPES_H
#define ETL_ACTIVITY_VIEW_SHAPES_H

#include "config/base/arena.h"
#include "config/definition/definition.h"
#include "config/table/table.h"
#include "etl/odbc/db.h"

struct view_shapes {
    struct arena memory;
    struct table *tables; /* oldest first */
    size_t count;
};

/* Reads those of the live partitions. The caller releases them, also after a fault. */
int view_shapes_read(
    struct view_shapes *shapes, struct db *primary, const struct activity *a, struct fault *f);
void view_shapes_release(struct view_shapes *shapes);

/* The shape of one, read into `memory` when it has come since. `next` is where to look first, 0 for
 * the first one: they are asked for in order. */
int view_shapes_find(const struct view_shapes *shapes, struct db *primary, const char *name,
    size_t *next, struct arena *memory, struct table *table, struct fault *f);

#endif
