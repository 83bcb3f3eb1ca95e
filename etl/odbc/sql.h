/*
 * sql: writes SQL text. The only place where names and texts are quoted.
 */
#ifndef ETL_ODBC_SQL_H
#define ETL_ODBC_SQL_H

#include "config/base/text.h"

/*
 * Adds a statement written with placeholders:
 *   %n  a name, quoted: "bam_Order_Active"
 *   %t  a text literal, quoted: 'it''s'
 *   %d  an int64_t
 *   %s  SQL as it stands
 *   %%  a per cent sign
 */
void sql_add(struct text *sql, const char *format, ...);

/* The same in place of what `sql` held; returns the SQL for passing on. */
const char *sql_set(struct text *sql, const char *format, ...);

#endif
