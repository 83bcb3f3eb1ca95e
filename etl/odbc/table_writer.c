#include "etl/odbc/table_writer.h"

#include <stdlib.h>
#include <string.h>

#include "etl/odbc/bulk.h"
#include "etl/odbc/sender.h"

/* Rows that go to the driver together: one statement of its own. */
struct lane {
    void *bulk;
    uint64_t held; /* rows in it */
    uint64_t last; /* the number of the last of them, from 1 */
};

/* A connection. */
struct way {
    struct bulk_order order;
    struct lane lanes[2];  /* the second with a sender only */
    size_t filling;        /* which takes the next row */
    struct sender *sender; /* sends the other one meanwhile; NULL: none */
};

struct table_writer {
    const struct table *table;
    enum bulk_change change;
    const struct bulk_kind *kind;
    const struct table_column **columns; /* those of a row */
    size_t column_count;
    struct value *row;  /* as it goes to the driver */
    uint64_t rows;      /* given to the writer */
    struct way ways[2]; /* taken in turn */
    size_t way_count;
    size_t at; /* which takes the next row */
};

static const char *const verbs[] = {
    [BULK_INSERT] = "write", [BULK_UPDATE] = "update", [BULK_DELETE] = "delete from"};

/* ---- opening ---- */

static void
choose_columns(struct table_writer *w)
{
    const struct table *t = w->table;
    const struct bulk_order order = {.change = w->change, .table = t, .columns = w->columns};

    for (size_t i = 0; i < t->column_count; i++) {
        w->columns[w->column_count] = &t->columns[i];
        if (w->change != BULK_DELETE || bulk_is_key(&order, w->column_count))
            w->column_count++;
    }
}

/* A fault of what is done to the table. */
static int
wrap(const struct table_writer *w, struct fault *f)
{
    return fault_wrap(f, "%s table '%s'", verbs[w->change], w->table->name);
}

static int
add_way(struct table_writer *w, struct db *db, struct fault *f)
{
    struct way *way = &w->ways[w->way_count];

    way->order = (struct bulk_order){.db = db,
        .change = w->change,
        .table = w->table,
        .columns = w->columns,
        .column_count = w->column_count};
    if ((way->lanes[0].bulk = w->kind->open(&way->order, f)) == NULL)
        return wrap(w, f);
    w->way_count++;
    return 0;
}

static struct table_writer *
open_writer(struct db *db, const struct table *t, enum bulk_change change, struct fault *f)
{
    struct table_writer *w = calloc(1, sizeof *w);

    if (w == NULL ||
        (w->columns = calloc(t->column_count, sizeof(struct table_column *))) == NULL ||
        (w->row = calloc(t->column_count, sizeof *w->row)) == NULL) {
        fault_set_memory(f);
        table_writer_close(w);
        return NULL;
    }
    w->kind = db_dialect(db)->bulk;
    w->table = t;
    w->change = change;
    choose_columns(w);
    if (add_way(w, db, f) == 0)
        return w;
    table_writer_close(w);
    return NULL;
}

struct table_writer *
table_writer_open(struct db *db, const struct table *t, struct fault *f)
{
    return open_writer(db, t, BULK_INSERT, f);
}

struct table_writer *
table_writer_open_update(struct db *db, const struct table *t, struct fault *f)
{
    return open_writer(db, t, BULK_UPDATE, f);
}

struct table_writer *
table_writer_open_delete(struct db *db, const struct table *t, struct fault *f)
{
    return open_writer(db, t, BULK_DELETE, f);
}

void
table_writer_close(struct table_writer *w)
{
    if (w == NULL)
        return;
    for (size_t i = 0; i < w->way_count; i++)
        sender_close(w->ways[i].sender);
    for (size_t i = 0; i < w->way_count; i++) {
        for (size_t k = 0; k < 2; k++) {
            if (w->ways[i].lanes[k].bulk != NULL)
                w->kind->close(w->ways[i].lanes[k].bulk);
        }
    }
    free(w->columns);
    free(w->row);
    free(w);
}

/* ---- what a table can hold ---- */

/* Every integer up to here is a double. */
#define EXACT (INT64_C(1) << 53)

/* Is a text longer than so many characters? */
static bool
is_longer(const struct value *v, size_t characters)
{
    size_t count = 0;

    if (v->as.text.length <= characters)
        return false;
    for (size_t i = 0; i < v->as.text.length; i++)
        count += ((unsigned char)v->as.text.bytes[i] & 0xC0) != 0x80;
    return count > characters;
}

/* Why the column cannot hold the value, NULL when it can; an integer for a column of doubles that
 * is one exactly becomes it. */
static const char *
why_not(const struct dialect *dialect, const struct table_column *c, struct value *v)
{
    struct value kept;

    if (v->type == VALUE_NULL)
        return c->not_null ? "it may not be NULL" : NULL;
    if (v->type == VALUE_INT && c->type == VALUE_FLOAT && v->as.integer >= -EXACT &&
        v->as.integer <= EXACT)
        *v = value_float((double)v->as.integer);
    if (v->type != c->type)
        return "the value is of another type";
    if (v->type == VALUE_TEXT && memchr(v->as.text.bytes, '\0', v->as.text.length) != NULL)
        return "a text holds a NUL character";
    if (v->type == VALUE_TEXT && c->length > 0 && dialect->keeps_widths &&
        is_longer(v, (size_t)c->length))
        return "the text is longer than the column";
    kept = *v;
    return dialect->fit == NULL || dialect->fit(&kept) ? NULL : "the engine would change it";
}

