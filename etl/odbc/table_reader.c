#include "etl/odbc/table_reader.h"

#include <stdlib.h>

struct table_reader {
    struct stmt *stmt;
    enum value_type *types;
    struct value *row;
};

static void
add_select(struct text *sql, struct db *db, const struct table *t, const char *where)
{
    struct text name = TEXT_INIT;

    text_add(sql, "SELECT ");
    for (size_t i = 0; i < t->column_count; i++) {
        if (i > 0)
            text_add(sql, ", ");
        db_dialect(db)->add_read(sql, sql_set(&name, "%n", t->columns[i].name), t->columns[i].type);
    }
    sql_add(sql, " FROM %n", t->name);
    if (where != NULL)
        text_add_format(sql, " WHERE %s", where);
    for (size_t i = 0; i < t->key_count; i++)
        sql_add(sql, i == 0 ? " ORDER BY %n" : ", %n", t->key[i]);
    text_release(&name);
}

struct table_reader *
table_reader_open(struct db *db, const struct table *t, const char *where, struct fault *f)
{
    struct table_reader *r = calloc(1, sizeof *r);
    struct text sql = TEXT_INIT;
    int rc = -1;

    if (r == NULL || (r->types = calloc(t->column_count, sizeof *r->types)) == NULL ||
        (r->row = calloc(t->column_count, sizeof *r->row)) == NULL) {
        fault_set_memory(f);
        goto done;
    }
    for (size_t i = 0; i < t->column_count; i++)
        r->types[i] = t->columns[i].type;
    add_select(&sql, db, t, where);
    if (text_check(&sql, f) == 0 && (r->stmt = db_prepare_stream(db, text_get(&sql), f)) != NULL)
        rc = stmt_query(r->stmt, r->types, t->column_count, f);
done:
    text_release(&sql);
    if (rc != 0) {
        fault_wrap(f, "read table '%s'", t->name);
        table_reader_close(r);
        return NULL;
    }
    return r;
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
    *row = r->row;
    return stmt_fetch(r->stmt, r->row, f);
}

int
table_rowsum(struct db *db, const struct table *t, struct rowsum *sum, struct fault *f)
{
    struct table_reader *r;
    const struct value *row;
    int rc;

    if (rowsum_init(sum, t->column_count, f) != 0)
        return -1;
    if ((r = table_reader_open(db, t, NULL, f)) == NULL)
        return -1;
    while ((rc = table_reader_next(r, &row, f)) == 1)
        rowsum_add(sum, row);
    table_reader_close(r);
    return rc == 0 ? 0 : fault_wrap(f, "read table '%s'", t->name);
}
