/*
 * retire: one partition's way into the archive, and the proof that its rows are safe elsewhere.
 */
#ifndef ETL_MAINTENANCE_RETIRE_H
#define ETL_MAINTENANCE_RETIRE_H

#include "config/base/rowsum.h"
#include "config/definition/definition.h"
#include "etl/activity/partition.h"
#include "etl/maintenance/trail.h"
#include "etl/odbc/db.h"
#include "etl/odbc/table_copy.h"

/* Tells whether a backup exists that holds exactly these rows of a table: 1 with the container and
 * its SHA-256 in `found` (borrowed until the next question), 0, or -1 with a fault. */
struct backup_proof {
    int (*holds)(void *state, const char *database, const char *table, const struct rowsum *sum,
        struct evidence *found, struct fault *f);
    void *state; /* borrowed */
};

struct archiving {
    struct db *primary;
    struct db *archive; /* NULL: none is configured */
    const struct definition *definition;
    const struct activity *activity;
    struct backup_proof proof;
    bool without_backup; /* the operator said BackupArchive="false" */
};

/*
 * Copies both tables of a partition to the archive, on the route to it, and proves that the copies
 * equal them. A table appears in the archive under its name only when complete; one that is there
 * already is compared, and when it differs that is FAULT_DATA: nothing is overwritten. `e` gets
 * what they hold.
 */
int retire_partition(const struct archiving *a, const struct copy_route *route,
    const struct partition *p, struct evidence *e, struct fault *f);

/*
 * Are the rows of both tables, as they are now, proved to be elsewhere? In the archive and in a
 * backup of it; without an archive, in a container of the partition itself. Returns 1
 * with what was found in `e`, 0 with the reason in *why, or -1.
 */
int retire_prove(const struct archiving *a, const struct partition *p, struct evidence *e,
    const char **why, struct fault *f);

#endif
