/*
 * history: where the completed instances of a window of records lie, as relations that have what a
 * cube's views have, one table after the other. One statement over all of them would do, and take
 * 38 KiB a partition with SQLite, which a house of thousands has not: read so, a night's window
 * touches the tables that hold some of it and no other.
 */
#ifndef ETL_STAR_HISTORY_H
#define ETL_STAR_HISTORY_H

#include "etl/odbc/db.h"
#include "etl/star/shape.h"
#include "etl/star/task.h"

/* Reads from a relation; `rest` is it and whatever stands behind it (sources_select). -1 ends the
 * whole. */
typedef int (*history_read)(void *state, struct db *from, const char *rest, struct fault *f);

/* What is in the primary import: its partitions, oldest first, then Completed; by RecordID. Who
 * calls holds the run's lock: no table is swapped or dropped meanwhile. */
int history_online(struct db *primary, struct star *s, const struct task *t, history_read read,
    void *state, struct fault *f);

/* What is in the archive and in the primary import no more. */
int history_archived(struct db *archive, struct db *primary, struct star *s, const struct task *t,
    history_read read, void *state, struct fault *f);

#endif
