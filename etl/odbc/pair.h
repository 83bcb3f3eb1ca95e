/*
 * pair: two connections that see one moment of a database and read its tables together, each a half
 * of where the rows lie, so that two processors are at work on either side.
 */
#ifndef ETL_ODBC_PAIR_H
#define ETL_ODBC_PAIR_H

#include "etl/odbc/table_reader.h"

/* Can a second connection help at all? */
bool pair_can_join(const struct db *first);

/* And is there a table large enough? */
bool pair_is_worthwhile(struct db *first);

/* Begins a transaction on `second`, of the same database, that sees the moment of the snapshot
 * which `first` has begun (dialect->begin_snapshot) and holds open. */
int pair_join(struct db *first, struct db *second, struct fault *f);

struct pair_reader;

/* All rows of a table, in no order, by both connections; by `first` alone when `second` is NULL or
 * the table is small. As table_reader_open_unordered otherwise; nothing else may run on either. */
struct pair_reader *pair_reader_open(
    struct db *first, struct db *second, const struct table *t, struct fault *f);
void pair_reader_close(struct pair_reader *p); /* NULL is fine */

/* The next row, borrowed until the next call: 1, 0 at the end, -1. */
int pair_reader_next(struct pair_reader *p, const struct value **row, struct fault *f);

/* Do two connections get more work done than one? Not where both are one program's. */
bool pair_helps(const struct db *first);

enum { PAIR_ROWS_MIN = 20000 }; /* of fewer rows one reads as quickly */

/* Reads a table for its checksums (table_rowsum) with both connections, each in a thread: a table
 * of about `rows` rows that nobody changes meanwhile. `second` NULL, a small table, or one that
 * cannot be parted: `first` alone. */
int pair_rowsum(struct db *first, struct db *second, const struct table *t, uint64_t rows,
    struct rowsum *sum, struct fault *f);

#endif
