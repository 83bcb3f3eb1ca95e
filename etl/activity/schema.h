/*
 * schema: the tables of an activity in the primary import, in BAM's shape.
 */
#ifndef ETL_ACTIVITY_SCHEMA_H
#define ETL_ACTIVITY_SCHEMA_H

#include "config/base/arena.h"
#include "config/definition/definition.h"
#include "config/table/table.h"
#include "etl/odbc/db.h"

/*
 * The shapes; everything is allocated in `memory`. 0, or -1 when it runs out.
 *
 * The tables of completed instances are renamed away by each swap and keep their indexes, whose
 * names are unique in a database: `last_record`, the last RecordID given before this table, makes
 * them so.
 */
int schema_active(const struct activity *a, struct arena *memory, struct table *t, struct fault *f);
int schema_completed(const struct activity *a, int64_t last_record, struct arena *memory,
    struct table *t, struct fault *f);
int schema_active_relationships(
    const struct activity *a, struct arena *memory, struct table *t, struct fault *f);
int schema_completed_relationships(const struct activity *a, int64_t last_record,
    struct arena *memory, struct table *t, struct fault *f);
int schema_continuations(
    const struct activity *a, struct arena *memory, struct table *t, struct fault *f);
int schema_online_ids(const struct activity *a, struct arena *memory, struct table *t,
    struct fault *f); /* online.h */

/* Creates an empty Completed and CompletedRelationships, under their incoming names, whose
 * RecordIDs go on after `last_record`: they take the others' places by a rename. */
int schema_create_twins(
    struct db *primary, const struct activity *a, int64_t last_record, struct fault *f);

/* The same under their own names, which are free. */
int schema_create_completed(
    struct db *primary, const struct activity *a, int64_t last_record, struct fault *f);

/* Creates all tables of an activity. Must run inside a transaction. Where DDL commits, an empty
 * table that a former try left behind is made anew. */
int schema_create(
    struct db *primary, const struct activity *a, int64_t last_record, struct fault *f);

/* Drops them, the partitions included. Must run inside a transaction. */
int schema_drop(struct db *primary, const struct activity *a, struct fault *f);

/* Adds the columns that `after` has and `before` has not to Active and Completed, and the indexes;
 * drops indexes of Completed that only `before` has. Old partitions stay as they are: their views
 * give NULL. What a former try has done is left. Must run inside a transaction. */
int schema_extend(struct db *primary, const struct activity *before, const struct activity *after,
    struct fault *f);

#endif
