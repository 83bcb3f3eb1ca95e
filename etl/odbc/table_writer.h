/*
 * table_writer: many rows of one table inserted, updated or deleted, the quickest way its driver
 * knows (a dialect's `bulk`), the driver's count compared with ours. The caller holds the
 * transaction.
 *
 * A value that the table cannot hold is refused with FAULT_DATA before it is sent, naming table,
 * column and row (the number of the call): one of another type, one that the engine would change, a
 * text with a NUL or longer than its column where the engine keeps lengths, NULL where none may be.
 */
#ifndef ETL_ODBC_TABLE_WRITER_H
#define ETL_ODBC_TABLE_WRITER_H

#include "config/table/table.h"
#include "etl/odbc/db.h"

struct table_writer;

/* Opens a table for inserting rows with all its columns, the identity included. `t` is borrowed
 * until the last row; closing does without it. Owned by the caller; NULL with a fault. */
struct table_writer *table_writer_open(struct db *db, const struct table *t, struct fault *f);

/* For updating rows, all columns given: found by t->key. No key may be given twice. */
struct table_writer *table_writer_open_update(
    struct db *db, const struct table *t, struct fault *f);

/* For deleting rows: only the columns of t->key are given, in the order they have in t. */
struct table_writer *table_writer_open_delete(
    struct db *db, const struct table *t, struct fault *f);

void table_writer_close(struct table_writer *w); /* NULL is fine */

/*
 * From now on rows are sent by a thread of its own while the next are taken: nobody else uses the
 * connection between the first row and table_writer_finish. What fails is told by a later call.
 * Saying it again changes nothing.
 */
int table_writer_send_ahead(struct table_writer *w, struct fault *f);

/*
 * The same, over a second connection as well, in turn: to the same place, in a transaction of its
 * own, which the caller ends too. No two rows may have the same key: one would wait for the other's
 * transaction. Once.
 */
int table_writer_share(struct table_writer *w, struct db *second, struct fault *f);

/* Changes one row. */
int table_writer_add(struct table_writer *w, const struct value *row, struct fault *f);

/* Sends what is still held back; the writer may go on. Without it nothing is promised. FAULT_
 * INTERNAL when the driver took another number of rows than it was given. */
int table_writer_finish(struct table_writer *w, struct fault *f);

#endif
