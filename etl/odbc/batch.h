/*
 * batch: all rows of a table, or of a stretch of its blocks, many in one text that the engine
 * writes: where a driver's price is by the cell, an engine writes and we read such a text for a
 * fraction of it (batch_kind.h).
 *
 * A batch takes the usual. Whatever it does not understand, a value of another type first of all,
 * is left to whoever reads cell by cell: it says which rows those are.
 */
#ifndef ETL_ODBC_BATCH_H
#define ETL_ODBC_BATCH_H

#include "config/table/table.h"
#include "etl/odbc/db.h"
#include "etl/odbc/stretch.h"

struct batch;

/* Begins to read the rows of a stretch (NULL: all), in any order or in that of the table's key;
 * until it is closed nothing else may run on the connection. 1, with a batch that the caller owns;
 * 0 when this table of this engine is not read so; -1 with a fault. `t` is borrowed. */
int batch_open(struct db *db, const struct table *t, const struct stretch *stretch, bool in_order,
    struct batch **batch, struct fault *f);
void batch_close(struct batch *b); /* NULL is fine */

/* The next row, borrowed until the next call: 1, 0 at the end, BATCH_LEAVES: what is left must be
 * read in another way; or -1 with a fault. */
enum { BATCH_LEAVES = 2 };
int batch_next(struct batch *b, const struct value **row, struct fault *f);

/* After BATCH_LEAVES: a condition for the rows of the table, or of the stretch, that are left. */
void batch_add_rest(const struct batch *b, struct text *sql);

#endif
