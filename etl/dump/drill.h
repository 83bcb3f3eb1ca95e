/*
 * drill: the proof that backups restore: the newest set into scratch databases, every table
 * compared with its container's manifest, every file with the one in it, and a dated record of it
 * in the catalogue.
 */
#ifndef ETL_DUMP_DRILL_H
#define ETL_DUMP_DRILL_H

#include "etl/dump/restore.h"

/* Everything is borrowed. */
struct drill_order {
    const char *store; /* location; NULL: the settings' */
    int64_t run;       /* 0: the newest set */
    struct opening opening;
    const char *scratch; /* a directory that does not exist yet; NULL: below the state directory */
    bool keep;           /* leave the scratch databases there */
};

/* One database of the set. */
struct drill_row {
    const char *database;
    const char *container;
    uint64_t tables, rows, files; /* as restored */
    uint64_t differing; /* tables with other rows, or column totals, than the manifest's; files with
                         * other bytes */
    uint64_t changed;   /* values that a scratch database cannot hold as they were */
    const char *what;   /* the first difference; NULL: none */
};

struct drill_result {
    struct arena memory;
    int64_t run;
    bool good;
    struct drill_row *rows;
    size_t count;
};

#define DRILL_RESULT_INIT                                                                          \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

void drill_result_release(struct drill_result *result);

/*
 * Restores and compares. A difference is no fault but !result->good, and stands in the record; a
 * set that does not restore at all is the restore's fault, and recorded as well. Tables in which an
 * embedded scratch database had to change a value are compared by their number of rows only.
 * Release the result in any case.
 */
int drill_run(struct site *site, const struct drill_order *order, struct drill_result *result,
    struct fault *f);

/* One restored database beside its container, which is read once more: adds its row, and takes
 * result->good away when something differs (drill_compare.c). */
int drill_compare(struct site *site, const struct drill_order *order,
    const struct restored *restored, struct drill_result *result, struct fault *f);

#endif
