/*
 * fetcher: the rows of a running query, by blocks: as many as one call of the driver brings, in
 * memory of their own.
 */
#ifndef ETL_ODBC_FETCHER_H
#define ETL_ODBC_FETCHER_H

#include <stdbool.h>

#include "config/base/arena.h"
#include "etl/odbc/handle.h"

/* Some rows: their cells, one row behind the other, and the bytes these borrow. */
struct block {
    struct value *cells;
    size_t rows;
    size_t bytes; /* of texts and binaries */
    struct arena memory;
};

void block_release(struct block *b); /* of a zeroed or used block */

struct fetcher;

/* Binds the columns of a statement's SQLHSTMT that was run and is of these types; `types` is
 * borrowed. Owned by the caller, and freed before the statement; NULL with a fault. */
struct fetcher *fetcher_new(
    struct db *db, void *handle, const enum value_type *types, size_t count, struct fault *f);
void fetcher_free(struct fetcher *t); /* NULL is fine */

/* Replaces a block by the next rows. Returns 1 when there are some, 0 at the end, -1. A value that
 * a driver would cut is brought whole, or is a fault; never cut. */
int fetcher_next(struct fetcher *t, struct block *b, struct fault *f);

/* Does a block hold as many rows as one may, so that there are likely more? */
bool fetcher_is_full(const struct fetcher *t, const struct block *b);

#endif
