#include "etl/odbc/fetcher.h"

#include <sql.h>
#include <sqlext.h>
#include <stdlib.h>
#include <string.h>

#include "etl/odbc/cell.h"

enum {
    BLOCK_ROWS = 1000,
    BLOCK_BYTES = 256 * 1024, /* of bound cells; of long cells in a block */
    NUMBER_BYTES = 64,        /* a double or a time as text */
    LONG_BYTES = 256,         /* what is bound of a cell that may be longer: drivers fill it up */
    ROW_BYTES = 4096,         /* of a row that is one text */
    WIDE_BYTES = 16 * 1024,   /* of a text that is many rows */
    BOUND_BYTES = 32 * 1024   /* a column that may be wider is such a one */
};

/* Where a column's cells lie in a bound row. */
struct bound {
    SQLSMALLINT c_type;
    size_t stride; /* bytes bound */
    size_t at;     /* of the cell, and behind it the indicator */
};

struct fetcher {
    struct db *db;
    SQLHSTMT handle; /* NULL: it was left */
    const enum value_type *types;
    size_t count;
    bool wide;
    struct bound *columns;
    size_t row_bytes;
    /* One call brings so many rows: one when there are cells that may have to be got piecewise. A
     * block holds those of one call, or as many as there is room for. */
    size_t rows, room;
    SQLUSMALLINT *states;
    char *origin;  /* room for a row, where the columns are bound */
    SQLLEN offset; /* from there to where the next rows go */
    SQLULEN fetched;
    struct text piecewise;
};

void
block_release(struct block *b)
{
    free(b->stage);
    arena_release(&b->memory);
    *b = (struct block){.stage = NULL};
}

/* ---- binding ---- */

/* Bytes that a text of the column can take, its NUL included; 0 when nobody knows. */
static size_t
width_of_text(struct fetcher *t, size_t i)
{
    SQLCHAR name[256];
    SQLSMALLINT length, type, digits, nullable;
    SQLULEN characters = 0;

    if (!db_dialect(t->db)->keeps_widths ||
        !SQL_SUCCEEDED(SQLDescribeCol(t->handle, (SQLUSMALLINT)(i + 1), name, sizeof name, &length,
            &type, &characters, &digits, &nullable)) ||
        characters == 0 || characters >= BOUND_BYTES / 4)
        return 0;
    return characters * 4 + 1;
}

static size_t
stride_of(struct fetcher *t, size_t i)
{
    switch (t->types[i]) {
    case VALUE_INT:
        return sizeof(int64_t);
    case VALUE_FLOAT:
    case VALUE_TIME:
        return NUMBER_BYTES; /* of any form */
    case VALUE_TEXT:
        return width_of_text(t, i);
    default:
        return 0;
    }
}

/* Lays the cells of a row out, each with its indicator, all at multiples of eight bytes. */
static void
lay_out(struct fetcher *t)
{
    bool whole = db_dialect(t->db)->keeps_widths;

    for (size_t i = 0; i < t->count; i++) {
        struct bound *c = &t->columns[i];

        c->c_type = cell_c_type(t->db, t->types[i]);
        if ((c->stride = stride_of(t, i)) == 0) {
            c->stride = t->wide ? WIDE_BYTES : t->count == 1 ? ROW_BYTES : LONG_BYTES;
            whole = false;
        }
        c->stride = (c->stride + 7) / 8 * 8;
        c->at = t->row_bytes;
        t->row_bytes += c->stride + sizeof(SQLLEN);
    }
    /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): a row has a column, and each takes room. */
    t->rows = whole ? BLOCK_BYTES / t->row_bytes : 1;
    t->rows = t->rows > BLOCK_ROWS ? BLOCK_ROWS : t->rows == 0 ? 1 : t->rows;
    t->room = BLOCK_BYTES / t->row_bytes; /* NOLINT(clang-analyzer-core.DivideZero) */
    t->room = t->rows > 1            ? t->rows
              : t->room > BLOCK_ROWS ? BLOCK_ROWS
              : t->room == 0         ? 1
                                     : t->room;
}

