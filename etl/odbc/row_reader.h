/*
 * row_reader: many rows of numbers and times, by the quickest way of the driver: where its price is
 * by the cell, the engine joins a row's columns to one text, and rows come in blocks.
 */
#ifndef ETL_ODBC_ROW_READER_H
#define ETL_ODBC_ROW_READER_H

#include <stddef.h>

#include "etl/odbc/db.h"

struct row_reader;

/* A column of the table that is read. Of a text only whether it is there is told: it comes empty.
 */
struct row_column {
    const char *name;
    enum value_type type;
};

/* Begins "SELECT <columns> <rest>", `rest` from FROM on; until it ends nothing else may run on the
 * connection. `columns` is borrowed. Owned by the caller; NULL with a fault. */
struct row_reader *row_reader_open(struct db *db, const struct row_column *columns, size_t count,
    const char *rest, struct fault *f);
void row_reader_close(struct row_reader *r); /* NULL is fine */

/* The next row, borrowed until the one after it. 1, 0 at the end, -1 with a fault. */
int row_reader_next(struct row_reader *r, const struct value **row, struct fault *f);

#endif
