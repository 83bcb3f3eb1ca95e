#include "etl/odbc/table_reader.h"

#include <stdlib.h>

struct table_reader {
    struct stmt *stmt;
    const struct table *table;
    enum value_type *types;
    struct value *row;
};

/* ---- its query ---- */

/* A condition that lets every row through and fails at one that reading would change. */
static void
add_guard(struct text *sql, const struct dialect *dialect, const struct table *t, const char *word)
{
    struct text name = TEXT_INIT, misfit = TEXT_INIT;

    for (size_t i = 0; i < t->column_count; i++) {
        size_t before = misfit.length;

        if (before > 0)
            text_add(&misfit, " OR ");
        if (!dialect->add_misfit(
                &misfit, sql_set(&name, "%n", t->columns[i].name), t->columns[i].type))
            text_cut(&misfit, before);
    }
    if (misfit.length > 0) {
        text_add_format(sql, " %s ", word);
        sql_add(sql, dialect->fail_where, text_get(&misfit));
    }
    sql->failed = sql->failed || misfit.failed || name.failed;
    text_release(&name);
    text_release(&misfit);
}

static void
add_select(struct text *sql, struct db *db, const struct table *t, const char *where, bool in_order)
{
    const struct dialect *dialect = db_dialect(db);
    struct text name = TEXT_INIT;

    text_add(sql, "SELECT ");
    for (size_t i = 0; i < t->column_count; i++) {
        if (i > 0)
            text_add(sql, ", ");
        dialect->add_read(sql, sql_set(&name, "%n", t->columns[i].name), t->columns[i].type);
    }
    sql_add(sql, " FROM %n", t->name);
    if (where != NULL)
        text_add_format(sql, " WHERE (%s)", where);
    add_guard(sql, dialect, t, where == NULL ? "WHERE" : "AND");
    for (size_t i = 0; in_order && i < t->key_count; i++)
        sql_add(sql, i == 0 ? " ORDER BY %n" : ", %n", t->key[i]);
    text_release(&name);
}

/* ---- reading ---- */

static struct table_reader *
open_reader(struct db *db, const struct table *t, const char *where, bool in_order, struct fault *f)
{
    struct table_reader *r = calloc(1, sizeof *r);
    struct text sql = TEXT_INIT;
    int rc = -1;

    if (r == NULL || (r->types = calloc(t->column_count, sizeof *r->types)) == NULL ||
        (r->row = calloc(t->column_count, sizeof *r->row)) == NULL) {
        fault_set_memory(f);
        goto done;
    }
    r->table = t;
    for (size_t i = 0; i < t->column_count; i++)
        r->types[i] = t->columns[i].type;
    add_select(&sql, db, t, where, in_order);
    if (text_check(&sql, f) == 0 && (r->stmt = db_prepare_stream(db, text_get(&sql), f)) != NULL)
        rc = stmt_query(r->stmt, r->types, t->column_count, f);
done:
    text_release(&sql);
    if (rc == 0)
        return r;
    fault_wrap(f, "read table '%s'", t->name);
    table_reader_close(r);
    return NULL;
}

struct table_reader *
table_reader_open(struct db *db, const struct table *t, const char *where, struct fault *f)
{
    return open_reader(db, t, where, true, f);
}

struct table_reader *
table_reader_open_unordered(
    struct db *db, const struct table *t, const char *where, struct fault *f)
{
    return open_reader(db, t, where, false, f);
}

void
table_reader_close(struct table_reader *r)
{
    if (r == NULL)
        return;
    stmt_free(r->stmt);
    free(r->types);
    free(r->row);
    free(r);
}

int
table_reader_next(struct table_reader *r, const struct value **row, struct fault *f)
{
    int rc = stmt_fetch(r->stmt, r->row, f);

    *row = r->row;
    return rc >= 0 ? rc : fault_wrap(f, "read table '%s'", r->table->name);
}

int
table_rowsum(struct db *db, const struct table *t, struct rowsum *sum, struct fault *f)
{
    struct table_reader *r;
    const struct value *row;
    int rc;

    if (rowsum_init(sum, t->column_count, f) != 0)
        return -1;
    if ((r = table_reader_open_unordered(db, t, NULL, f)) == NULL)
        return -1;
    while ((rc = table_reader_next(r, &row, f)) == 1)
        rowsum_add(sum, row);
    table_reader_close(r);
    return rc;
}
