/*
 * tables: the tables of an activity in the primary import: made, extended, dropped.
 */
#ifndef ETL_ACTIVITY_TABLES_H
#define ETL_ACTIVITY_TABLES_H

#include "config/definition/definition.h"
#include "etl/odbc/db.h"

/* Creates an empty Completed and CompletedRelationships, under their incoming names, whose
 * RecordIDs go on after `last_record`: they take the others' places by a rename. */
int tables_create_twins(
    struct db *primary, const struct activity *a, int64_t last_record, struct fault *f);

/* The same under their own names, which are free. */
int tables_create_completed(
    struct db *primary, const struct activity *a, int64_t last_record, struct fault *f);

/* Creates all tables of an activity. Must run inside a transaction. Where DDL commits, an empty
 * table that a former try left behind is made anew. */
int tables_create(
    struct db *primary, const struct activity *a, int64_t last_record, struct fault *f);

/* Drops them, the partitions included. Must run inside a transaction. */
int tables_drop(struct db *primary, const struct activity *a, struct fault *f);

/* Adds the columns that `after` has and `before` has not to Active and Completed, and the indexes;
 * drops indexes of Completed that only `before` has. Old partitions stay as they are: their views
 * give NULL. What a former try has done is left. Must run inside a transaction. */
int tables_extend(struct db *primary, const struct activity *before, const struct activity *after,
    struct fault *f);

#endif
