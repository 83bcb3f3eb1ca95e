/*
 * batch_sqlite: the statement by which SQLite gives a table in batches (batch.h): the first rowid
 * of each, and its rows. Positions are rowids; each batch begins BATCH_ROWS rows behind the one
 * before, however far apart the rowids are.
 */
#ifndef ETL_ODBC_BATCH_SQLITE_H
#define ETL_ODBC_BATCH_SQLITE_H

#include "config/base/text.h"
#include "config/table/table.h"

/* dialect->has_positions: an ordinary table that has rowids
 * (sqlite.org/pragma.html#pragma_table_list). */
#define BATCH_SQLITE_HAS_POSITIONS                                                                 \
    "SELECT 1 FROM pragma_table_list(%t) WHERE schema = 'main' AND type = 'table' AND wr = 0"

/* dialect->add_batches. */
void batch_sqlite_add(struct text *sql, const struct table *t, const int *powers);

#endif
