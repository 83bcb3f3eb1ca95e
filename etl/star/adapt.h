/*
 * adapt: an existing star schema brought into the shape that the definition asks for now.
 */
#ifndef ETL_STAR_ADAPT_H
#define ETL_STAR_ADAPT_H

#include "etl/odbc/db.h"
#include "etl/star/shape.h"

/* Do the tables that exist lack something of the shape? 1, 0, or -1 with a fault. */
int adapt_is_needed(struct db *star, struct star *s, struct fault *f);

/*
 * Creates what is missing and adapts what is there: facts get new columns, NULL in old facts; a
 * dimension whose levels have changed is emptied and old facts go to its unknown member. Facts that
 * are still online get their values by loading them again. Doing it again changes nothing. Must run
 * inside a transaction.
 */
int adapt_tables(struct db *star, struct star *s, struct fault *f);

/* Drops all tables of a cube that exist. Must run inside a transaction. */
int adapt_drop(struct db *star, struct star *s, struct fault *f);

#endif
