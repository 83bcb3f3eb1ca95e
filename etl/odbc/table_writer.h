/*
 * table_writer: rows into one table, the quickest way its driver knows. The caller holds the
 * transaction.
 */
#ifndef ETL_ODBC_TABLE_WRITER_H
#define ETL_ODBC_TABLE_WRITER_H

#include "config/table/table.h"
#include "etl/odbc/db.h"

struct table_writer;

/* Opens a table for inserting rows with all its columns, the identity included. `t` is borrowed.
 * Owned by the caller; NULL with a fault. */
struct table_writer *table_writer_open(struct db *db, const struct table *t, struct fault *f);
void table_writer_close(struct table_writer *w); /* NULL is fine */

/* Inserts one row of t->column_count values. */
int table_writer_add(struct table_writer *w, const struct value *row, struct fault *f);

/* Sends what is still held back. Without it nothing is promised. */
int table_writer_finish(struct table_writer *w, struct fault *f);

#endif
