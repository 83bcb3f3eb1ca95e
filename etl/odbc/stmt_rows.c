#include <sql.h>
#include <sqlext.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/moment.h"
#include "etl/odbc/handle.h"

/* One parameter of all rows: `stride` bytes and an indicator for each. */
struct column {
    SQLSMALLINT c_type, sql_type;
    size_t stride;
    char *cells;
    SQLLEN *indicators;
};

/* The type of a column: that of its first value that is not NULL. */
static enum value_type
type_of(const struct value *cells, size_t rows, size_t columns)
{
    for (size_t i = 0; i < rows; i++) {
        if (cells[i * columns].type != VALUE_NULL)
            return cells[i * columns].type;
    }
    return VALUE_NULL;
}

static size_t
longest(const struct value *cells, size_t rows, size_t columns)
{
    size_t most = 1;

    for (size_t i = 0; i < rows; i++) {
        const struct value *v = &cells[i * columns];

        if (v->type != VALUE_NULL && v->as.text.length > most)
            most = v->as.text.length;
    }
    return most;
}

static void
choose_form(struct column *c, const struct value *cells, size_t rows, size_t columns)
{
    *c = (struct column){.c_type = SQL_C_CHAR, .sql_type = SQL_VARCHAR};
    switch (type_of(cells, rows, columns)) {
    case VALUE_INT:
        *c = (struct column){SQL_C_SBIGINT, SQL_BIGINT, sizeof(int64_t), NULL, NULL};
        break;
    case VALUE_FLOAT:
        *c = (struct column){SQL_C_DOUBLE, SQL_DOUBLE, sizeof(double), NULL, NULL};
        break;
    case VALUE_TIME:
        c->stride = MOMENT_TEXT_BYTES;
        break;
    case VALUE_BYTES:
        c->c_type = SQL_C_BINARY;
        c->sql_type = SQL_LONGVARBINARY;
        c->stride = longest(cells, rows, columns);
        break;
    case VALUE_TEXT:
        c->stride = longest(cells, rows, columns);
        break;
    default:
        c->stride = 1;
    }
}

static void
put_cell(struct column *c, size_t row, const struct value *v)
{
    char *cell = c->cells + row * c->stride;

    c->indicators[row] = 0;
    switch (v->type) {
    case VALUE_INT:
        memcpy(cell, &v->as.integer, sizeof v->as.integer);
        break;
    case VALUE_FLOAT:
        memcpy(cell, &v->as.real, sizeof v->as.real);
        break;
    case VALUE_TIME:
        c->indicators[row] = (SQLLEN)strlen(moment_format_sql(v->as.time_us, cell));
        break;
    case VALUE_NULL:
        c->indicators[row] = SQL_NULL_DATA;
        break;
    default:
        memcpy(cell, v->as.text.bytes, v->as.text.length);
        c->indicators[row] = (SQLLEN)v->as.text.length;
    }
}

static int
bind_column(struct db *db, SQLHSTMT handle, struct column *c, size_t number,
    const struct value *cells, size_t rows, size_t columns, struct fault *f)
{
    choose_form(c, cells, rows, columns);
    c->cells = calloc(rows, c->stride);
    c->indicators = calloc(rows, sizeof *c->indicators);
    if (c->cells == NULL || c->indicators == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < rows; i++)
        put_cell(c, i, &cells[i * columns]);
    if (!SQL_SUCCEEDED(SQLBindParameter(handle, (SQLUSMALLINT)number, SQL_PARAM_INPUT, c->c_type,
            c->sql_type, c->stride, 0, c->cells, (SQLLEN)c->stride, c->indicators)))
        return handle_fault(db, SQL_HANDLE_STMT, handle, FAULT_INTERNAL, f);
    return 0;
}

/* Runs the bound rows. A driver may take them, keep none and say nothing: the count tells. */
static int
execute(struct db *db, SQLHSTMT handle, size_t rows, struct fault *f)
{
    SQLRETURN result;
    SQLLEN count = 0;
    int rc = 0;

    SQLSetStmtAttr(handle, SQL_ATTR_PARAM_BIND_TYPE, (SQLPOINTER)SQL_PARAM_BIND_BY_COLUMN, 0);
    SQLSetStmtAttr(handle, SQL_ATTR_PARAMSET_SIZE, (SQLPOINTER)rows, 0);
    result = SQLExecute(handle);
    if (result != SQL_NO_DATA && !SQL_SUCCEEDED(result))
        rc = handle_fault(db, SQL_HANDLE_STMT, handle, FAULT_INTERNAL, f);
    if (rc == 0)
        rc = handle_check_whole(db, handle, result, f);
    SQLRowCount(handle, &count);
    SQLFreeStmt(handle, SQL_CLOSE);
    SQLFreeStmt(handle, SQL_RESET_PARAMS);
    SQLSetStmtAttr(handle, SQL_ATTR_PARAMSET_SIZE, (SQLPOINTER)1, 0);
    if (rc == 0 && count != (SQLLEN)rows)
        rc = fault_set(f, FAULT_INTERNAL, "%s: the driver was given %zu rows and took %lld",
            db_name(db), rows, (long long)count);
    return rc;
}

int
handle_run_rows(struct db *db, void *handle, const struct value *rows, size_t row_count,
    size_t column_count, struct fault *f)
{
    struct column *columns = calloc(column_count, sizeof *columns);
    int rc = columns == NULL ? fault_set_memory(f) : 0;

    for (size_t i = 0; rc == 0 && i < column_count; i++)
        rc = bind_column(db, handle, &columns[i], i + 1, rows + i, row_count, column_count, f);
    if (rc == 0)
        rc = execute(db, handle, row_count, f);
    for (size_t i = 0; columns != NULL && i < column_count; i++) {
        free(columns[i].cells);
        free(columns[i].indicators);
    }
    free(columns);
    return rc;
}
