/*
 * sql: writes SQL text. The only place where names and texts are quoted.
 */
#ifndef ETL_ODBC_SQL_H
#define ETL_ODBC_SQL_H

#include <stdbool.h>

#include "config/base/text.h"

/*
 * Adds a statement written with placeholders:
 *   %n  a name, quoted: "bam_Order_Active", in the form of sql_fit_name
 *   %t  a text literal, quoted: 'it''s'
 *   %d  an int64_t
 *   %s  SQL as it stands
 *   %%  a per cent sign
 */
void sql_add(struct text *sql, const char *format, ...);

/* The same in place of what `sql` held; returns the SQL for handing on (text_hand_on). */
const char *sql_set(struct text *sql, const char *format, ...);

/*
 * Engines know names of at most 63 bytes (PostgreSQL, postgresql.org/docs/15/limits.html; MariaDB
 * 64 characters). A longer one becomes, on every engine, its first bytes, an '_' and eight digits
 * of the XXH3-64 of the whole: the same each time. Returns `name` itself when it is short enough,
 * else `buffer`.
 */
enum { SQL_NAME_BYTES = 64 };
const char *sql_fit_name(const char *name, char buffer[SQL_NAME_BYTES]);

/* Is this what the catalogue calls the object of that name? */
bool sql_is_name(const char *listed, const char *name);

#endif