static int
bind(struct fetcher *t, struct fault *f)
{
    SQLSetStmtAttr(t->handle, SQL_ATTR_ROW_BIND_TYPE, (SQLPOINTER)t->row_bytes, 0);
    SQLSetStmtAttr(t->handle, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)t->rows, 0);
    SQLSetStmtAttr(t->handle, SQL_ATTR_ROW_STATUS_PTR, t->states, 0);
    SQLSetStmtAttr(t->handle, SQL_ATTR_ROWS_FETCHED_PTR, &t->fetched, 0);
    SQLSetStmtAttr(t->handle, SQL_ATTR_ROW_BIND_OFFSET_PTR, &t->offset, 0);
    for (size_t i = 0; i < t->count; i++) {
        const struct bound *c = &t->columns[i];

        if (!SQL_SUCCEEDED(
                SQLBindCol(t->handle, (SQLUSMALLINT)(i + 1), c->c_type, t->origin + c->at,
                    (SQLLEN)c->stride, (SQLLEN *)(void *)(t->origin + c->at + c->stride))))
            return handle_fault(t->db, SQL_HANDLE_STMT, t->handle, FAULT_INTERNAL, f);
    }
    return 0;
}

struct fetcher *
fetcher_new(struct db *db, void *handle, const enum value_type *types, size_t count, bool wide,
    struct fault *f)
{
    struct fetcher *t = calloc(1, sizeof *t);

    if (t == NULL || (t->columns = calloc(count + 1, sizeof *t->columns)) == NULL) {
        fault_set_memory(f);
        free(t);
        return NULL;
    }
    t->db = db;
    t->handle = handle;
    t->types = types;
    t->wide = wide;
    t->count = count;
    lay_out(t);
    t->origin = malloc(t->row_bytes + 1);
    t->states = calloc(t->rows, sizeof *t->states);
    if (t->origin == NULL || t->states == NULL)
        fault_set_memory(f);
    else if (bind(t, f) == 0)
        return t;
    fetcher_free(t);
    return NULL;
}

void
fetcher_leave(struct fetcher *t)
{
    if (t->handle == NULL)
        return;
    SQLFreeStmt(t->handle, SQL_UNBIND);
    SQLSetStmtAttr(t->handle, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)1, 0);
    SQLSetStmtAttr(t->handle, SQL_ATTR_ROW_STATUS_PTR, NULL, 0);
    SQLSetStmtAttr(t->handle, SQL_ATTR_ROWS_FETCHED_PTR, NULL, 0);
    SQLSetStmtAttr(t->handle, SQL_ATTR_ROW_BIND_OFFSET_PTR, NULL, 0);
    t->handle = NULL;
}

int
fetcher_turn(struct fetcher *t, void *handle, struct fault *f)
{
    fetcher_leave(t);
    t->handle = handle;
    return bind(t, f);
}

void
fetcher_free(struct fetcher *t)
{
    if (t == NULL)
        return;
    fetcher_leave(t);
    text_release(&t->piecewise);
    free(t->columns);
    free(t->origin);
    free(t->states);
    free(t);
}

/* ---- cells ---- */

static SQLLEN
length_of(const struct bound *c, const char *row)
{
    SQLLEN length;

    memcpy(&length, row + c->at + c->stride, sizeof length);
    return length;
}

/* Is it longer than what is bound of it? */
static bool
is_long(const struct bound *c, SQLLEN length)
{
    size_t closing_nul = c->c_type == SQL_C_CHAR ? 1 : 0;

    if ((c->c_type != SQL_C_CHAR && c->c_type != SQL_C_BINARY) || length == SQL_NULL_DATA)
        return false;
    return length < 0 || (size_t)length + closing_nul > c->stride;
}

/* Gets a long cell whole and leaves in its place where it is. Only a row fetched alone can be asked
 * again. */
