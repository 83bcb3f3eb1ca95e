/*
 * import: events from a source into the activity tables, in batches of one transaction each.
 *
 * nightcube_Imports tells for each source (by SHA-256 and the options that matter) how many records
 * were taken; it is written in the transaction of the rows themselves, so an import that was cut
 * short goes on where it stopped, and one that was finished changes nothing when it is said again.
 */
#ifndef ETL_ACTIVITY_IMPORT_H
#define ETL_ACTIVITY_IMPORT_H

#include <stdint.h>

#include "config/definition/definition.h"
#include "etl/event/source.h"
#include "etl/odbc/db.h"

struct import_options {
    struct source_options source;
    const char *reject_file; /* where malformed records go; NULL: the first one stops the import */
};

struct import_result {
    uint64_t records;  /* taken now */
    uint64_t events;   /* in these */
    uint64_t skipped;  /* records an earlier run had taken */
    uint64_t late;     /* events for instances that were completed already */
    uint64_t rejected; /* records */
};

/* Imports a file. Faults: those of the source; FAULT_DATA at the first rejected record when there
 * is no reject file (the batches before it stay, nothing of its own batch does). `result` is set in
 * any case. */
int import_run(struct db *primary, const struct definition *d, const char *path,
    const struct import_options *options, struct import_result *result, struct fault *f);

#endif
