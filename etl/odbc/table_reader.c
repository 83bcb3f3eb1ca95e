#include "etl/odbc/table_reader.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/progress.h"
#include "etl/odbc/piece.h"

struct table_reader {
    struct db *db;
    struct stmt *stmt;
    const struct table *table;
    struct text where;  /* as it was given; empty: all */
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
add_select(struct table_reader *r)
{
    const char *where = r->where.length == 0 ? NULL : text_get(&r->where);
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

/* ---- what it cannot read ---- */

static const struct table_column *
find_column(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->column_count; i++) {
        if (strcmp(t->columns[i].name, name) == 0)
            return &t->columns[i];
    }
    return NULL;
}

/* Adds the column's misfit, and false; or nothing and true: it can have none. */
static bool
never_misfits(struct table_reader *r, struct text *sql, const struct table_column *c)
{
    struct text name = TEXT_INIT;
    bool may = db_dialect(r->db)->add_misfit(sql, sql_set(&name, "%n", c->name), c->type);

    sql->failed = sql->failed || name.failed;
    text_release(&name);
    return !may;
}

/* " FROM t WHERE ..." of the rows whose column holds a misfit; false: there can be none. */
static bool
add_misfits(struct table_reader *r, struct text *sql, const struct table_column *c)
{
    sql_add(sql, " FROM %n WHERE ", r->table->name);
    if (r->where.length > 0)
        text_add_format(sql, "(%s) AND ", text_get(&r->where));
    return !never_misfits(r, sql, c);
}

/* 1: the column holds a misfit; 0 or -1 with a fault. */
static int
has_misfit(struct table_reader *r, const struct table_column *c, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = 0;

    text_add(&sql, "SELECT 1");
    if (add_misfits(r, &sql, c))
        rc = text_check(&sql, f) == 0 ? db_has_row(r->db, text_get(&sql), f) : -1;
    text_release(&sql);
    return rc;
}

/* Reads the key of such a row; a key that is a misfit itself is not told. */
static struct stmt *
query_key(struct table_reader *r, const struct table_column *c, const struct table_column **key,
    const enum value_type *types)
{
    struct text sql = TEXT_INIT, name = TEXT_INIT;
    size_t count = r->table->key_count;
    struct stmt *s;

    for (size_t i = 0; i < count; i++) {
        text_add(&sql, i == 0 ? "SELECT " : ", ");
        db_dialect(r->db)->add_read(&sql, sql_set(&name, "%n", key[i]->name), types[i]);
    }
    add_misfits(r, &sql, c);
    for (size_t i = 0; i < count; i++) {
        size_t before = sql.length;

        text_add(&sql, " AND NOT ");
        if (never_misfits(r, &sql, key[i]))
            text_cut(&sql, before);
    }
    s = name.failed || text_check(&sql, NULL) != 0 ? NULL : db_prepare(r->db, text_get(&sql), NULL);
    text_release(&sql);
    text_release(&name);
    if (s != NULL && stmt_query(s, types, count, NULL) == 0)
        return s;
    stmt_free(s);
    return NULL;
}

enum { KEY_COLUMNS = 16 };

/* How often a sum looks up from its rows. */
enum { ROWS_A_LOOK = 10000 };

/* " (n = 1)": which row it is, where that can be told. */
static void
add_key(struct table_reader *r, const struct table_column *c, struct text *to)
{
    const struct table *t = r->table;
    const struct table_column *key[KEY_COLUMNS];
    enum value_type types[KEY_COLUMNS];
    struct value row[KEY_COLUMNS];
    struct stmt *s;

    if (t->key_count == 0 || t->key_count > KEY_COLUMNS)
        return;
    for (size_t i = 0; i < t->key_count; i++) {
        if ((key[i] = find_column(t, t->key[i])) == NULL)
            return;
        types[i] = key[i]->type;
    }
    if ((s = query_key(r, c, key, types)) != NULL && stmt_fetch(s, row, NULL) == 1) {
        for (size_t i = 0; i < t->key_count; i++) {
            text_add_format(to, "%s%s = ", i == 0 ? " (" : ", ", key[i]->name);
            value_add_text(to, &row[i]);
        }
        text_add_char(to, ')');
    }
    stmt_free(s);
}

static int
set_misfit(struct table_reader *r, const struct table_column *c, struct fault *f)
{
    struct text key = TEXT_INIT;

    add_key(r, c, &key);
    fault_set(f, FAULT_DATA, "table '%s', column '%s'%s holds a value that is not of its type (%s)",
        r->table->name, c->name, text_get(&key), value_type_name(c->type));
    text_release(&key);
    return fault_hint(f, "reading would change it: mend the value, or the column's type");
}

/* A transaction that the engine has given up answers nothing any more (SQLSTATE class 25, invalid
 * transaction state); who began it can but roll it back. */
static int
find_misfit(struct table_reader *r, struct fault *f)
{
    for (size_t i = 0; i < r->table->column_count; i++) {
        const struct table_column *c = &r->table->columns[i];
        struct fault own = FAULT_INIT;
        int rc = has_misfit(r, c, &own);

        if (rc < 0 && strncmp(own.sqlstate, "25", 2) == 0 &&
            db_run(r->db, db_dialect(r->db)->rollback, NULL, NULL) == 0)
            rc = has_misfit(r, c, NULL);
        if (rc == 1)
            return set_misfit(r, c, f);
    }
    return 0;
}

/* Why reading failed: what the engine refused has the words of its trick (dialect->fail_where). */
static int
explain(struct table_reader *r, struct fault *f)
{
    struct fault why = FAULT_INIT;

    stmt_free(r->stmt);
    r->stmt = NULL;
    if (f == NULL || (f->kind != FAULT_DATA && f->kind != FAULT_INTERNAL) ||
        find_misfit(r, &why) == 0)
        return fault_wrap(f, "read table '%s'", r->table->name);
    *f = why;
    return -1;
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
    text_add(&r->where, where == NULL ? "" : where);
    add_select(r);
    if (text_check(&r->where, f) == 0 && (!in_pieces || (r->piece = piece_new(t, f)) != NULL))
        rc = start(r, f) == 0 ? 0 : explain(r, f);
done:
    if (rc == 0)
        return r;
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
    text_release(&r->where);
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
    return rc >= 0 ? rc : explain(r, f);
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
    while ((rc = table_reader_next(r, &row, f)) == 1) {
        rowsum_add(sum, row);
        if (sum->rows % ROWS_A_LOOK == 0)
            progress_add("rows", ROWS_A_LOOK);
    }
    table_reader_close(r);
    return rc;
}
