/*
 * trail: what is on record of each partition's way out: when it was marked, when its copy was
 * verified (with how many rows and which checksums), which container its rows were found in, when
 * it was dropped, or why it was kept. One row a partition in nightcube_Trail of the primary import;
 * each step changes it before the next one begins.
 *
 * It is there to be read by people. Nothing is ever dropped on its word: retire_prove looks anew.
 */
#ifndef ETL_MAINTENANCE_TRAIL_H
#define ETL_MAINTENANCE_TRAIL_H

#include "config/base/arena.h"
#include "etl/activity/partition.h"
#include "etl/odbc/db.h"

/* What a proof has found: how many rows each of the two tables has, their checksums, and where they
 * were found. Texts are borrowed. */
struct evidence {
    int64_t rows, relationship_rows;
    uint64_t sum, relationship_sum;
    const char *container; /* NULL: none was asked for */
    const char *sha256;
};

struct trail {
    const char *instances; /* the partition */
    struct evidence evidence;
    /* moments; 0: not yet */
    int64_t marked, verified, backed_up, dropped, kept;
    const char *why; /* it was kept; NULL otherwise */
};

struct trail_list {
    struct trail *items; /* in order of the partitions' names */
    size_t count;
};

/* Creates the table in a database that was set up before there was one. */
int trail_prepare(struct db *primary, struct fault *f);

/* Each notes one step, now. Marking begins anew. */
int trail_note_marked(struct db *primary, const struct partition *p, struct fault *f);
int trail_note_verified(
    struct db *primary, const struct partition *p, const struct evidence *e, struct fault *f);
int trail_note_backed_up(
    struct db *primary, const struct partition *p, const struct evidence *e, struct fault *f);
int trail_note_dropped(struct db *primary, const struct partition *p, struct fault *f);
int trail_note_kept(
    struct db *primary, const struct partition *p, const char *why, struct fault *f);

/* Reads those of an activity into `memory`; none where there is no table. */
int trail_read(struct db *primary, const char *activity, struct arena *memory,
    struct trail_list *list, struct fault *f);

/* The one of a partition; NULL when nothing is on record. */
const struct trail *trail_find(const struct trail_list *list, const char *instances);

#endif
