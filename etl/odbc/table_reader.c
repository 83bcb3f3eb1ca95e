#include "etl/odbc/table_reader.h"

#include <stdlib.h>

#include "etl/odbc/piece.h"

struct table_reader {
    struct db *db;
    struct stmt *stmt;
    const struct table *table;
    struct text select; /* all but the order */
    bool has_where, in_order;
    struct piece *piece; /* NULL: all of it is one query */
    enum value_type *types;
    struct value *row;
};

/* ---- its query ---- */

/* A condition that lets every row through and fails at one that reading would change. False: there
 * can be no such row. */
static bool
add_guard(struct text *sql, const struct dialect *dialect, const struct table *t, const char *word)
{
    bool needed;
    struct text name = TEXT_INIT, misfit = TEXT_INIT;

    for (size_t i = 0; i < t->column_count; i++) {
        size_t before = misfit.length;

        if (before > 0)
            text_add(&misfit, " OR ");
        if (!dialect->add_misfit(
                &misfit, sql_set(&name, "%n", t->columns[i].name), t->columns[i].type))
            text_cut(&misfit, before);
    }
    if ((needed = misfit.length > 0)) {
        text_add_format(sql, " %s ", word);
        sql_add(sql, dialect->fail_where, text_get(&misfit));
    }
    sql->failed = sql->failed || misfit.failed || name.failed;
    text_release(&name);
    text_release(&misfit);
    return needed;
}

static void
add_select(struct table_reader *r, const char *where)
{
    const struct dialect *dialect = db_dialect(r->db);
    const struct table *t = r->table;
    struct text name = TEXT_INIT;

    text_add(&r->select, "SELECT ");
    for (size_t i = 0; i < t->column_count; i++) {
        if (i > 0)
            text_add(&r->select, ", ");
        dialect->add_read(&r->select, sql_set(&name, "%n", t->columns[i].name), t->columns[i].type);
    }
    sql_add(&r->select, " FROM %n", t->name);
    if (where != NULL)
        text_add_format(&r->select, " WHERE (%s)", where);
    r->has_where =
        add_guard(&r->select, dialect, t, where == NULL ? "WHERE" : "AND") || where != NULL;
    text_release(&name);
}

/* Runs the query, or the one for the next piece. */
static int
start(struct table_reader *r, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = -1;

    text_add(&sql, text_get(&r->select));
    if (r->piece != NULL)
        piece_add(&sql, r->piece, r->has_where);
    for (size_t i = 0; r->piece == NULL && r->in_order && i < r->table->key_count; i++)
        sql_add(&sql, i == 0 ? " ORDER BY %n" : ", %n", r->table->key[i]);
    stmt_free(r->stmt);
    r->stmt = NULL;
    if (text_check(&r->select, f) == 0 && text_check(&sql, f) == 0 &&
        (r->stmt = db_prepare_stream(r->db, text_get(&sql), f)) != NULL)
        rc = stmt_query(r->stmt, r->types, r->table->column_count, f);
    text_release(&sql);
    return rc;
}

/* ---- reading ---- */

static struct table_reader *
open_reader(struct db *db, const struct table *t, const char *where, bool in_order, struct fault *f)
{
    bool in_pieces = db_dialect(db)->holds_results && piece_can_read(db_dialect(db), t);
    struct table_reader *r = calloc(1, sizeof *r);
    int rc = -1;

    if (r == NULL || (r->types = calloc(t->column_count, sizeof *r->types)) == NULL ||
        (r->row = calloc(t->column_count, sizeof *r->row)) == NULL) {
        fault_set_memory(f);
        goto done;
    }
    r->db = db;
    r->table = t;
    r->in_order = in_order;
    for (size_t i = 0; i < t->column_count; i++)
        r->types[i] = t->columns[i].type;
    add_select(r, where);
    if (!in_pieces || (r->piece = piece_new(t, f)) != NULL)
        rc = start(r, f);
done:
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
    piece_free(r->piece);
    text_release(&r->select);
    free(r->types);
    free(r->row);
    free(r);
}

int
table_reader_next(struct table_reader *r, const struct value **row, struct fault *f)
{
    int rc = stmt_fetch(r->stmt, r->row, f);

    *row = r->row;
    while (rc == 0 && r->piece != NULL && piece_turn(r->piece)) {
        if ((rc = start(r, f)) == 0)
            rc = stmt_fetch(r->stmt, r->row, f);
    }
    if (rc == 1 && r->piece != NULL && piece_note(r->piece, r->row, f) != 0)
        rc = -1;
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
