/*
 * table_views: the views over an activity's tables themselves: active, completed and all instances,
 * all relationships, and those of the partitions that are being archived.
 */
#ifndef ETL_ACTIVITY_TABLE_VIEWS_H
#define ETL_ACTIVITY_TABLE_VIEWS_H

#include "etl/activity/names.h"
#include "etl/activity/view_shapes.h"

/* Makes them anew, each in the place of its predecessor where there is one, from the partitions
 * there are now; `shapes` were read before. */
int table_views_create(struct db *primary, const struct activity *a,
    const struct view_shapes *shapes, struct fault *f);

/* Drops them, from the top down: all, or all but the tiers, which table_views_create finds again.
 */
enum table_views_part { TABLE_VIEWS_ALL, TABLE_VIEWS_ABOVE_TIERS };
int table_views_drop(struct db *primary, const struct activity_names *n, enum table_views_part part,
    struct fault *f);

/* Adds ", <checkpoint>" for each: a NULL of its type when `table` (NULL: has all) lacks it. */
void table_views_add_checkpoints(struct text *sql, const struct dialect *dialect,
    const struct activity *a, const struct table *table);

#endif
