#include <sql.h>
#include <sqlext.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/moment.h"
#include "etl/odbc/bulk.h"
#include "etl/odbc/handle.h"

/* One parameter of all rows: `stride` bytes and an indicator for each. */
struct column {
    SQLSMALLINT c_type, sql_type;
    size_t stride;
    char *cells; /* room for p->room */
    SQLLEN *indicators;
};

struct parameters {
    const struct bulk_order *order;
    struct stmt *stmt;
    struct column *columns;
    size_t *numbers; /* of each column among the statement's parameters, from 1 */
    size_t room;     /* rows, so that all cells take BULK_BYTES */
    size_t held;
};

/* ---- the statement ---- */

/* UPDATE and DELETE name the key's parameters behind all others. */
static void
add_condition(struct text *sql, struct parameters *p, size_t *number)
{
    const char *before = " WHERE";

    for (size_t i = 0; i < p->order->column_count; i++) {
        if (!bulk_is_key(p->order, i))
            continue;
        sql_add(sql, "%s %n = ?", before, p->order->columns[i]->name);
        p->numbers[i] = ++*number;
        before = " AND";
    }
}

static void
add_values(struct text *sql, struct parameters *p, size_t *number)
{
    for (size_t i = 0; i < p->order->column_count; i++) {
        text_add(sql, i == 0 ? "VALUES (?" : ", ?");
        p->numbers[i] = ++*number;
    }
    text_add(sql, ")");
}

static void
add_assignments(struct text *sql, struct parameters *p, size_t *number)
{
    for (size_t i = 0; i < p->order->column_count; i++) {
        if (bulk_is_key(p->order, i))
            continue;
        sql_add(sql, *number == 0 ? " SET %n = ?" : ", %n = ?", p->order->columns[i]->name);
        p->numbers[i] = ++*number;
    }
}

static void
add_statement(struct text *sql, struct parameters *p)
{
    struct text values = TEXT_INIT;
    size_t number = 0;

    switch (p->order->change) {
    case BULK_INSERT:
        add_values(&values, p, &number);
        bulk_add_sql(sql, p->order, text_get(&values), "");
        break;
    case BULK_UPDATE:
        sql_add(sql, "UPDATE %n", p->order->table->name);
        add_assignments(sql, p, &number);
        break;
    case BULK_DELETE:
        sql_add(sql, "DELETE FROM %n", p->order->table->name);
    }
    add_condition(sql, p, &number);
    sql->failed = sql->failed || values.failed;
    text_release(&values);
}

/* ---- the cells ---- */

static struct column
form_of(enum value_type type)
{
    switch (type) {
    case VALUE_INT:
        return (struct column){SQL_C_SBIGINT, SQL_BIGINT, sizeof(int64_t), NULL, NULL};
    case VALUE_FLOAT:
        return (struct column){SQL_C_DOUBLE, SQL_DOUBLE, sizeof(double), NULL, NULL};
    case VALUE_BYTES:
        return (struct column){SQL_C_BINARY, SQL_LONGVARBINARY, 32, NULL, NULL};
    default:
        return (struct column){SQL_C_CHAR, SQL_VARCHAR, MOMENT_TEXT_BYTES, NULL, NULL};
    }
}

static void
parameters_close(void *state)
{
    struct parameters *p = state;

    stmt_free(p->stmt);
    for (size_t i = 0; p->columns != NULL && i < p->order->column_count; i++) {
        free(p->columns[i].cells);
        free(p->columns[i].indicators);
    }
    free(p->columns);
    free(p->numbers);
    free(p);
}

/* All columns in their first width. */
static int
make_columns(struct parameters *p, struct fault *f)
{
    p->room = BULK_ROWS;
    for (size_t i = 0; i < p->order->column_count; i++) {
        struct column *c = &p->columns[i];
        SQLLEN *indicators = c->indicators;

        free(c->cells);
        *c = form_of(p->order->columns[i]->type);
        c->cells = malloc(c->stride * BULK_ROWS);
        c->indicators = indicators != NULL ? indicators : calloc(BULK_ROWS, sizeof *indicators);
        if (c->cells == NULL || c->indicators == NULL)
            return fault_set_memory(f);
    }
    return 0;
}

