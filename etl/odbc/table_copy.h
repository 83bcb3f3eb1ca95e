/*
 * table_copy: all rows of one table into another, exactly, with bounded memory.
 */
#ifndef ETL_ODBC_TABLE_COPY_H
#define ETL_ODBC_TABLE_COPY_H

#include "config/base/rowsum.h"
#include "config/table/table.h"
#include "etl/odbc/db.h"

/*
 * Creates `target`, a table with the columns of `source`, in `to`, and copies the rows of `source`
 * in `from` into it, both in one transaction of `to`: where DDL is transactional (dialect.h) a
 * fault leaves nothing behind, elsewhere the table stays, without its rows. Inside the server or
 * the engine where it reaches both, otherwise as a stream; the number of rows is verified.
 *
 * `sum` is initialised here, released by the caller, and has the checksum of the rows of `source`,
 * which nobody may change meanwhile. That the target holds them is proved by table_rowsum.
 */
int table_copy(struct db *from, const struct table *source, struct db *to,
    const struct table *target, struct rowsum *sum, struct fault *f);

/* The same, and reads the copy back before the transaction ends: FAULT_DATA when it differs. */
int table_copy_proved(struct db *from, const struct table *source, struct db *to,
    const struct table *target, struct rowsum *sum, struct fault *f);

#endif
