#include "etl/odbc/table_writer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/arena.h"
#include "config/base/moment.h"
#include "config/base/number.h"

/* What is held back at most before it is sent. */
enum { ROWS_MAX = 1000, BYTES_MAX = 4 * 1024 * 1024 };

struct table_writer {
    const struct table *table;
    struct db *db;
    struct stmt *stmt;
    uint64_t rows; /* given to the writer */
    size_t held;   /* of these, not sent yet */
    size_t bytes;  /* what the held ones take */
    /* One engine takes arrays as values: each column's, written as text. */
    struct text *arrays;
    /* Another takes arrays of parameters: the held rows' cells, one row behind the other. */
    struct value *cells;
    struct arena memory;
    size_t widest; /* bytes of the widest row */
};

static void
add_insert(struct text *sql, const struct dialect *dialect, const struct table *t)
{
    bool unnest = dialect->array_types != NULL;

    sql_add(sql, "INSERT INTO %n(", t->name);
    for (size_t i = 0; i < t->column_count; i++)
        sql_add(sql, i == 0 ? "%n" : ", %n", t->columns[i].name);
    text_add(sql, unnest ? ") SELECT * FROM unnest(" : ") VALUES (");
    for (size_t i = 0; i < t->column_count; i++) {
        text_add(sql, i == 0 ? "" : ", ");
        if (unnest)
            text_add_format(sql, "CAST(? AS %s)", dialect->array_types[t->columns[i].type]);
        else
            text_add(sql, "?");
    }
    text_add(sql, ")");
}

static int
make_room(struct table_writer *w, struct fault *f)
{
    const struct dialect *dialect = db_dialect(w->db);
    size_t columns = w->table->column_count;

    if (dialect->array_types != NULL)
        w->arrays = calloc(columns, sizeof *w->arrays);
    if (dialect->parameter_arrays)
        w->cells = calloc(columns * ROWS_MAX, sizeof *w->cells);
    return (dialect->array_types != NULL && w->arrays == NULL) ||
                   (dialect->parameter_arrays && w->cells == NULL)
               ? fault_set_memory(f)
               : 0;
}

struct table_writer *
table_writer_open(struct db *db, const struct table *t, struct fault *f)
{
    struct table_writer *w = calloc(1, sizeof *w);
    struct text sql = TEXT_INIT;

    if (w == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    w->table = t;
    w->db = db;
    add_insert(&sql, db_dialect(db), t);
    if (text_check(&sql, f) == 0 && make_room(w, f) == 0)
        w->stmt = db_prepare(db, text_get(&sql), f);
    text_release(&sql);
    if (w->stmt == NULL) {
        fault_wrap(f, "write table '%s'", t->name);
        table_writer_close(w);
        return NULL;
    }
    return w;
}

void
table_writer_close(struct table_writer *w)
{
    if (w == NULL)
        return;
    stmt_free(w->stmt);
    for (size_t i = 0; w->arrays != NULL && i < w->table->column_count; i++)
        text_release(&w->arrays[i]);
    free(w->arrays);
    free(w->cells);
    arena_release(&w->memory);
    free(w);
}

/* ---- arrays as values ---- */

static void
add_quoted(struct text *array, const char *bytes, size_t length)
{
    text_add_char(array, '"');
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '"' || bytes[i] == '\\')
            text_add_char(array, '\\');
        text_add_char(array, bytes[i]);
    }
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

