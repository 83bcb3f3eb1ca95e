#include "etl/odbc/row_text_postgresql.h"

#include "etl/odbc/sql.h"

/* A cell's text is what the server's protocol carries, but for booleans and for dates and moments
 * with a zone. */
void
row_text_postgresql_add_cell(struct text *sql, const struct table_column *column)
{
    bool whole_or_yes = column->type == VALUE_INT && column->length == 1;

    sql_add(sql,
        column->type == VALUE_TIME ? "CAST(%n AS timestamp)"
        : whole_or_yes             ? "CAST(%n AS integer)"
                                   : "%n",
        column->name);
}

bool
row_text_postgresql_add(struct text *sql, const struct table *t)
{
    bool can = t->column_count > 1;

    for (size_t i = 0; i < t->column_count; i++)
        can = can && t->columns[i].type != VALUE_BYTES;
    if (!can)
        return false;
    for (size_t i = 0; i < t->column_count; i++) {
        text_add(sql, i == 0 ? "CAST(ROW(" : ", ");
        row_text_postgresql_add_cell(sql, &t->columns[i]);
    }
    text_add(sql, ") AS text)");
    return true;
}
