/*
 * row_text_postgresql: how PostgreSQL writes a row as one text (row_text.h), and its cells.
 */
#ifndef ETL_ODBC_ROW_TEXT_POSTGRESQL_H
#define ETL_ODBC_ROW_TEXT_POSTGRESQL_H

#include <stdbool.h>

#include "config/base/text.h"
#include "config/table/table.h"

/* Adds an expression whose text is the column's value, as its type has it. */
void row_text_postgresql_add_cell(struct text *sql, const struct table_column *column);

/* dialect->add_row. */
bool row_text_postgresql_add(struct text *sql, const struct table *t);

#endif
