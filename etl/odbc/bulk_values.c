#include <stdlib.h>

#include "config/base/arena.h"
#include "etl/odbc/bulk.h"

/* SQLite's driver compiles a statement anew each time it runs: many rows in one make up for that,
 * until compiling so many parameters costs as much. */
enum { ROWS_MAX = 32 };

/* One statement for a number of rows. */
struct shape {
    struct stmt *stmt;
    size_t rows;
};

struct values {
    const struct bulk_order *order;
    struct shape full, rest;
    struct value *cells; /* of the held rows, one behind the other */
    size_t held;
    size_t bytes;
    struct arena memory;
};

static void *
values_open(const struct bulk_order *order, struct fault *f)
{
    struct values *v = calloc(1, sizeof *v);

    if (v == NULL ||
        (v->cells = calloc(order->column_count * ROWS_MAX, sizeof *v->cells)) == NULL) {
        fault_set_memory(f);
        free(v);
        return NULL;
    }
    v->order = order;
    return v;
}

static void
values_close(void *state)
{
    struct values *v = state;

    stmt_free(v->full.stmt);
    stmt_free(v->rest.stmt);
    arena_release(&v->memory);
    free(v->cells);
    free(v);
}

static int
values_hold(void *state, const struct value *row, struct fault *f)
{
    struct values *v = state;
    size_t columns = v->order->column_count;
    struct value *cells = v->cells + v->held * columns;

    if (v->held == ROWS_MAX || v->bytes > BULK_BYTES)
        return 1;
    for (size_t i = 0; i < columns; i++) {
        cells[i] = row[i];
        if (row[i].type != VALUE_TEXT && row[i].type != VALUE_BYTES)
            continue;
        cells[i].as.text.bytes =
            arena_strndup(&v->memory, row[i].as.text.bytes, row[i].as.text.length);
        if (cells[i].as.text.bytes == NULL)
            return fault_set_memory(f);
        v->bytes += row[i].as.text.length;
    }
    v->held++;
    return 0;
}

/* Prepares the statement for that many rows, unless it is that already. */
static int
prepare(const struct values *v, struct shape *shape, size_t rows, struct fault *f)
{
    struct text values = TEXT_INIT, sql = TEXT_INIT;
    int rc = 0;

    if (shape->stmt != NULL && shape->rows == rows)
        return 0;
    stmt_free(shape->stmt);
    *shape = (struct shape){.rows = rows};
    for (size_t i = 0; i < rows; i++) {
        text_add(&values, i == 0 ? "VALUES (" : ", (");
        for (size_t k = 0; k < v->order->column_count; k++)
            text_add(&values, k == 0 ? "?" : ", ?");
        text_add_char(&values, ')');
    }
    bulk_add_sql(&sql, v->order, text_get(&values), "v");
    if (text_check(&values, f) != 0 || text_check(&sql, f) != 0)
        rc = -1;
    else if ((shape->stmt = db_prepare(v->order->db, text_get(&sql), f)) == NULL)
        rc = -1;
    text_release(&values);
    text_release(&sql);
    return rc;
}

static int
values_send(void *state, int64_t *affected, struct fault *f)
{
    struct values *v = state;
    size_t rows = v->held;
    struct shape *shape = rows == ROWS_MAX ? &v->full : &v->rest;
    int rc = prepare(v, shape, rows, f);

    if (rc == 0)
        rc = stmt_bind_row(shape->stmt, v->cells, rows * v->order->column_count, f);
    if (rc == 0)
        rc = stmt_run(shape->stmt, f);
    if (rc == 0)
        *affected = stmt_affected(shape->stmt);
    arena_release(&v->memory);
    v->held = v->bytes = 0;
    return rc;
}

const struct bulk_kind bulk_values = {
    .open = values_open,
    .close = values_close,
    .hold = values_hold,
    .send = values_send,
};
