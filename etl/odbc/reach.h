/*
 * reach: whether the tables of another connection's database can be named in statements of this
 * one: two spaces of one server, two files of one embedded engine.
 */
#ifndef ETL_ODBC_REACH_H
#define ETL_ODBC_REACH_H

#include "etl/odbc/db.h"

/*
 * Adds to `space` the name, quoted, that goes with a dot before the names of `other`'s tables in
 * statements of `db`. Returns 1, or 0 when they cannot be reached so. Both must be outside of
 * transactions. A reach that was opened is closed outside of one.
 *
 * That it is the same server is proved, not guessed from names and ports: `other` takes a lock that
 * `db` must see.
 */
int reach_open(struct db *db, struct db *other, struct text *space);
void reach_close(struct db *db);

#endif
