/*
 * table_copy: all rows of one table into another, exactly, with bounded memory.
 */
#ifndef ETL_ODBC_TABLE_COPY_H
#define ETL_ODBC_TABLE_COPY_H

#include "config/base/rowsum.h"
#include "config/table/table.h"
#include "etl/odbc/db.h"

/*
 * The way from one database into another, for many tables: inside the server or the engine where it
 * reaches both, otherwise as a stream. Both are borrowed and outside of transactions when it is
 * opened, and closed.
 */
struct copy_route {
    struct db *from, *to;
    struct text space; /* what `to` calls the space of `from` */
    bool reached;
};

void copy_route_open(struct copy_route *route, struct db *from, struct db *to);
void copy_route_close(struct copy_route *route);

/*
 * Creates `target`, a table with the columns of `source`, at the end of the route, and copies the
 * rows of `source` into it, both in one transaction there: where DDL is transactional (dialect.h) a
 * fault leaves nothing behind, elsewhere the table stays, without its rows. The number of rows is
 * verified.
 *
 * `sum` is initialised here, released by the caller, and has the checksum of the rows of `source`,
 * which nobody may change meanwhile. That the target holds them is proved by table_rowsum.
 */
int table_copy(const struct copy_route *route, const struct table *source,
    const struct table *target, struct rowsum *sum, struct fault *f);

/* The same, and reads the copy back before the transaction ends: FAULT_DATA when it differs. */
int table_copy_proved(const struct copy_route *route, const struct table *source,
    const struct table *target, struct rowsum *sum, struct fault *f);

#endif
