#include "etl/odbc/row_reader.h"

#include <stdlib.h>

#include "etl/odbc/gather.h"

struct row_share {
    const struct row_order *order;
    size_t readers;
    /* Where rows are gathered: by what column, and what is left of it. */
    struct text position;
    struct portions portions;
};

struct row_reader {
    const struct row_order *order;
    struct gather *gather; /* or row by row: */
    struct stmt *stmt;
    enum value_type *types;
    struct value *row;
};

/* ---- sharing ---- */

static bool
gathers(const struct db *db)
{
    return db_dialect(db)->gather != NULL;
}

/* The least or the greatest position there is; `none` in an empty table. */
static int
find_end(struct db *db, const struct row_share *s, const char *function, int64_t none,
    int64_t *position, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc;

    sql_add(&sql, "SELECT %s(%s) FROM %n", function, text_hand_on(&s->position), s->order->table);
    rc = text_check(&sql, f) == 0 ? db_get_int(db, text_get(&sql), none, position, f) : -1;
    text_release(&sql);
    return rc;
}

static int
find_stretch(struct db *db, struct row_share *s, int64_t *first, int64_t *last, struct fault *f)
{
    const struct row_order *o = s->order;

    if (o->whole)
        text_add(&s->position, db_dialect(db)->row_position);
    else
        sql_add(&s->position, "%n", o->key);
    if (text_check(&s->position, f) != 0 || find_end(db, s, "min", 0, first, f) != 0 ||
        find_end(db, s, "max", -1, last, f) != 0)
        return -1;
    if (!o->whole) {
        *first = *first < o->first ? o->first : *first;
        *last = *last > o->last ? o->last : *last;
    }
    return 0;
}

struct row_share *
row_share_new(struct db *db, const struct row_order *order, size_t readers, struct fault *f)
{
    struct row_share *s = calloc(1, sizeof *s);
    int64_t first = 0, last = -1;
    int rc;

    if (s == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    s->order = order;
    s->readers = readers;
    rc = gathers(db) ? find_stretch(db, s, &first, &last, f) : 0;
    portions_init(&s->portions, first, last, GATHER_ROWS);
    if (rc == 0)
        return s;
    row_share_free(s);
    return NULL;
}

void
row_share_free(struct row_share *s)
{
    if (s == NULL)
        return;
    portions_release(&s->portions);
    text_release(&s->position);
    free(s);
}

/* ---- row by row ---- */

static void
add_columns(struct text *sql, const struct db *db, const struct row_order *o)
{
    struct text name = TEXT_INIT;

    for (size_t i = 0; i < o->count; i++) {
        text_add(sql, i == 0 ? "" : ", ");
        sql_set(&name, "%n", o->columns[i].name);
        if (o->columns[i].type == VALUE_TEXT)
            sql_add(sql, "CASE WHEN %s IS NULL THEN NULL ELSE 1 END", text_hand_on(&name));
        else
            db_dialect(db)->add_read(sql, text_hand_on(&name), o->columns[i].type);
    }
    if (o->count == 0)
        text_add(sql, "1");
    sql->failed |= name.failed;
    text_release(&name);
}

/* ---- the statement's end ---- */

/* The plus sign hides the key from the engine, where reading by it is not quicker. */
static const char *
add_bounds(struct text *sql, const struct row_order *o, const char *word)
{
    const char *hide = o->whole ? "+" : "";

    if (o->first > INT64_MIN) {
        sql_add(sql, "%s %s%n >= %d", word, hide, o->key, o->first);
        word = " AND";
    }
    if (o->last < INT64_MAX) {
        sql_add(sql, "%s %s%n <= %d", word, hide, o->key, o->last);
        word = " AND";
    }
    return word;
}

/* Each of several readers takes the keys that leave its remainder. */
static void
add_rows(struct text *sql, const struct row_share *s, size_t number)
{
    const struct row_order *o = s->order;
    const char *word;

    sql_add(sql, " FROM %n", o->table);
    word = add_bounds(sql, o, " WHERE");
    if (s->readers > 1)
        sql_add(sql, "%s %n %% %d = %d", word, o->key, (int64_t)s->readers, (int64_t)number);
}

static void
add_portion(struct text *sql, const struct row_share *s)
{
    sql_add(sql, " FROM %n WHERE %s BETWEEN ? AND ?", s->order->table, text_hand_on(&s->position));
    if (s->order->whole)
        add_bounds(sql, s->order, " AND");
}

/* ---- reading ---- */

static int
query(
    struct row_reader *r, struct db *db, const struct row_share *s, size_t number, struct fault *f)
{
    const struct row_order *o = r->order;
    struct text sql = TEXT_INIT;
    int rc = -1;

    r->types = calloc(o->count + 1, sizeof *r->types);
    if (r->types == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < o->count; i++)
        r->types[i] = o->columns[i].type == VALUE_TEXT ? VALUE_INT : o->columns[i].type;
    text_add(&sql, "SELECT ");
    add_columns(&sql, db, o);
    add_rows(&sql, s, number);
    if (text_check(&sql, f) == 0 && (r->stmt = db_prepare_stream(db, text_get(&sql), f)) != NULL)
        rc = stmt_query(r->stmt, r->types, o->count, f);
    text_release(&sql);
    return rc;
}

static int
gather(struct row_reader *r, struct db *db, struct row_share *s, struct fault *f)
{
    struct text rest = TEXT_INIT;

    add_portion(&rest, s);
    if (text_check(&rest, f) == 0)
        r->gather = gather_open(
            db, r->order->columns, r->order->count, text_hand_on(&rest), &s->portions, f);
    text_release(&rest);
    return r->gather == NULL ? -1 : 0;
}

struct row_reader *
row_reader_open(struct db *db, struct row_share *share, size_t number, struct fault *f)
{
    struct row_reader *r = calloc(1, sizeof *r);
    int rc;

    if (r == NULL || (r->row = calloc(share->order->count + 1, sizeof *r->row)) == NULL) {
        fault_set_memory(f);
        row_reader_close(r);
        return NULL;
    }
    r->order = share->order;
    rc = gathers(db) ? gather(r, db, share, f) : query(r, db, share, number, f);
    if (rc == 0)
        return r;
    fault_wrap(f, "read table '%s'", share->order->table);
    row_reader_close(r);
    return NULL;
}

void
row_reader_close(struct row_reader *r)
{
    if (r == NULL)
        return;
    gather_close(r->gather);
    stmt_free(r->stmt);
    free(r->types);
    free(r->row);
    free(r);
}

static int
next_row(struct row_reader *r, struct fault *f)
{
    int rc = stmt_fetch(r->stmt, r->row, f);

    for (size_t i = 0; rc == 1 && i < r->order->count; i++) {
        if (r->order->columns[i].type == VALUE_TEXT && r->row[i].type != VALUE_NULL)
            r->row[i] = value_text("");
    }
    return rc;
}

int
row_reader_next(struct row_reader *r, const struct value **row, struct fault *f)
{
    int rc;

    *row = r->row;
    rc = r->gather != NULL ? gather_next(r->gather, r->row, f) : next_row(r, f);
    return rc >= 0 ? rc : fault_wrap(f, "read table '%s'", r->order->table);
}
