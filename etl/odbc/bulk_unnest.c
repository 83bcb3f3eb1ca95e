#include <stdlib.h>

#include "config/base/moment.h"
#include "config/base/number.h"
#include "etl/odbc/bulk.h"

struct unnest {
    const struct bulk_order *order;
    struct stmt *stmt;
    struct text *arrays; /* one a column, written as text */
    size_t held;
    size_t bytes;
};

static void
unnest_close(void *state)
{
    struct unnest *u = state;

    stmt_free(u->stmt);
    for (size_t i = 0; u->arrays != NULL && i < u->order->column_count; i++)
        text_release(&u->arrays[i]);
    free(u->arrays);
    free(u);
}

static void
add_statement(struct text *sql, const struct bulk_order *order)
{
    const char *const *types = db_dialect(order->db)->array_types;
    struct text values = TEXT_INIT, alias = TEXT_INIT;

    text_add(&values, "SELECT * FROM unnest");
    text_add(&alias, "v");
    for (size_t i = 0; i < order->column_count; i++) {
        text_add_format(
            &values, "%cCAST(? AS %s)", i == 0 ? '(' : ',', types[order->columns[i]->type]);
        text_add_format(&alias, "%ccolumn%zu", i == 0 ? '(' : ',', i + 1);
    }
    text_add_char(&values, ')');
    text_add_char(&alias, ')');
    bulk_add_sql(sql, order, text_get(&values), text_get(&alias));
    sql->failed = sql->failed || values.failed || alias.failed;
    text_release(&values);
    text_release(&alias);
}

static void *
unnest_open(const struct bulk_order *order, struct fault *f)
{
    struct unnest *u = calloc(1, sizeof *u);
    struct text sql = TEXT_INIT;

    if (u == NULL || (u->arrays = calloc(order->column_count, sizeof *u->arrays)) == NULL) {
        fault_set_memory(f);
        free(u);
        return NULL;
    }
    u->order = order;
    add_statement(&sql, order);
    if (text_check(&sql, f) == 0)
        u->stmt = db_prepare(order->db, text_get(&sql), f);
    text_release(&sql);
    if (u->stmt != NULL)
        return u;
    unnest_close(u);
    return NULL;
}

/* ---- elements (postgresql.org/docs/15/arrays.html, "Array Input and Output Syntax") ---- */

static void
add_quoted(struct text *array, const char *bytes, size_t length)
{
    size_t from = 0;

    text_add_char(array, '"');
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '"' && bytes[i] != '\\')
            continue;
        text_add_bytes(array, bytes + from, i - from);
        text_add_char(array, '\\');
        from = i;
    }
    text_add_bytes(array, bytes + from, length - from);
    text_add_char(array, '"');
}

static void
add_hex(struct text *array, const char *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";

    text_add(array, "\"\\\\x");
    for (size_t i = 0; i < length; i++) {
        text_add_char(array, digits[(unsigned char)bytes[i] >> 4]);
        text_add_char(array, digits[(unsigned char)bytes[i] & 15]);
    }
    text_add_char(array, '"');
}

static void
add_element(struct text *array, const struct value *v)
{
    char number[NUMBER_TEXT_BYTES], moment[MOMENT_TEXT_BYTES];

    text_add_char(array, array->length == 0 ? '{' : ',');
    switch (v->type) {
    case VALUE_INT:
        text_add(array, number_format_int(v->as.integer, number));
        break;
    case VALUE_FLOAT:
        text_add(array, number_format_double(v->as.real, number));
        break;
    case VALUE_TIME:
        text_add_char(array, '"');
        text_add(array, moment_format_sql(v->as.time_us, moment));
        text_add_char(array, '"');
        break;
    case VALUE_TEXT:
        add_quoted(array, v->as.text.bytes, v->as.text.length);
        break;
    case VALUE_BYTES:
        add_hex(array, v->as.text.bytes, v->as.text.length);
        break;
    default:
        text_add(array, "NULL");
    }
}

static int
unnest_hold(void *state, const struct value *row, struct fault *f)
{
    struct unnest *u = state;

    if (u->held == BULK_ROWS || u->bytes > BULK_BYTES)
        return 1;
    u->bytes = 0;
    for (size_t i = 0; i < u->order->column_count; i++) {
        add_element(&u->arrays[i], &row[i]);
        if (text_check(&u->arrays[i], f) != 0)
            return -1;
        u->bytes += u->arrays[i].length;
    }
    u->held++;
    return 0;
}

static int
unnest_send(void *state, int64_t *affected, struct fault *f)
{
    struct unnest *u = state;

    u->held = u->bytes = 0;
    for (size_t i = 0; i < u->order->column_count; i++) {
        struct value v;

        text_add_char(&u->arrays[i], '}');
        if (text_check(&u->arrays[i], f) != 0)
            return -1;
        v = value_text_n(text_get(&u->arrays[i]), u->arrays[i].length);
        if (stmt_bind(u->stmt, (int)i + 1, &v, f) != 0)
            return -1;
        text_clear(&u->arrays[i]);
    }
    if (stmt_run(u->stmt, f) != 0)
        return -1;
    *affected = stmt_affected(u->stmt);
    return 0;
}

const struct bulk_kind bulk_unnest = {
    .open = unnest_open,
    .close = unnest_close,
    .hold = unnest_hold,
    .send = unnest_send,
};
