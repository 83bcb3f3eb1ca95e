/*
 * archiving: partitions that have left the online window go to the archive and are dropped: begin,
 * copy, (the archive's backup, which is not done here,) end.
 *
 * There is no state but what can be looked at: a partition is marked or not, its archive copy has
 * equal checksums or not, the catalogue holds a container with the same checksums or not. Each step
 * looks anew, so any crash between them is mended by doing them again, and nothing is dropped on
 * the word of a note.
 */
#ifndef ETL_MAINTENANCE_ARCHIVING_H
#define ETL_MAINTENANCE_ARCHIVING_H

#include "etl/maintenance/retire.h"

struct archiving_result {
    int64_t partitions;
    int64_t rows;
    int64_t held_back; /* partitions that stay, with the reason in the log */
};

/* Marks the partitions that are due. Doing it again marks what has become due since. */
int archiving_begin(const struct archiving *a, struct archiving_result *result, struct fault *f);

/* Copies each marked partition to the archive and proves that the copy equals it. A table appears
 * in the archive under its name only when complete; one that is there and differs is FAULT_DATA. */
int archiving_copy(const struct archiving *a, struct archiving_result *result, struct fault *f);

/*
 * Drops each marked partition whose rows are proved to be elsewhere: equal in the archive and in a
 * backup of it; without an archive, in a container of the partition itself; not asked for when the
 * activity's archive flag is off. One that is not proved keeps its rows, loses its mark and is
 * reported.
 */
int archiving_end(const struct archiving *a, struct archiving_result *result, struct fault *f);

#endif
