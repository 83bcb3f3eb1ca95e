/*
 * difference: what of an activity's tables and views is not as it was deployed: somebody changed it
 * by hand.
 */
#ifndef ETL_ACTIVITY_DIFFERENCE_H
#define ETL_ACTIVITY_DIFFERENCE_H

#include "config/definition/definition.h"
#include "etl/odbc/db.h"

/* What to do with one: the object, what is wrong with it, the cure; all borrowed. `harmless`: work
 * goes on, slower. */
typedef void (*difference_take)(
    void *state, const char *object, const char *what, const char *cure, bool harmless);

/* Tells all differences of an activity: tables, columns, types, keys, indexes, views, and the
 * tables of live partitions. */
int difference_find(struct db *primary, const struct definition *d, const struct activity *a,
    difference_take take, void *state, struct fault *f);

/* FAULT_DATA, naming the first one with its cure, when Active or Completed would keep something
 * else than what is written to them: columns that are gone, or of another type. */
int difference_check(struct db *primary, const struct activity *a, struct fault *f);

#endif
