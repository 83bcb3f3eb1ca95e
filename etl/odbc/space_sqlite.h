/*
 * space_sqlite: a second file of SQLite beside a connection's own.
 */
#ifndef ETL_ODBC_SPACE_SQLITE_H
#define ETL_ODBC_SPACE_SQLITE_H

#include "etl/odbc/db.h"

/* dialect->attach and dialect->detach: for reading, so that a transaction that writes here leaves
 * the other file's writers alone. */
int space_sqlite_attach(struct db *db, struct db *other, struct text *space);
#define space_sqlite_detach "DETACH DATABASE \"nightcube_other\""

#endif
