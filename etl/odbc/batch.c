#include "etl/odbc/batch.h"

#include <stdlib.h>
#include <string.h>

#include "etl/odbc/batch_kind.h"
#include "etl/odbc/gather_plan.h"

enum { ROW_CHARACTERS = 16384 };

struct batch {
    const struct batch_kind *kind;
    int *powers;
    struct stmt *stmt;
    struct text text; /* of the batch, taken apart where it lies */
    struct batch_rows rows;
    size_t at;        /* rows given of it */
    int64_t position; /* of the batch */
    bool begun;       /* there was one */
    bool ended;
    bool broken; /* it was not understood: none of its rows was given */
};

/* ---- what is asked ---- */

/* How large doubles are, by some of the first rows; what is larger comes as a string. */
static int
find_power(struct batch *b, const char *column, int *power, struct fault *f)
{
    static const enum value_type type = VALUE_FLOAT;
    struct db *db = b->rows.db;
    struct text sql = TEXT_INIT;
    struct value largest = value_null();
    struct stmt *s;
    int rc = -1;

    text_add(&sql, "SELECT ");
    db_dialect(db)->add_read(&sql, "\"m\"", VALUE_FLOAT);
    sql_add(&sql, " FROM (SELECT max(abs(%n)) AS \"m\" FROM (SELECT %n FROM %n LIMIT 1000))",
        column, column, b->rows.table->name);
    s = text_check(&sql, f) == 0 ? db_prepare(db, text_get(&sql), f) : NULL;
    if (s != NULL && stmt_query(s, &type, 1, f) == 0 && stmt_fetch(s, &largest, f) >= 0)
        rc = 0;
    stmt_free(s);
    text_release(&sql);
    *power = largest.type == VALUE_FLOAT ? gather_plan_power(largest.as.real) : 0;
    return rc;
}

static int
find_powers(struct batch *b, struct fault *f)
{
    const struct table *t = b->rows.table;
    int rc = 0;

    for (size_t i = 0; rc == 0 && b->kind->scales_doubles && i < t->column_count; i++) {
        if (t->columns[i].type == VALUE_FLOAT)
            rc = find_power(b, t->columns[i].name, &b->powers[i], f);
    }
    return rc;
}

static const enum value_type result_types[] = {VALUE_INT, VALUE_TEXT};

static int
query(struct batch *b, const struct stretch *stretch, struct fault *f)
{
    static const struct stretch all = {.to = INT64_MAX};
    struct text sql = TEXT_INIT;
    int rc = -1;

    b->kind->add_query(&sql, b->rows.table, stretch == NULL ? &all : stretch, b->powers);
    if (text_check(&sql, f) == 0 &&
        (b->stmt = db_prepare_wide_stream(b->rows.db, text_get(&sql), f)) != NULL)
        rc = stmt_query(b->stmt, result_types, 2, f);
    text_release(&sql);
    return rc;
}

static bool
has_such_columns(const struct table *t, const struct batch_kind *kind)
{
    size_t characters = 0;

    for (size_t i = 0; i < t->column_count; i++) {
        const struct table_column *c = &t->columns[i];

        if (c->type == VALUE_BYTES || strcasecmp(c->name, kind->taken_name) == 0 ||
            (kind->needs_short_rows && c->type == VALUE_TEXT && c->length <= 0))
            return false;
        characters += c->type == VALUE_TEXT ? (size_t)c->length : 0;
    }
    return !kind->needs_short_rows || characters <= ROW_CHARACTERS;
}

/* As they lie is the order of the engine's positions, which the identity gives where there is one.
 */
static bool
lies_in_order(const struct table *t, const struct batch_kind *kind)
{
    return kind->keeps_identity_order && t->identity && t->key_count == 1;
}

/* 1, 0, or -1. */
static int
suits(struct db *db, const struct table *t, const struct stretch *stretch, bool in_order,
    struct fault *f)
{
    const struct batch_kind *kind = db_dialect(db)->batches;
    struct text sql = TEXT_INIT;
    int rc = kind != NULL && (stretch == NULL || stretch->to > 0) &&
             (!in_order || lies_in_order(t, kind)) && has_such_columns(t, kind);

