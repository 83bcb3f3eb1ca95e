/*
 * piece_reader: the rows of a large table, or of a part of it, read in pieces (piece.h), one ahead:
 * while the rows of one are taken the next one's query runs.
 */
#ifndef ETL_ODBC_PIECE_READER_H
#define ETL_ODBC_PIECE_READER_H

#include "config/table/table.h"
#include "etl/odbc/db.h"

struct piece_reader;

/* Of a table that piece_can_read. `select` is the query without order and limit, which ends in a
 * WHERE condition when `has_where`, `types` are its columns', the table's. All is borrowed. Owned
 * by the caller; NULL with a fault. Until it is closed nothing else may run on the connection. */
struct piece_reader *piece_reader_open(struct db *db, const struct table *t, const char *select,
    bool has_where, const enum value_type *types, struct fault *f);
void piece_reader_close(struct piece_reader *r); /* NULL is fine */

/* The next row, its texts borrowed until the next call. 1, 0 at the end, -1. */
int piece_reader_next(struct piece_reader *r, struct value *row, struct fault *f);

#endif
