/*
 * writer: how applications write events through plain SQL: what is deployed for each activity
 * beside its tables. The rules are those of activity/instance_set.h; README.md is for those who
 * call it.
 *
 * It consists of functions on PostgreSQL, procedures on MariaDB, and views with triggers on SQLite:
 * bam_<Activity>_PrimaryImport, _EnableContinuation and _AddReference, as BAM called them.
 */
#ifndef ETL_WRITER_WRITER_H
#define ETL_WRITER_WRITER_H

#include "config/definition/definition.h"
#include "etl/odbc/db.h"

/* Makes them, in the place of those that are there. Must run inside a transaction. */
int writer_create(struct db *primary, const struct activity *a, struct fault *f);

/* Are they there? 1, 0 (also when a step died that made or dropped them), -1. */
int writer_exists(struct db *primary, const struct activity *a, struct fault *f);

/* Drops them; what is not there is fine. Must run inside a transaction. */
int writer_drop(struct db *primary, const struct activity *a, struct fault *f);

/* Adds what a programmer is to copy: how each is called, what rights it takes, then the statements
 * that make them. */
int writer_describe(
    struct text *out, const struct dialect *dialect, const struct activity *a, struct fault *f);

#endif