static void *
parameters_open(const struct bulk_order *order, struct fault *f)
{
    struct parameters *p = calloc(1, sizeof *p);
    struct text sql = TEXT_INIT;

    if (p == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    p->order = order;
    p->columns = calloc(order->column_count, sizeof *p->columns);
    p->numbers = calloc(order->column_count, sizeof *p->numbers);
    if (p->columns == NULL || p->numbers == NULL) {
        fault_set_memory(f);
    } else if (make_columns(p, f) == 0) {
        add_statement(&sql, p);
        if (text_check(&sql, f) == 0)
            p->stmt = db_prepare(order->db, text_get(&sql), f);
    }
    text_release(&sql);
    if (p->stmt != NULL)
        return p;
    parameters_close(p);
    return NULL;
}

/* The stride that a column needs for a value: doubled until it fits. */
static size_t
stride_for(const struct column *c, const struct value *v)
{
    size_t stride = c->stride;

    while ((v->type == VALUE_TEXT || v->type == VALUE_BYTES) && stride < v->as.text.length)
        stride *= 2;
    return stride;
}

/* The held cells move apart. */
static int
widen(struct column *c, size_t stride, size_t room, size_t held, struct fault *f)
{
    char *cells = malloc(stride * room);

    if (cells == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < held; i++)
        memcpy(cells + i * stride, c->cells + i * c->stride, c->stride);
    free(c->cells);
    c->cells = cells;
    c->stride = stride;
    return 0;
}

/* Every row takes as much room as the widest: a wide one is not to make a thousand others wide.
 * Returns 1 when the held ones must go first. */
static int
make_room(struct parameters *p, const struct value *row, struct fault *f)
{
    size_t width = 0, room;

    for (size_t i = 0; i < p->order->column_count; i++)
        width += stride_for(&p->columns[i], &row[i]);
    /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): a row has a column, and each takes room. */
    room = BULK_BYTES / width > BULK_ROWS ? BULK_ROWS : BULK_BYTES / width;
    room = room == 0 ? 1 : room;
    if (p->held >= room)
        return 1;
    for (size_t i = 0; i < p->order->column_count; i++) {
        size_t stride = stride_for(&p->columns[i], &row[i]);

        if (stride == p->columns[i].stride)
            continue;
        if (widen(&p->columns[i], stride, room, p->held, f) != 0)
            return -1;
    }
    p->room = room < p->room ? room : p->room;
    return 0;
}

static void
put_cell(struct column *c, size_t row, const struct value *v)
{
    char *cell = c->cells + row * c->stride;

    c->indicators[row] = 0;
    if (v->type == VALUE_NULL) {
        c->indicators[row] = SQL_NULL_DATA;
    } else if (v->type == VALUE_TEXT || v->type == VALUE_BYTES) {
        memcpy(cell, v->as.text.bytes, v->as.text.length);
        c->indicators[row] = (SQLLEN)v->as.text.length;
    } else if (v->type == VALUE_TIME) {
        c->indicators[row] = (SQLLEN)strlen(moment_format_sql(v->as.time_us, cell));
    } else {
        memcpy(cell, &v->as, c->stride);
    }
}

static int
parameters_hold(void *state, const struct value *row, struct fault *f)
{
    struct parameters *p = state;
    int rc = make_room(p, row, f);

    for (size_t i = 0; rc == 0 && i < p->order->column_count; i++)
        put_cell(&p->columns[i], p->held, &row[i]);
    p->held += rc == 0;
    return rc;
}

/* ---- sending ---- */

/*
 * All anew each time: the driver keeps addresses that it was given before, and a single row behind
 * an array of them is sent with the addresses for its texts (Connector/ODBC 3.1.15).
 */
static int
bind(struct parameters *p, SQLHSTMT handle, struct fault *f)
{
    SQLFreeStmt(handle, SQL_RESET_PARAMS);
    for (size_t i = 0; i < p->order->column_count; i++) {
        const struct column *c = &p->columns[i];

        if (!SQL_SUCCEEDED(SQLBindParameter(handle, (SQLUSMALLINT)p->numbers[i], SQL_PARAM_INPUT,
                c->c_type, c->sql_type, c->stride, 0, c->cells, (SQLLEN)c->stride, c->indicators)))
            return handle_fault(p->order->db, SQL_HANDLE_STMT, handle, FAULT_INTERNAL, f);
    }
    return 0;
}

static int
parameters_send(void *state, int64_t *affected, struct fault *f)
{
    struct parameters *p = state;
    size_t rows = p->held;
    SQLHSTMT handle = stmt_handle(p->stmt);
    SQLLEN count = 0;
    SQLRETURN result;
    int rc = 0;

    p->held = 0;
    if (bind(p, handle, f) != 0)
        return -1;
    SQLSetStmtAttr(handle, SQL_ATTR_PARAM_BIND_TYPE, (SQLPOINTER)SQL_PARAM_BIND_BY_COLUMN, 0);
    SQLSetStmtAttr(handle, SQL_ATTR_PARAMSET_SIZE, (SQLPOINTER)rows, 0);
    result = SQLExecute(handle);
    if (result != SQL_NO_DATA && !SQL_SUCCEEDED(result))
        rc = handle_fault(p->order->db, SQL_HANDLE_STMT, handle, FAULT_INTERNAL, f);
    if (rc == 0)
        rc = handle_check_whole(p->order->db, handle, result, f);
    if (rc == 0 && !SQL_SUCCEEDED(SQLRowCount(handle, &count)))
        rc = handle_fault(p->order->db, SQL_HANDLE_STMT, handle, FAULT_INTERNAL, f);
    SQLFreeStmt(handle, SQL_CLOSE);
    *affected = count;
    /* What one wide row needed is not kept for all others. */
    if (rc == 0 && p->room < BULK_ROWS)
        rc = make_columns(p, f);
    return rc;
}

const struct bulk_kind bulk_parameters = {
    .open = parameters_open,
    .close = parameters_close,
    .hold = parameters_hold,
    .send = parameters_send,
};
