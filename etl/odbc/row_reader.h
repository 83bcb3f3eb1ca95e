/*
 * row_reader: many rows of numbers and times, in no order, by the quickest way of the driver;
 * several readers, each with a connection of its own, may share a table. Where the driver's price
 * is by the row and the cell, the engine joins a column over many rows to one text (gather.h).
 */
#ifndef ETL_ODBC_ROW_READER_H
#define ETL_ODBC_ROW_READER_H

#include <stddef.h>

#include "etl/odbc/db.h"

/* A column of the table that is read. Of a text only whether it is there is told: it comes empty.
 */
struct row_column {
    const char *name;
    enum value_type type;
};

/* What is read: of a table with an integer key the rows with keys from `first` to `last`. `whole`:
 * these are nearly all, so that it is quicker to read the table from end to end than by its key. */
struct row_order {
    const char *table;
    const struct row_column *columns;
    size_t count;
    const char *key;
    int64_t first, last;
    bool whole;
};

/* An order that several readers share: each row comes to one of them. `order` is borrowed; owned by
 * the caller; NULL with a fault. */
struct row_share;
struct row_share *row_share_new(
    struct db *db, const struct row_order *order, size_t readers, struct fault *f);
void row_share_free(struct row_share *s); /* NULL is fine */

/* Begins to read as number `number` of the readers of a share, from 0 on; until it ends nothing
 * else may run on the connection. Owned by the caller; NULL with a fault. */
struct row_reader;
struct row_reader *row_reader_open(
    struct db *db, struct row_share *share, size_t number, struct fault *f);
void row_reader_close(struct row_reader *r); /* NULL is fine */

/* The next row, borrowed until the one after it. 1, 0 at the end, -1 with a fault. */
int row_reader_next(struct row_reader *r, const struct value **row, struct fault *f);

#endif
