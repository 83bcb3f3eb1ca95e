/*
 * storage: an instance set's way from and to the tables of its activity, in whole sets: a few
 * statements for thousands of instances.
 */
#ifndef ETL_ACTIVITY_STORAGE_H
#define ETL_ACTIVITY_STORAGE_H

#include "etl/activity/instance_set.h"
#include "etl/activity/names.h"
#include "etl/odbc/db.h"

struct storage;

/* The prepared statements of one activity. Owned by the caller; `primary` and `a` are borrowed.
 * NULL with a fault. */
struct storage *storage_new(struct db *primary, const struct activity *a, struct fault *f);
void storage_free(struct storage *s); /* NULL is fine */

/* Closes what rows are written with; saving opens it again. */
void storage_rest(struct storage *s);

/* Reads all that the database knows of the set's instances, and the instances these belong to.
 * Whoever saves them later holds the activity's writers (hold.h) since before the first read of the
 * transaction: saving writes whole rows. */
int storage_load(struct storage *s, struct instance_set *b, struct fault *f);

/* Writes what changed in the set, as of now: inserts, updates, completions, continuations,
 * relationships; the rows of each are counted. Must run inside the transaction in which it was
 * loaded. */
int storage_save(struct storage *s, struct instance_set *b, struct fault *f);

#endif
