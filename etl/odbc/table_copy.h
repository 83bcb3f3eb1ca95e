/*
 * table_copy: all rows of one table into another, exactly, with bounded memory.
 */
#ifndef ETL_ODBC_TABLE_COPY_H
#define ETL_ODBC_TABLE_COPY_H

#include "config/base/rowsum.h"
#include "config/table/table.h"
#include "etl/odbc/db.h"

/*
 * Copies the rows of `source` in `from` into `target`, an empty table of the same columns in `to`,
 * inside the caller's transaction there. `sum` is initialised here, released by the caller, and has
 * the checksum of the rows that were read. Nothing promises yet that the target holds them: read it
 * with table_rowsum.
 */
int table_copy(struct db *from, const struct table *source, struct db *to,
    const struct table *target, struct rowsum *sum, struct fault *f);

#endif