/* One element of an array (postgresql.org/docs/15/arrays.html, "Array Input and Output Syntax"). */
static void
add_element(struct text *array, const struct value *v)
{
    char number[NUMBER_TEXT_BYTES], moment[MOMENT_TEXT_BYTES];

    text_add_char(array, array->length == 0 ? '{' : ',');
    switch (v->type) {
    case VALUE_INT:
        text_add_format(array, "%" PRId64, v->as.integer);
        break;
    case VALUE_FLOAT:
        text_add(array, number_format_double(v->as.real, number));
        break;
    case VALUE_TIME:
        text_add_format(array, "\"%s\"", moment_format_sql(v->as.time_us, moment));
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
hold_in_arrays(struct table_writer *w, const struct value *row, struct fault *f)
{
    w->bytes = 0;
    for (size_t i = 0; i < w->table->column_count; i++) {
        add_element(&w->arrays[i], &row[i]);
        if (text_check(&w->arrays[i], f) != 0)
            return -1;
        w->bytes += w->arrays[i].length;
    }
    w->held++;
    return 0;
}

static int
send_arrays(struct table_writer *w, struct fault *f)
{
    for (size_t i = 0; i < w->table->column_count; i++) {
        struct value v;

        text_add_char(&w->arrays[i], '}');
        if (text_check(&w->arrays[i], f) != 0)
            return -1;
        v = value_text_n(text_get(&w->arrays[i]), w->arrays[i].length);
        if (stmt_bind(w->stmt, (int)i + 1, &v, f) != 0)
            return -1;
        text_clear(&w->arrays[i]);
    }
    if (stmt_run(w->stmt, f) != 0)
        return -1;
    if (stmt_affected(w->stmt) != (int64_t)w->held)
        return fault_set(f, FAULT_INTERNAL, "the driver was given %zu rows and took %lld", w->held,
            (long long)stmt_affected(w->stmt));
    return 0;
}

/* ---- arrays of parameters ---- */

static size_t
width_of(const struct value *row, size_t columns)
{
    size_t width = 0;

    for (size_t i = 0; i < columns; i++)
        width += row[i].type == VALUE_TEXT || row[i].type == VALUE_BYTES ? row[i].as.text.length
                                                                         : MOMENT_TEXT_BYTES;
    return width;
}

static int
hold_cells(struct table_writer *w, const struct value *row, struct fault *f)
{
    size_t columns = w->table->column_count, width = width_of(row, columns);
    struct value *cells = w->cells + w->held * columns;

    for (size_t i = 0; i < columns; i++) {
        cells[i] = row[i];
        if (row[i].type != VALUE_TEXT && row[i].type != VALUE_BYTES)
            continue;
        cells[i].as.text.bytes =
            arena_strndup(&w->memory, row[i].as.text.bytes, row[i].as.text.length);
        if (cells[i].as.text.bytes == NULL)
            return fault_set_memory(f);
    }
    /* Every row takes as much room as the widest. */
    w->widest = width > w->widest ? width : w->widest;
    w->held++;
    w->bytes = w->widest * w->held;
    return 0;
}

/* ---- rows ---- */

static int
send_held(struct table_writer *w, struct fault *f)
{
    int rc = 0;

    if (w->held == 0)
        return 0;
    if (w->arrays != NULL)
        rc = send_arrays(w, f);
    else
        rc = stmt_run_rows(w->stmt, w->cells, w->held, w->table->column_count, f);
    arena_release(&w->memory);
    w->memory = (struct arena)ARENA_INIT;
    if (rc != 0)
        return fault_wrap(f, "write table '%s', rows %llu to %llu", w->table->name,
            (unsigned long long)(w->rows - w->held + 1), (unsigned long long)w->rows);
    w->held = w->bytes = w->widest = 0;
    return 0;
}

/* Refuses the row when the engine would keep another value than one of it. */
static int
check_row(struct table_writer *w, const struct value *row, struct fault *f)
{
    bool (*fit)(struct value *) = db_dialect(w->db)->fit;

    for (size_t i = 0; i < w->table->column_count; i++) {
        struct value kept = row[i];
        struct text text = TEXT_INIT;

        if (fit == NULL || fit(&kept))
            continue;
        value_add_text(&text, &row[i]);
        fault_set(f, FAULT_DATA, "table '%s', column '%s', row %llu: %s cannot hold %.40s exactly",
            w->table->name, w->table->columns[i].name, (unsigned long long)w->rows + 1,
            db_dialect(w->db)->name, text_get(&text));
        text_release(&text);
        return -1;
    }
    return 0;
}

static int
send_row(struct table_writer *w, const struct value *row, struct fault *f)
{
    if (stmt_bind_row(w->stmt, row, w->table->column_count, f) != 0 || stmt_run(w->stmt, f) != 0)
        return fault_wrap(
            f, "write table '%s', row %llu", w->table->name, (unsigned long long)w->rows);
    if (stmt_affected(w->stmt) != 1)
        return fault_set(
            f, FAULT_INTERNAL, "write table '%s': the driver took no row", w->table->name);
    return 0;
}

int
table_writer_add(struct table_writer *w, const struct value *row, struct fault *f)
{
    size_t columns = w->table->column_count;

    if (check_row(w, row, f) != 0)
        return -1;
    /* A wide row is not to make a thousand others wide. */
    if (w->cells != NULL && width_of(row, columns) * (w->held + 1) > BYTES_MAX &&
        send_held(w, f) != 0)
        return -1;
    w->rows++;
    if (w->arrays == NULL && w->cells == NULL)
        return send_row(w, row, f);
    if ((w->arrays != NULL ? hold_in_arrays(w, row, f) : hold_cells(w, row, f)) != 0)
        return fault_wrap(f, "write table '%s'", w->table->name);
    return w->held == ROWS_MAX || w->bytes > BYTES_MAX ? send_held(w, f) : 0;
}

int
table_writer_finish(struct table_writer *w, struct fault *f)
{
    return send_held(w, f);
}
