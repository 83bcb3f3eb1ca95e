#include "etl/odbc/table_reader.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/progress.h"
#include "etl/odbc/batch.h"
#include "etl/odbc/cell.h"
#include "etl/odbc/misfit.h"
#include "etl/odbc/piece.h"
#include "etl/odbc/piece_reader.h"
#include "etl/odbc/row_text.h"

struct table_reader {
    struct db *db;
    struct stmt *stmt;
    const struct table *table;
    struct text where;  /* as it was given; empty: all */
    struct text select; /* all but the order */
    bool has_where, in_order;
    struct batch *batch;         /* NULL: row by row, */
    struct piece_reader *pieces; /* in pieces; NULL: all of it is one query */
    enum value_type *types;      /* of the columns */
    struct value *row;
    /* A row comes as one text, which is taken apart here. */
    bool joined;
    struct text text;
    struct row_cell *cells;
};

/* ---- its query ---- */

static void
add_select(struct table_reader *r)
{
    const char *where = r->where.length == 0 ? NULL : text_hand_on(&r->where);
    const struct dialect *dialect = db_dialect(r->db);
    const struct table *t = r->table;
    struct text name = TEXT_INIT;

    text_add(&r->select, "SELECT ");
    r->joined = dialect->add_row != NULL && dialect->add_row(&r->select, t);
    for (size_t i = 0; !r->joined && i < t->column_count; i++) {
        if (i > 0)
            text_add(&r->select, ", ");
        dialect->add_read(&r->select, sql_set(&name, "%n", t->columns[i].name), t->columns[i].type);
    }
    sql_add(&r->select, " FROM %n", t->name);
    if (where != NULL)
        sql_add(&r->select, " WHERE (%s)", where);
    r->has_where =
        misfit_add_guard(&r->select, dialect, t, where == NULL ? "WHERE" : "AND") || where != NULL;
    text_release(&name);
}

static const enum value_type text_type = VALUE_TEXT;

/* All of it as one query. */
static int
run_query(struct table_reader *r, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = -1;

    text_add(&sql, text_hand_on(&r->select));
    for (size_t i = 0; r->in_order && i < r->table->key_count; i++)
        sql_add(&sql, i == 0 ? " ORDER BY %n" : ", %n", r->table->key[i]);
    if (text_check(&sql, f) == 0 && (r->stmt = db_prepare_stream(r->db, text_get(&sql), f)) != NULL)
        rc = r->joined ? stmt_query(r->stmt, &text_type, 1, f)
                       : stmt_query(r->stmt, r->types, r->table->column_count, f);
    text_release(&sql);
    return rc;
}

static int
start(struct table_reader *r, struct fault *f)
{
    stmt_free(r->stmt);
    r->stmt = NULL;
    if (text_check(&r->select, f) != 0)
        return -1;
    if (!db_dialect(r->db)->holds_results || !piece_can_read(db_dialect(r->db), r->table))
        return run_query(r, f);
    r->pieces =
        piece_reader_open(r->db, r->table, text_hand_on(&r->select), r->has_where, r->types, f);
    return r->pieces == NULL ? -1 : 0;
}

/* ---- a row that is one text ---- */

static int
take_apart(struct table_reader *r, const struct value *joined, struct fault *f)
{
    size_t count = r->table->column_count;

    text_clear(&r->text);
    text_add_bytes(&r->text, joined->as.text.bytes, joined->as.text.length);
    if (text_check(&r->text, f) != 0)
        return -1;
    if (row_text_split(&r->text, r->cells, count) != 0)
        return fault_set(f, FAULT_INTERNAL, "%s: a row is not of %zu cells", db_name(r->db), count);
    for (size_t i = 0; i < count; i++) {
        const struct row_cell *c = &r->cells[i];

        if (c->bytes == NULL)
            r->row[i] = value_null();
        else if (cell_take_text(
                     r->db, (int)i + 1, r->types[i], c->bytes, c->length, &r->row[i], f) != 0)
            return -1;
    }
    return 0;
}

static int
fetch_row(struct table_reader *r, struct fault *f)
{
    struct value joined;
    int rc;

    if (r->pieces != NULL)
        return piece_reader_next(r->pieces, r->row, f);
    if (!r->joined)
        return stmt_fetch(r->stmt, r->row, f);
    if ((rc = stmt_fetch(r->stmt, &joined, f)) == 1 && take_apart(r, &joined, f) != 0)
        rc = -1;
    return rc;
}