static int
refuse(const struct table_writer *w, size_t column, const struct value *v, const char *why,
    struct fault *f)
{
    struct text text = TEXT_INIT;

    if (v->type != VALUE_BYTES)
        value_add_text(&text, v);
    fault_set(f, FAULT_DATA, "table '%s', column '%s', row %llu: %s cannot hold %s '%.40s': %s",
        w->table->name, w->columns[column]->name, (unsigned long long)w->rows + 1,
        db_dialect(w->ways[0].order.db)->name, value_type_name(v->type), text_get(&text), why);
    text_release(&text);
    return -1;
}

/* Takes the row over, or refuses it when the engine would keep another value than one of it. */
static int
take_row(struct table_writer *w, const struct value *row, struct fault *f)
{
    const struct dialect *dialect = db_dialect(w->ways[0].order.db);

    for (size_t i = 0; i < w->column_count; i++) {
        const char *why;

        w->row[i] = row[i];
        if ((why = why_not(dialect, w->columns[i], &w->row[i])) != NULL)
            return refuse(w, i, &row[i], why, f);
    }
    return 0;
}

/* ---- rows ---- */

/* A driver may take rows, keep none and say nothing: the count tells. */
static int
send_lane(void *state, void *piece, struct fault *f)
{
    struct table_writer *w = state;
    struct lane *lane = piece;
    int64_t affected = 0;
    int rc = w->kind->send(lane->bulk, &affected, f);

    if (rc == 0 && affected != (int64_t)lane->held)
        rc = fault_set(f, FAULT_INTERNAL, "the driver was given %llu rows and took %lld",
            (unsigned long long)lane->held, (long long)affected);
    if (rc != 0)
        return fault_wrap(f, "%s table '%s', rows %llu to %llu", verbs[w->change], w->table->name,
            (unsigned long long)(lane->last - lane->held + 1), (unsigned long long)lane->last);
    lane->held = 0;
    return 0;
}

/* With a sender, the lane is handed over when the one before is through; that one is filled next.
 */
static int
send_held(struct table_writer *w, struct way *way, struct fault *f)
{
    struct lane *lane = &way->lanes[way->filling];

    if (lane->held == 0)
        return 0;
    lane->last = w->rows;
    if (way->sender == NULL)
        return send_lane(w, lane, f);
    way->filling ^= 1;
    return sender_give(way->sender, lane, f);
}

static int
start_sender(struct table_writer *w, struct way *way, struct fault *f)
{
    if (way->sender != NULL)
        return 0;
    if (way->lanes[1].bulk == NULL && (way->lanes[1].bulk = w->kind->open(&way->order, f)) == NULL)
        return wrap(w, f);
    return (way->sender = sender_open(send_lane, w, f)) == NULL ? -1 : 0;
}

int
table_writer_send_ahead(struct table_writer *w, struct fault *f)
{
    return start_sender(w, &w->ways[0], f);
}

int
table_writer_share(struct table_writer *w, struct db *second, struct fault *f)
{
    return table_writer_send_ahead(w, f) == 0 && add_way(w, second, f) == 0
               ? start_sender(w, &w->ways[1], f)
               : -1;
}

static int
take(struct table_writer *w, const struct value *row, struct fault *f)
{
    struct way *way = &w->ways[w->at];
    int rc = take_row(w, row, f);

    if (rc != 0)
        return -1;
    rc = w->kind->hold(way->lanes[way->filling].bulk, w->row, f);
    if (rc == 1 && (rc = send_held(w, way, f)) == 0) {
        w->at = (w->at + 1) % w->way_count;
        way = &w->ways[w->at];
        rc = w->kind->hold(way->lanes[way->filling].bulk, w->row, f);
    }
    if (rc == 0)
        way->lanes[way->filling].held++;
    return rc;
}

/* Of all connections: none is in use after it. The first fault is told. */
static int
wait_for_all(struct table_writer *w, struct fault *f)
{
    int rc = 0;

    for (size_t i = 0; i < w->way_count; i++) {
        if (w->ways[i].sender != NULL && sender_wait(w->ways[i].sender, rc == 0 ? f : NULL) != 0)
            rc = -1;
    }
    return rc;
}

int
table_writer_add(struct table_writer *w, const struct value *row, struct fault *f)
{
    int rc = take(w, row, f);

    /* Who is told of a failure rolls back: by then nobody else may use the connection. */
    if (rc != 0) {
        wait_for_all(w, NULL);
        return -1;
    }
    w->rows++;
    return 0;
}

int
table_writer_finish(struct table_writer *w, struct fault *f)
{
    for (size_t i = 0; i < w->way_count; i++) {
        if (send_held(w, &w->ways[i], f) != 0) {
            wait_for_all(w, NULL);
            return -1;
        }
    }
    return wait_for_all(w, f);
}
