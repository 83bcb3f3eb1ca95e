#include "etl/odbc/table_writer.h"

#include <stdlib.h>

struct table_writer {
    const struct table *table;
    struct db *db;
    struct stmt *stmt;
    uint64_t rows;
};

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
    sql_add(&sql, "INSERT INTO %n(", t->name);
    for (size_t i = 0; i < t->column_count; i++)
        sql_add(&sql, i == 0 ? "%n" : ", %n", t->columns[i].name);
    text_add(&sql, ") VALUES (");
    for (size_t i = 0; i < t->column_count; i++)
        text_add(&sql, i == 0 ? "?" : ", ?");
    text_add(&sql, ")");
    if (text_check(&sql, f) == 0)
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
    free(w);
}

/* Refuses the row when the engine would keep another value than one of it. */
static int
check_row(struct table_writer *w, const struct value *row, struct fault *f)
{
    bool (*fit)(struct value *) = db_dialect(w->db)->fit;

    w->rows++;
    for (size_t i = 0; i < w->table->column_count; i++) {
        struct value kept = row[i];
        struct text text = TEXT_INIT;

        if (fit == NULL || fit(&kept))
            continue;
        value_add_text(&text, &row[i]);
        fault_set(f, FAULT_DATA, "table '%s', column '%s', row %llu: %s cannot hold %.40s exactly",
            w->table->name, w->table->columns[i].name, (unsigned long long)w->rows,
            db_dialect(w->db)->name, text_get(&text));
        text_release(&text);
        return -1;
    }
    return 0;
}

int
table_writer_add(struct table_writer *w, const struct value *row, struct fault *f)
{
    if (check_row(w, row, f) != 0)
        return -1;
    if (stmt_bind_row(w->stmt, row, w->table->column_count, f) != 0 || stmt_run(w->stmt, f) != 0)
        return fault_wrap(f, "write table '%s'", w->table->name);
    if (stmt_affected(w->stmt) != 1)
        return fault_set(
            f, FAULT_INTERNAL, "write table '%s': the driver took no row", w->table->name);
    return 0;
}

int
table_writer_finish(struct table_writer *w, struct fault *f)
{
    (void)w;
    (void)f;
    return 0; /* every row was sent when it came: SQLite gains nothing from arrays */
}
