/*
 * heal: puts right what a crash left half-way where DDL commits at once (dialect->transactional_ddl
 * is false): there a swap or a drop is not one transaction. Found by looking:
 *
 *   twins of Completed under their incoming names          dropped, they are empty
 *   tables with a partition's name that nobody wrote down  written down: they were swapped out
 *   partitions written down as dropped, with tables        dropped
 *   views                                                  made anew
 *
 * Elsewhere there is nothing to heal, and nothing is done.
 */
#ifndef ETL_MAINTENANCE_HEAL_H
#define ETL_MAINTENANCE_HEAL_H

#include "config/definition/definition.h"
#include "etl/activity/views.h"
#include "etl/odbc/db.h"

/* `shapes` as of view_shapes_read. */
int heal_activity(struct db *primary, const struct definition *d, const struct activity *a,
    const struct view_shapes *shapes, struct fault *f);

/* The same in a transaction of its own, for who is about to read all that is online: of a swap that
 * failed half-way, views and metadata do not know the new partition yet. */
int heal_before_reading(
    struct db *primary, const struct definition *d, const struct activity *a, struct fault *f);

#endif