    if (rc == 1)
        rc = db_has_row(db, sql_set(&sql, kind->suits, t->name), f);
    text_release(&sql);
    return rc;
}

static int
begin(struct batch *b, const struct stretch *stretch, struct fault *f)
{
    if ((b->powers = calloc(b->rows.table->column_count, sizeof *b->powers)) == NULL)
        return fault_set_memory(f);
    b->rows.powers = b->powers;
    return find_powers(b, f) == 0 && query(b, stretch, f) == 0 ? 0 : -1;
}

/* What an engine does not understand of a batch is read in another way, which `way` stands for;
 * that somebody is in the way, or a file cannot be read, is told. So is everything inside a
 * transaction: whatever another way read could not be committed. */
static int
leave_or_tell(const struct batch *b, const struct fault *why, int way, struct fault *f)
{
    if (b->kind->may_fail && !db_is_spoilt(b->rows.db) &&
        (why->kind == FAULT_INTERNAL || why->kind == FAULT_DATA))
        return way;
    if (f != NULL)
        *f = *why;
    return -1;
}

int
batch_open(struct db *db, const struct table *t, const struct stretch *stretch, bool in_order,
    struct batch **batch, struct fault *f)
{
    int rc = suits(db, t, stretch, in_order, f);
    struct batch *b = rc == 1 ? calloc(1, sizeof *b) : NULL;
    struct fault why = FAULT_INIT;

    *batch = NULL;
    if (rc != 1)
        return rc;
    if (b == NULL)
        return fault_set_memory(f);
    b->kind = db_dialect(db)->batches;
    b->rows = (struct batch_rows){.db = db, .table = t};
    if (begin(b, stretch, &why) == 0) {
        *batch = b;
        return 1;
    }
    rc = leave_or_tell(b, &why, 0, f);
    batch_close(b);
    return rc;
}

void
batch_close(struct batch *b)
{
    if (b == NULL)
        return;
    stmt_free(b->stmt);
    text_release(&b->text);
    free(b->powers);
    free(b->rows.values);
    free(b);
}

/* ---- rows ---- */

enum { ROOM_FIRST = 128 };

struct value *
batch_rows_add(struct batch_rows *r)
{
    size_t columns = r->table->column_count;

    if (r->count == r->room) {
        size_t room = r->room == 0 ? ROOM_FIRST : 2 * r->room;
        struct value *grown = realloc(r->values, room * columns * sizeof *grown);

        if (grown == NULL)
            return NULL;
        r->values = grown;
        r->room = room;
    }
    return r->values + r->count++ * columns;
}

/* Fetches a batch and takes it apart; it may be of no rows. */
static int
next_batch(struct batch *b, struct fault *f)
{
    struct value cells[2];
    int rc = b->ended ? 0 : stmt_fetch(b->stmt, cells, f);

    b->ended = rc == 0;
    b->rows.count = b->at = 0;
    if (rc != 1)
        return rc;
    b->position = cells[0].as.integer;
    b->begun = b->broken = true; /* until all of its rows are known */
    text_clear(&b->text);
    text_add_bytes(&b->text, "", 0);
    if (cells[1].type == VALUE_TEXT)
        text_add_bytes(&b->text, cells[1].as.text.bytes, cells[1].as.text.length);
    if (text_check(&b->text, f) != 0)
        return -1;
    b->broken = !b->kind->take(&b->rows, b->text.bytes, b->text.length);
    return b->broken ? BATCH_LEAVES : 1;
}

int
batch_next(struct batch *b, const struct value **row, struct fault *f)
{
    while (b->at == b->rows.count) {
        struct fault why = FAULT_INIT;
        int rc = next_batch(b, &why);

        if (rc != 1)
            return rc == -1 ? leave_or_tell(b, &why, BATCH_LEAVES, f) : rc;
    }
    *row = b->rows.values + b->at++ * b->rows.table->column_count;
    return 1;
}

void
batch_add_rest(const struct batch *b, struct text *sql)
{
    if (b->begun)
        b->kind->add_rest(sql, b->rows.table, b->position, b->broken);
    else
        text_add(sql, "1 = 1");
}
