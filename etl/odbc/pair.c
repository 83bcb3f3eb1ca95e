#include "etl/odbc/pair.h"

#include <pthread.h>
#include <stdlib.h>

#include "config/base/thread.h"
#include "etl/odbc/halves.h"

enum { ROWS_A_TURN = 64 };

struct pair_reader {
    struct table_reader *readers[2];
    size_t count;
    size_t turn; /* who reads */
    size_t rows; /* read in this turn */
};

bool
pair_can_join(const struct db *first)
{
    return db_dialect(first)->take_snapshot != NULL;
}

bool
pair_is_worthwhile(struct db *first)
{
    return pair_can_join(first) && halves_are_there(first);
}

int
pair_join(struct db *first, struct db *second, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    const struct dialect *dialect = db_dialect(first);
    struct text name = TEXT_INIT, sql = TEXT_INIT;
    struct stmt *s = db_prepare(first, dialect->name_snapshot, f);
    struct value v;
    int rc = -1;

    if (s != NULL && stmt_query(s, &type, 1, f) == 0 && (rc = stmt_fetch(s, &v, f)) == 1) {
        text_add_bytes(&name, v.as.text.bytes, v.as.text.length);
        rc = text_check(&name, f);
    }
    stmt_free(s);
    if (rc == 0)
        rc = db_run(second, dialect->begin_snapshot, NULL, f);
    if (rc == 0)
        rc = db_run(second, sql_set(&sql, dialect->take_snapshot, text_hand_on(&name)), NULL, f);
    if (rc == 0 && (rc = db_run(first, dialect->alone, NULL, f)) == 0)
        rc = db_run(second, dialect->alone, NULL, f);
    text_release(&name);
    text_release(&sql);
    return rc;
}

/* ---- reading ---- */

/* The first query holds the table as it is until its transaction ends, so that both halves are of
 * one file. */
static int
open_halves(struct pair_reader *p, struct db *const dbs[2], const struct table *t,
    const struct halves *h, struct fault *f)
{
    for (; p->count < 2; p->count++) {
        const struct stretch half = halves_get(h, (int)p->count);

        if ((p->readers[p->count] = table_reader_open_stretch(dbs[p->count], t, &half, f)) == NULL)
            return -1;
    }
    return 0;
}

struct pair_reader *
pair_reader_open(struct db *first, struct db *second, const struct table *t, struct fault *f)
{
    struct pair_reader *p = calloc(1, sizeof *p);
    struct db *const dbs[2] = {first, second};
    struct halves halves = HALVES_INIT;
    int rc = p == NULL ? fault_set_memory(f) : 0;

    if (rc == 0 && second != NULL)
        rc = halves_find(first, t, 0, &halves, f);
    if (rc == 1)
        rc = open_halves(p, dbs, t, &halves, f);
    else if (rc == 0 && (p->readers[0] = table_reader_open_unordered(first, t, NULL, f)) != NULL)
        p->count = 1;
    halves_release(&halves);
    if (rc == 0 && p->count > 0)
        return p;
    pair_reader_close(p);
    return NULL;
}

void
pair_reader_close(struct pair_reader *p)
{
    if (p == NULL)
        return;
    table_reader_close(p->readers[0]);
    table_reader_close(p->readers[1]);
    free(p);
}

/* Some rows of one half, then some of the other: both read ahead meanwhile. What one has left when
 * the other is at its end comes without turns. */
int
pair_reader_next(struct pair_reader *p, const struct value **row, struct fault *f)
{
    int rc;

    while ((rc = table_reader_next(p->readers[p->turn], row, f)) == 0 && p->count == 2) {
        table_reader_close(p->readers[p->turn]);
        p->readers[p->turn] = NULL;
        p->turn = 1 - p->turn;
        p->count = 1;
    }
    if (rc == 1 && p->count == 2 && ++p->rows % ROWS_A_TURN == 0)
        p->turn = 1 - p->turn;
    return rc;
}

/* ---- adding up ---- */

bool
pair_helps(const struct db *first)
{
    return db_dialect(first)->current_space != NULL;
}

struct half {
    struct db *db;
    const struct table *table;
    struct stretch stretch;
    struct rowsum sum;
    struct fault fault;
    int result;
};

static void *
add_up(void *state)
{
    struct half *h = state;

    h->result = table_rowsum_stretch(h->db, h->table, &h->stretch, &h->sum, &h->fault);
    return NULL;
}

/* `mine` in the caller's thread. */
static int
add_up_both(struct half *mine, struct half *other, struct fault *f)
{
    pthread_t thread;
    bool started = thread_start(&thread, add_up, other);

    add_up(mine);
    if (started)
        pthread_join(thread, NULL);
    else
        add_up(other);
    if (mine->result == 0 && other->result == 0)
        return 0;
    if (f != NULL)
        *f = mine->result != 0 ? mine->fault : other->fault;
    return -1;
}

int
pair_rowsum(struct db *first, struct db *second, const struct table *t, uint64_t rows,
    struct rowsum *sum, struct fault *f)
{
    struct halves halves = HALVES_INIT;
    struct half mine = {.db = first, .table = t}, other = {.db = second, .table = t};
    int rc = second == NULL || rows < PAIR_ROWS_MIN ? 0 : halves_find(first, t, rows, &halves, f);

    *sum = (struct rowsum)ROWSUM_INIT;
    if (rc == 0) {
        rc = table_rowsum(first, t, sum, f);
    } else if (rc == 1) {
        mine.stretch = halves_get(&halves, 0);
        other.stretch = halves_get(&halves, 1);
        if ((rc = add_up_both(&mine, &other, f)) == 0)
            rowsum_merge(&mine.sum, &other.sum);
        *sum = mine.sum;
        rowsum_release(&other.sum);
    }
    halves_release(&halves);
    return rc;
}
