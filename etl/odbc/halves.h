/*
 * halves: two conditions that part the rows of a table in about equal halves, each read from where
 * it lies: by blocks where rows have an address, by the key where tables are kept in its order.
 */
#ifndef ETL_ODBC_HALVES_H
#define ETL_ODBC_HALVES_H

#include "config/table/table.h"
#include "etl/odbc/db.h"
#include "etl/odbc/stretch.h"

/* Is there a table that is worth parting by blocks? Where nobody can tell: no. */
bool halves_are_there(struct db *db);

struct halves {
    struct text where[2];
    int64_t middle; /* the block where the second one begins; 0: the key parts them */
};

#define HALVES_INIT                                                                                \
    {                                                                                              \
        .where = { TEXT_INIT, TEXT_INIT }                                                          \
    }

/* Parts a table of about `rows` rows (0: nobody knows; then only where that need not be known). 1,
 * 0 when it is too small or cannot be parted, or -1. */
int halves_find(
    struct db *db, const struct table *t, uint64_t rows, struct halves *h, struct fault *f);
void halves_release(struct halves *h);

/* One of them, 0 or 1; borrowed. */
struct stretch halves_get(const struct halves *h, int which);

#endif
