#include <sql.h>
#include <sqlext.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/moment.h"
#include "config/base/number.h"
#include "etl/odbc/cell.h"
#include "etl/odbc/handle.h"
#include "etl/odbc/stream.h"

/* One parameter. The driver reads it through these addresses when the statement runs, so it is
 * bound again only when its type changes or its bytes move. */
struct parameter {
    enum value_type bound_type; /* VALUE_NULL: not bound yet */
    const void *bound_bytes;
    SQLULEN bound_size;
    SQLLEN indicator;
    int64_t integer;
    double real;
    struct text bytes;
};

/* Of a query of many rows a driver holds so many; of wide ones. */
enum { HELD_ROWS = 2000, HELD_WIDE_ROWS = 32 };

struct stmt {
    struct db *db;
    SQLHSTMT handle;
    char *sql;                     /* it is not prepared, but run as it stands; else NULL */
    struct parameter **parameters; /* each at an address of its own that never moves */
    size_t parameter_count;
    const enum value_type *types; /* of the query's columns; borrowed */
    size_t column_count;
    struct text *cells; /* one buffer a column */
    size_t cell_count;
    int64_t affected;
    bool open;           /* a query is under way */
    bool stream;         /* of many rows */
    bool wide;           /* which are */
    struct stream *rows; /* while such a query is under way */
};

static struct stmt *
stmt_new(struct db *db, struct fault *f)
{
    struct stmt *s = calloc(1, sizeof *s);

    if (s == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    s->db = db;
    if (SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, db_connection_handle(db), &s->handle)))
        return s;
    handle_fault(db, SQL_HANDLE_DBC, db_connection_handle(db), FAULT_UNAVAILABLE, f);
    stmt_free(s);
    return NULL;
}

static void
set_attribute(struct stmt *s, int attribute, SQLULEN number)
{
    if (attribute != 0)
        SQLSetConnectAttr(
            db_connection_handle(s->db), attribute, (SQLPOINTER)number, SQL_IS_UINTEGER);
}

/* Tells the driver how the next statement's result is to be read. */
static void
set_streaming(struct stmt *s, bool on)
{
    const struct dialect *dialect = db_dialect(s->db);

    if (dialect->streams_forward_only)
        SQLSetStmtAttr(s->handle, SQL_ATTR_CURSOR_TYPE,
            (SQLPOINTER)(on ? SQL_CURSOR_FORWARD_ONLY : SQL_CURSOR_STATIC), 0);
    else if (s->stream)
        set_attribute(s, dialect->stream_attribute, on);
    if (on)
        set_attribute(s, dialect->held_rows_attribute, s->wide ? HELD_WIDE_ROWS : HELD_ROWS);
}

/* Where preparing is dear, a statement without a parameter runs as it stands. */
static struct stmt *
keep(struct stmt *s, const char *sql, struct fault *f)
{
    if ((s->sql = strdup(sql)) != NULL)
        return s;
    fault_set_memory(f);
    stmt_free(s);
    return NULL;
}

/* For a statement that is whole. */
static struct stmt *
new_for(struct db *db, const char *sql, struct fault *f)
{
    if (sql != text_lost)
        return stmt_new(db, f);
    fault_set_memory(f);
    return NULL;
}

static struct stmt *
prepare(struct db *db, const char *sql, bool stream, bool wide, struct fault *f)
{
    struct stmt *s = new_for(db, sql, f);
    SQLRETURN result;

    if (s == NULL)
        return NULL;
    s->stream = stream;
    s->wide = wide;
    if (db_dialect(db)->prepares_dearly && !stream && strchr(sql, '?') == NULL)
        return keep(s, sql, f);
    set_streaming(s, stream);
    result = SQLPrepare(s->handle, (SQLCHAR *)sql, SQL_NTS);
    if (!SQL_SUCCEEDED(result))
        handle_fault(db, SQL_HANDLE_STMT, s->handle, FAULT_INTERNAL, f);
    if (stream && !db_dialect(db)->streams_forward_only)
        set_streaming(s, false);
    if (SQL_SUCCEEDED(result))
        return s;
    stmt_free(s);
    return NULL;
}

struct stmt *
db_prepare(struct db *db, const char *sql, struct fault *f)
{
    return prepare(db, sql, false, false, f);
}

struct stmt *
db_prepare_stream(struct db *db, const char *sql, struct fault *f)
{
    return prepare(db, sql, true, false, f);
}

struct stmt *
db_prepare_wide_stream(struct db *db, const char *sql, struct fault *f)
{
    return prepare(db, sql, true, true, f);
}

/* How many rows the statement that ran has changed. */
static int
count_rows(const struct stmt *s, int64_t *affected, struct fault *f)
{
    SQLLEN count = 0;

    if (!SQL_SUCCEEDED(SQLRowCount(s->handle, &count)))
        return handle_fault(s->db, SQL_HANDLE_STMT, s->handle, FAULT_INTERNAL, f);
    *affected = count;
    return 0;
}