static int
keep_long(struct fetcher *t, struct block *b, size_t i, char *row, struct fault *f)
{
    const struct bound *c = &t->columns[i];
    struct value v;
    SQLLEN length;
    char *copy;

    if (t->rows > 1)
        return fault_set(
            f, FAULT_INTERNAL, "%s: the driver cut column %zu of a row", db_name(t->db), i + 1);
    if (cell_get(t->db, t->handle, (int)i + 1, t->types[i], &t->piecewise, &v, f) != 0)
        return -1;
    length = (SQLLEN)t->piecewise.length;
    if ((copy = arena_strndup(&b->memory, text_get(&t->piecewise), t->piecewise.length)) == NULL)
        return fault_set_memory(f);
    b->bytes += t->piecewise.length;
    memcpy(row + c->at, &copy, sizeof copy);
    memcpy(row + c->at + c->stride, &length, sizeof length);
    return 0;
}

int
fetcher_get_row(const struct fetcher *t, const struct block *b, size_t index, struct value *row,
    struct fault *f)
{
    char *from = b->stage + index * t->row_bytes;

    for (size_t i = 0; i < t->count; i++) {
        const struct bound *c = &t->columns[i];
        SQLLEN length = length_of(c, from);
        char *cell = from + c->at;

        if (length == SQL_NULL_DATA) {
            row[i] = value_null();
            continue;
        }
        if (is_long(c, length))
            memcpy(&cell, from + c->at, sizeof cell);
        if (cell_take(
                t->db, (int)i + 1, c->c_type, t->types[i], cell, (size_t)length, &row[i], f) != 0)
            return -1;
    }
    return 0;
}

/* ---- blocks ---- */

static int
empty(struct fetcher *t, struct block *b, struct fault *f)
{
    if (b->stage == NULL && (b->stage = malloc(t->room * t->row_bytes + 1)) == NULL)
        return fault_set_memory(f);
    arena_release(&b->memory);
    b->rows = b->bytes = 0;
    return 0;
}

/* A driver may bring rows of which it could not bring every cell, or not all of it. */
static int
check_rows(struct fetcher *t, struct block *b, char *rows, struct fault *f)
{
    for (size_t i = 0; i < t->fetched; i++) {
        char *row = rows + i * t->row_bytes;

        if (t->states[i] == SQL_ROW_ERROR)
            return handle_fault(t->db, SQL_HANDLE_STMT, t->handle, FAULT_UNAVAILABLE, f);
        for (size_t k = 0; k < t->count; k++) {
            const struct bound *c = &t->columns[k];

            if (is_long(c, length_of(c, row)) && keep_long(t, b, k, row, f) != 0)
                return -1;
        }
    }
    return 0;
}

/* One call of the driver: 1 when it brought rows, 0 at the end, -1. */
static int
fetch(struct fetcher *t, struct block *b, struct fault *f)
{
    char *rows = b->stage + b->rows * t->row_bytes;
    SQLRETURN result;

    t->offset = rows - t->origin;
    result = SQLFetch(t->handle);
    if (result == SQL_NO_DATA)
        return 0;
    if (!SQL_SUCCEEDED(result))
        return handle_fault(t->db, SQL_HANDLE_STMT, t->handle, FAULT_UNAVAILABLE, f);
    if (check_rows(t, b, rows, f) != 0)
        return -1;
    b->rows += t->fetched;
    return 1;
}

int
fetcher_next(struct fetcher *t, struct block *b, struct fault *f)
{
    int rc;

    if (empty(t, b, f) != 0)
        return -1;
    do {
        rc = fetch(t, b, f);
    } while (rc == 1 && t->rows == 1 && !fetcher_is_full(t, b));
    return rc == 0 && b->rows > 0 ? 1 : rc;
}

bool
fetcher_is_full(const struct fetcher *t, const struct block *b)
{
    return b->rows >= t->room || b->bytes >= BLOCK_BYTES;
}
