/*
 * batch: all rows of a table, many in one text that the engine writes: where a driver's price is by
 * the cell, an engine writes and we read such a text for a fraction of it. A text holds JSON arrays
 * (RFC 8259, section 5), one a row, with commas between: texts and times as strings, integers as
 * numbers, doubles as whole multiples of a power of two where they are such, and as strings where
 * they are not (dialect->add_scaled).
 *
 * A batch takes the usual. Whatever it does not understand, a value of another type first of all,
 * is left to whoever reads cell by cell: it says which rows those are.
 */
#ifndef ETL_ODBC_BATCH_H
#define ETL_ODBC_BATCH_H

#include "config/table/table.h"
#include "etl/odbc/db.h"

enum { BATCH_ROWS = 64 }; /* in memory at once */

struct batch;

/* Begins to read all of a table; until it is closed nothing else may run on the connection. NULL
 * when this table of this engine is not read so. `t` is borrowed; owned by the caller. */
struct batch *batch_open(struct db *db, const struct table *t);
void batch_close(struct batch *b); /* NULL is fine */

/* The next row, borrowed until the next call: 1, 0 at the end, -1: what is left must
 * be read in another way. */
int batch_next(struct batch *b, const struct value **row);

/* After batch_next said -1: a condition for the rows that it has not brought. */
void batch_add_rest(const struct batch *b, struct text *sql);

#endif
