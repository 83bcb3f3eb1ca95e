/*
 * fetcher: the rows of a running query, by blocks: as many as one call of the driver brings, in
 * memory of their own. They become values only when somebody reads them: that may be another
 * thread.
 */
#ifndef ETL_ODBC_FETCHER_H
#define ETL_ODBC_FETCHER_H

#include <stdbool.h>

#include "config/base/arena.h"
#include "etl/odbc/handle.h"

/* Some rows, as the driver laid them down. */
struct block {
    char *stage; /* the bound rows; a cell too long for it: where its bytes are */
    size_t rows;
    size_t bytes; /* of such cells */
    struct arena memory;
};

void block_release(struct block *b); /* of a zeroed or used block */

struct fetcher;

/* Binds the columns of a statement's SQLHSTMT that was run and is of these types; `types` is
 * borrowed; `wide`: texts are of thousands of bytes. Owned by the caller, and freed before the
 * statement; NULL with a fault. */
struct fetcher *fetcher_new(struct db *db, void *handle, const enum value_type *types, size_t count,
    bool wide, struct fault *f);
void fetcher_free(struct fetcher *t); /* NULL is fine */

/* Lets go of the statement, which may be freed then; and goes on with the rows of another one of
 * the same columns, which was run. 0, or -1. */
void fetcher_leave(struct fetcher *t);
int fetcher_turn(struct fetcher *t, void *handle, struct fault *f);

/* Replaces a block by the next rows. Returns 1 when there are some, 0 at the end, -1. A value that
 * a driver would cut is brought whole, or is a fault; never cut. */
int fetcher_next(struct fetcher *t, struct block *b, struct fault *f);

/* Row `index` of a block as values; texts are borrowed from the block. Any thread may ask, whatever
 * the fetcher does meanwhile with another block. A value that is not of its type: FAULT_DATA. */
int fetcher_get_row(const struct fetcher *t, const struct block *b, size_t index, struct value *row,
    struct fault *f);

/* Does a block hold as many rows as one may, so that there are likely more? */
bool fetcher_is_full(const struct fetcher *t, const struct block *b);

#endif