int
db_run(struct db *db, const char *sql, int64_t *affected, struct fault *f)
{
    struct stmt *s = new_for(db, sql, f);
    SQLRETURN result = s == NULL ? SQL_ERROR : SQLExecDirect(s->handle, (SQLCHAR *)sql, SQL_NTS);
    int rc = s == NULL ? -1 : 0;

    if (rc == 0 && result != SQL_NO_DATA && !SQL_SUCCEEDED(result))
        rc = handle_fault(db, SQL_HANDLE_STMT, s->handle, FAULT_INTERNAL, f);
    if (rc == 0)
        rc = handle_check_whole(db, s->handle, result, f);
    if (rc == 0 && affected != NULL)
        rc = count_rows(s, affected, f);
    stmt_free(s);
    return rc;
}

void
stmt_free(struct stmt *s)
{
    if (s == NULL)
        return;
    stream_close(s->rows);
    if (s->handle != NULL)
        SQLFreeHandle(SQL_HANDLE_STMT, s->handle);
    for (size_t i = 0; i < s->parameter_count; i++) {
        if (s->parameters[i] != NULL)
            text_release(&s->parameters[i]->bytes);
        free(s->parameters[i]);
    }
    for (size_t i = 0; i < s->cell_count; i++)
        text_release(&s->cells[i]);
    free(s->parameters);
    free(s->cells);
    free(s->sql);
    free(s);
}

/* ---- parameters ---- */

/* How each type of value goes to the driver. Times go as text: the engine's literal form is exact.
 */
static const struct {
    SQLSMALLINT c_type;
    SQLSMALLINT sql_type;
    SQLSMALLINT digits;
} binding[VALUE_TYPE_COUNT] = {
    [VALUE_NULL] = {SQL_C_CHAR, SQL_VARCHAR, 0},
    [VALUE_INT] = {SQL_C_SBIGINT, SQL_BIGINT, 0},
    [VALUE_FLOAT] = {SQL_C_DOUBLE, SQL_DOUBLE, 0},
    [VALUE_TIME] = {SQL_C_CHAR, SQL_VARCHAR, 0},
    [VALUE_TEXT] = {SQL_C_CHAR, SQL_VARCHAR, 0},
    [VALUE_BYTES] = {SQL_C_BINARY, SQL_LONGVARBINARY, 0},
};

static struct parameter *
find_parameter(struct stmt *s, int number, struct fault *f)
{
    size_t index = (size_t)number - 1;

    if (index >= s->parameter_count) {
        struct parameter **grown = realloc(s->parameters, (index + 1) * sizeof(struct parameter *));

        if (grown == NULL) {
            fault_set_memory(f);
            return NULL;
        }
        s->parameters = grown;
        while (s->parameter_count <= index)
            s->parameters[s->parameter_count++] = NULL;
    }
    if (s->parameters[index] == NULL &&
        (s->parameters[index] = calloc(1, sizeof(struct parameter))) == NULL)
        fault_set_memory(f);
    return s->parameters[index];
}

/* Copies the value into the parameter. Returns the address the driver is to read. */
static const void *
hold_value(struct parameter *p, const struct value *v, bool float_as_text)
{
    char moment[MOMENT_TEXT_BYTES], number[NUMBER_TEXT_BYTES];

    text_clear(&p->bytes);
    switch (v->type) {
    case VALUE_INT:
        p->integer = v->as.integer;
        p->indicator = 0;
        return &p->integer;
    case VALUE_FLOAT:
        if (!float_as_text) {
            p->real = v->as.real;
            p->indicator = 0;
            return &p->real;
        }
        text_add(&p->bytes, number_format_double(v->as.real, number));
        break;
    case VALUE_TIME:
        text_add(&p->bytes, moment_format_sql(v->as.time_us, moment));
        break;
    case VALUE_TEXT:
    case VALUE_BYTES:
        text_add_bytes(&p->bytes, v->as.text.bytes, v->as.text.length);
        break;
    default:
        text_add_bytes(&p->bytes, "", 0);
        p->indicator = SQL_NULL_DATA;
        return p->bytes.bytes;
    }
    p->indicator = (SQLLEN)p->bytes.length;
    return p->bytes.bytes;
}

/* A value that an engine would cut or keep as NULL is refused, not lost. */
static int
check_fit(const struct stmt *s, int number, const struct value *v, struct fault *f)
{
    const struct dialect *dialect = db_dialect(s->db);
    char text[NUMBER_TEXT_BYTES];
    struct value kept = *v;

    if (v->type == VALUE_TEXT && memchr(v->as.text.bytes, '\0', v->as.text.length) != NULL)
        return fault_set(f, FAULT_DATA, "%s: a text holds a NUL character (value %d of the row)",
            db_name(s->db), number);
    if (dialect->fit == NULL || dialect->fit(&kept) || kept.type != VALUE_NULL)
        return 0;
    return fault_set(f, FAULT_DATA, "%s: %s cannot hold the number %s (value %d of the row)",
        db_name(s->db), dialect->name, number_format_double(v->as.real, text), number);
}

