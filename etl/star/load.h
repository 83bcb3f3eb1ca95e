/*
 * load: new completed records and the snapshot of the active ones, from the primary import into a
 * cube's star schema.
 */
#ifndef ETL_STAR_LOAD_H
#define ETL_STAR_LOAD_H

#include "config/job/job.h"
#include "etl/odbc/db.h"
#include "etl/star/shape.h"

struct load_result {
    int64_t completed; /* facts added or redone */
    int64_t active;
    int64_t min_record, max_record;
};

struct load_databases {
    struct db *primary;
    struct db *star;
    struct db *archive; /* NULL: none */
};

/*
 * Begin analysis, load, end analysis. The star schema changes in one transaction: facts of the
 * window are replaced (so a redo never doubles), the active facts are rewritten, new members added.
 * A crash at any point leaves the old state or the new one, and the next load redoes the window.
 *
 * `history` says what a load after a truncation reads: HISTORY_NONE only what completes from now
 * on, HISTORY_PRIMARY_AND_ARCHIVE also what was archived, otherwise all that is online.
 */
int load_star(const struct load_databases *databases, struct star *s, enum history history,
    struct load_result *result, struct fault *f);

/* Empties the fact tables of a cube. The analysis window is reset first: the next load begins with
 * the first record. */
int load_truncate(const struct load_databases *databases, struct star *s, struct fault *f);

/* Drops a cube's tables: its view is removed. */
int load_drop(struct db *star, struct star *s, struct fault *f);

#endif
