/*
 * table_reader: all rows of one table (or view), exactly, as a stream.
 */
#ifndef ETL_ODBC_TABLE_READER_H
#define ETL_ODBC_TABLE_READER_H

#include "config/base/rowsum.h"
#include "config/table/table.h"
#include "etl/odbc/db.h"
#include "etl/odbc/stretch.h"

struct table_reader;

/* Opens a table by its shape: rows come in the order of its key, or as they lie when there is none.
 * `where` is SQL, or NULL for all. `t` is borrowed. Owned by the caller; NULL with a fault. Until
 * it is closed nothing else may run on the connection. */
struct table_reader *table_reader_open(
    struct db *db, const struct table *t, const char *where, struct fault *f);

/* The same as they lie, which is quicker. */
struct table_reader *table_reader_open_unordered(
    struct db *db, const struct table *t, const char *where, struct fault *f);

/* Those of a stretch, as they lie; `s` is borrowed. */
struct table_reader *table_reader_open_stretch(
    struct db *db, const struct table *t, const struct stretch *s, struct fault *f);

void table_reader_close(struct table_reader *r); /* NULL is fine */

/* The next row of t->column_count values, borrowed until the next call. 1, 0 at the end, -1;
 * nothing may follow a fault. A value that is not of its column's type is FAULT_DATA and names
 * table, column and the row's key; on an engine that gives up a transaction at a fault, it is
 * rolled back to find that. */
int table_reader_next(struct table_reader *r, const struct value **row, struct fault *f);

/* Reads a whole table for its checksums. `sum` is initialised here and released by the caller. */
int table_rowsum(struct db *db, const struct table *t, struct rowsum *sum, struct fault *f);

/* The same of the rows of a stretch. */
int table_rowsum_stretch(struct db *db, const struct table *t, const struct stretch *s,
    struct rowsum *sum, struct fault *f);

#endif