/* Why reading failed: what the engine refused has the words of its trick (dialect->fail_where). */
static int
explain(struct table_reader *r, struct fault *f)
{
    struct fault why = FAULT_INIT;

    piece_reader_close(r->pieces);
    r->pieces = NULL;
    stmt_free(r->stmt);
    r->stmt = NULL;
    if (f == NULL || (f->kind != FAULT_DATA && f->kind != FAULT_INTERNAL) ||
        misfit_find(r->db, r->table, text_hand_on(&r->where), &why) == 0)
        return fault_wrap(f, "read table '%s'", r->table->name);
    *f = why;
    return -1;
}

/* ---- reading ---- */

static int
reserve(struct table_reader *r, struct fault *f)
{
    size_t count = r->table->column_count;

    r->types = calloc(count, sizeof *r->types);
    r->row = calloc(count, sizeof *r->row);
    r->cells = calloc(count, sizeof *r->cells);
    if (r->types == NULL || r->row == NULL || r->cells == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < count; i++)
        r->types[i] = r->table->columns[i].type;
    return text_check(&r->where, f);
}

/* Row by row. */
static int
open_rows(struct table_reader *r, struct fault *f)
{
    add_select(r);
    return start(r, f) == 0 ? 0 : explain(r, f);
}

static struct table_reader *
open_reader(
    struct db *db, const struct table *t, const struct stretch *s, bool in_order, struct fault *f)
{
    bool all = s->where == NULL;
    struct table_reader *r = calloc(1, sizeof *r);
    int rc;

    if (r == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    r->db = db;
    r->table = t;
    r->in_order = in_order;
    text_add(&r->where, all ? "" : s->where);
    rc = reserve(r, f);
    if (rc == 0)
        rc = batch_open(db, t, all ? NULL : s, in_order, &r->batch, f);
    if (rc < 0)
        explain(r, f);
    else if (rc == 0)
        rc = open_rows(r, f);
    if (rc >= 0)
        return r;
    table_reader_close(r);
    return NULL;
}

struct table_reader *
table_reader_open(struct db *db, const struct table *t, const char *where, struct fault *f)
{
    return open_reader(db, t, &(struct stretch){.where = where}, true, f);
}

struct table_reader *
table_reader_open_unordered(
    struct db *db, const struct table *t, const char *where, struct fault *f)
{
    return open_reader(db, t, &(struct stretch){.where = where}, false, f);
}

struct table_reader *
table_reader_open_stretch(
    struct db *db, const struct table *t, const struct stretch *s, struct fault *f)
{
    return open_reader(db, t, s, false, f);
}

void
table_reader_close(struct table_reader *r)
{
    if (r == NULL)
        return;
    batch_close(r->batch);
    piece_reader_close(r->pieces);
    stmt_free(r->stmt);
    text_release(&r->where);
    text_release(&r->select);
    text_release(&r->text);
    free(r->cells);
    free(r->types);
    free(r->row);
    free(r);
}

/* What a batch did not understand, and all behind it, comes row by row. */
static int
leave_batches(struct table_reader *r, struct fault *f)
{
    text_add(&r->where, r->where.length > 0 ? " AND " : "");
    batch_add_rest(r->batch, &r->where);
    batch_close(r->batch);
    r->batch = NULL;
    add_select(r);
    return text_check(&r->where, f) == 0 && start(r, f) == 0 ? 0 : explain(r, f);
}

int
table_reader_next(struct table_reader *r, const struct value **row, struct fault *f)
{
    int rc;

    if (r->batch != NULL) {
        if ((rc = batch_next(r->batch, row, f)) != BATCH_LEAVES)
            return rc >= 0 ? rc : explain(r, f);
        if (leave_batches(r, f) != 0)
            return -1;
    }
    *row = r->row;
    rc = fetch_row(r, f);
    return rc >= 0 ? rc : explain(r, f);
}

enum { ROWS_A_LOOK = 10000 };

int
table_rowsum(struct db *db, const struct table *t, struct rowsum *sum, struct fault *f)
{
    return table_rowsum_stretch(db, t, &(struct stretch){.where = NULL}, sum, f);
}

int
table_rowsum_stretch(struct db *db, const struct table *t, const struct stretch *s,
    struct rowsum *sum, struct fault *f)
{
    struct table_reader *r;
    const struct value *row;
    int rc;

    if (rowsum_init(sum, t->column_count, f) != 0)
        return -1;
    if ((r = table_reader_open_stretch(db, t, s, f)) == NULL)
        return -1;
    while ((rc = table_reader_next(r, &row, f)) == 1) {
        rowsum_add(sum, row);
        if (sum->rows % ROWS_A_LOOK == 0)
            progress_add("rows", ROWS_A_LOOK);
    }
    table_reader_close(r);
    return rc;
}
