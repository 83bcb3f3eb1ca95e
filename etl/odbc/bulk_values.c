#include <stdlib.h>

#include "config/base/arena.h"
#include "etl/odbc/bulk.h"

/* SQLite's driver compiles a statement anew each time it runs: many rows in one make up for that,
 * until compiling so many parameters costs as much. Of wide rows fewer: each parameter takes some
 * hundred bytes in the driver as long as the statement lives, and SQLite knows 32,766 of them where
 * nobody chose another number (sqlite.org/limits.html). */
enum { ROWS_MAX = 32, PARAMETERS_MAX = 4096 };

struct values {
    const struct bulk_order *order;
    struct stmt *stmt; /* for so many rows; NULL: none */
    size_t stmt_rows;
    size_t room;         /* rows that may be held */
    struct value *cells; /* of the held rows, one behind the other */
    size_t held;
    size_t bytes;
    struct arena memory;
};

static void *
values_open(const struct bulk_order *order, struct fault *f)
{
    struct values *v = calloc(1, sizeof *v);
    size_t room = PARAMETERS_MAX / order->column_count;

    room = room < 1 ? 1 : room > ROWS_MAX ? ROWS_MAX : room;
    if (v == NULL || (v->cells = calloc(order->column_count * room, sizeof *v->cells)) == NULL) {
        fault_set_memory(f);
        free(v);
        return NULL;
    }
    v->order = order;
    v->room = room;
    return v;
}

static void
values_close(void *state)
{
    struct values *v = state;

    stmt_free(v->stmt);
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

    if (v->held == v->room || v->bytes > BULK_BYTES)
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
prepare(struct values *v, size_t rows, struct fault *f)
{
    struct text values = TEXT_INIT, sql = TEXT_INIT;
    int rc = 0;

    if (v->stmt != NULL && v->stmt_rows == rows)
        return 0;
    stmt_free(v->stmt);
    v->stmt = NULL;
    v->stmt_rows = rows;
    for (size_t i = 0; i < rows; i++) {
        text_add(&values, i == 0 ? "VALUES (" : ", (");
        for (size_t k = 0; k < v->order->column_count; k++)
            text_add(&values, k == 0 ? "?" : ", ?");
        text_add_char(&values, ')');
    }
    bulk_add_sql(&sql, v->order, text_get(&values), "v");
    if (text_check(&values, f) != 0 || text_check(&sql, f) != 0)
        rc = -1;
    else if ((v->stmt = db_prepare(v->order->db, text_get(&sql), f)) == NULL)
        rc = -1;
    text_release(&values);
    text_release(&sql);
    return rc;
}

static int
values_send(void *state, int64_t *affected, struct fault *f)
{
    struct values *v = state;
    int rc = prepare(v, v->held, f);

    if (rc == 0)
        rc = stmt_bind_row(v->stmt, v->cells, v->held * v->order->column_count, f);
    if (rc == 0)
        rc = stmt_run(v->stmt, f);
    if (rc == 0)
        *affected = stmt_affected(v->stmt);
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
