/*
 * reconcile: a cube's grand totals against those that the database computes over the facts.
 */
#ifndef ETL_STAR_RECONCILE_H
#define ETL_STAR_RECONCILE_H

#include "cube/totals.h"
#include "etl/odbc/db.h"
#include "etl/star/shape.h"

/*
 * Compares the number of facts and, for each measured column, the number of values, the smallest,
 * the largest and the sum. All exactly, but sums of doubles: SQL adds them in any order, so they
 * may differ by n * epsilon * sum(|x|). FAULT_DATA names the first that differs. `where`: SQL that
 * says which facts, "" for all. They are read once, whatever is measured.
 */
int reconcile_totals(struct db *star, const struct star *s, const char *facts, const char *where,
    const struct cube_totals *totals, struct fault *f);

#endif
