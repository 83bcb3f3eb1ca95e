/*
 * space_mariadb: one database of a MariaDB server takes another one's name.
 *
 * A database cannot be renamed, but its tables can, all in one RENAME TABLE. Views cannot: those of
 * the old database are dropped before, those of the new one are made again behind it.
 */
#ifndef ETL_ODBC_SPACE_MARIADB_H
#define ETL_ODBC_SPACE_MARIADB_H

#include "etl/odbc/db.h"

int space_mariadb_swap(struct db *db, const char *from, const char *to, struct fault *f);

#endif