int
stmt_bind(struct stmt *s, int number, const struct value *v, struct fault *f)
{
    struct parameter *p = find_parameter(s, number, f);
    bool float_as_text = db_dialect(s->db)->float_parameters_as_text;
    SQLSMALLINT c_type =
        v->type == VALUE_FLOAT && float_as_text ? SQL_C_CHAR : binding[v->type].c_type;
    const void *address;
    SQLULEN size;

    if (p == NULL || check_fit(s, number, v, f) != 0)
        return -1;
    address = hold_value(p, v, float_as_text);
    if (text_check(&p->bytes, f) != 0)
        return -1;
    size = p->bytes.capacity > 0 ? p->bytes.capacity : 20;
    /* SQLite's driver takes a binary's length when it is bound, not when the statement runs. */
    if (v->type == VALUE_BYTES)
        size = p->bytes.length;
    if (p->bound_bytes == address && p->bound_size == size && p->bound_type == v->type &&
        v->type != VALUE_NULL)
        return 0;
    if (!SQL_SUCCEEDED(SQLBindParameter(s->handle, (SQLUSMALLINT)number, SQL_PARAM_INPUT, c_type,
            binding[v->type].sql_type, size, binding[v->type].digits, (SQLPOINTER)address,
            (SQLLEN)size, &p->indicator)))
        return handle_fault(s->db, SQL_HANDLE_STMT, s->handle, FAULT_INTERNAL, f);
    p->bound_bytes = address;
    p->bound_size = size;
    p->bound_type = v->type;
    return 0;
}

int
stmt_bind_row(struct stmt *s, const struct value *row, size_t count, struct fault *f)
{
    for (size_t i = 0; i < count; i++) {
        if (stmt_bind(s, (int)i + 1, &row[i], f) != 0)
            return -1;
    }
    return 0;
}

/* ---- running ---- */

static int
execute(struct stmt *s, struct fault *f)
{
    SQLRETURN result;

    stmt_stop(s);
    if (s->stream)
        set_streaming(s, true);
    result = s->sql == NULL ? SQLExecute(s->handle)
                            : SQLExecDirect(s->handle, (SQLCHAR *)s->sql, SQL_NTS);
    if (s->stream && !db_dialect(s->db)->streams_forward_only)
        set_streaming(s, false);
    if (result != SQL_NO_DATA && !SQL_SUCCEEDED(result))
        return handle_fault(s->db, SQL_HANDLE_STMT, s->handle, FAULT_INTERNAL, f);
    s->open = true;
    return handle_check_whole(s->db, s->handle, result, f);
}

int
stmt_run(struct stmt *s, struct fault *f)
{
    int rc = execute(s, f);

    if (rc == 0)
        rc = count_rows(s, &s->affected, f);
    stmt_stop(s);
    return rc;
}

int
stmt_start(struct stmt *s, struct fault *f)
{
    return execute(s, f);
}

void *
stmt_handle(const struct stmt *s)
{
    return s->handle;
}

int64_t
stmt_affected(const struct stmt *s)
{
    return s->affected;
}

void
stmt_stop(struct stmt *s)
{
    stream_close(s->rows);
    s->rows = NULL;
    if (s->open)
        SQLFreeStmt(s->handle, SQL_CLOSE);
    s->open = false;
}

int
stmt_query(struct stmt *s, const enum value_type *types, size_t count, struct fault *f)
{
    if (count > s->cell_count) {
        struct text *grown = realloc(s->cells, count * sizeof *grown);

        if (grown == NULL)
            return fault_set_memory(f);
        s->cells = grown;
        while (s->cell_count < count)
            s->cells[s->cell_count++] = (struct text)TEXT_INIT;
    }
    s->types = types;
    s->column_count = count;
    if (execute(s, f) != 0)
        return -1;
    if (s->stream && (s->rows = stream_open(s->db, s->handle, types, count, s->wide, f)) == NULL) {
        stmt_stop(s);
        return -1;
    }
    return 0;
}

/* ---- fetching ---- */

int
stmt_fetch(struct stmt *s, struct value *row, struct fault *f)
{
    SQLRETURN result;

    if (s->rows != NULL) {
        int rc = stream_next(s->rows, row, f);

        if (rc == 0)
            stmt_stop(s);
        return rc;
    }
    if ((result = SQLFetch(s->handle)) == SQL_NO_DATA) {
        stmt_stop(s);
        return 0;
    }
    if (!SQL_SUCCEEDED(result))
        return handle_fault(s->db, SQL_HANDLE_STMT, s->handle, FAULT_UNAVAILABLE, f);
    if (handle_check_whole(s->db, s->handle, result, f) != 0)
        return -1;
    for (size_t i = 0; i < s->column_count; i++) {
        if (cell_get(s->db, s->handle, (int)i + 1, s->types[i], &s->cells[i], &row[i], f) != 0)
            return -1;
    }
    return 1;
}
