/*
 * spawn: the completed table swapped out as a new partition.
 */
#ifndef ETL_MAINTENANCE_SPAWN_H
#define ETL_MAINTENANCE_SPAWN_H

#include "config/definition/definition.h"
#include "etl/odbc/db.h"

struct spawn_result {
    /* RecordIDs from first to last of the new partition: its rows, and gaps that transactions left
     * that were rolled back. 0: nothing was to be done. */
    int64_t rows;
    int64_t first, last;
    const char *why; /* nothing was done; NULL otherwise */
};

/*
 * Renames Completed and its relationships away, creates empty twins whose RecordIDs go on, records
 * the partition and regenerates the views, all in one transaction; the writers are held for the
 * renames only, however many rows there are. Does nothing when Completed is
 * empty, or while an archiving run is in progress (that one is finished first).
 */
int spawn_partition(struct db *primary, const struct definition *d, const struct activity *a,
    struct spawn_result *result, struct fault *f);

/* What it would do now; touches nothing. */
int spawn_foresee(
    struct db *primary, const struct activity *a, struct spawn_result *result, struct fault *f);

#endif
