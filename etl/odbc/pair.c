#include "etl/odbc/pair.h"

#include <stdlib.h>

enum {
    HALF_BLOCKS_MIN = 128, /* a smaller half is read before a second query has begun */
    ROWS_A_TURN = 64,
};

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
        rc = db_run(second, sql_set(&sql, dialect->take_snapshot, text_get(&name)), NULL, f);
    if (rc == 0 && (rc = db_run(first, dialect->alone, NULL, f)) == 0)
        rc = db_run(second, dialect->alone, NULL, f);
    text_release(&name);
    text_release(&sql);
    return rc;
}

/* ---- reading ---- */

/* The block in the middle of a table; 0: it is not worth the while. */
static int
find_middle(struct db *db, const struct table *t, int64_t *block, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = db_get_int(db, sql_set(&sql, db_dialect(db)->middle_block, t->name), 0, block, f);

    if (*block < HALF_BLOCKS_MIN)
        *block = 0;
    text_release(&sql);
    return rc;
}

/* The first query holds the table as it is until its transaction ends, so that both halves are of
 * one file. */
static int
open_halves(struct pair_reader *p, struct db *const dbs[2], const struct table *t, int64_t middle,
    struct fault *f)
{
    const char *const halves[] = {db_dialect(dbs[0])->before_block, db_dialect(dbs[0])->from_block};
    struct text where = TEXT_INIT;

    for (; p->count < 2; p->count++) {
        p->readers[p->count] = table_reader_open_unordered(
            dbs[p->count], t, sql_set(&where, halves[p->count], middle), f);
        if (p->readers[p->count] == NULL)
            break;
    }
    text_release(&where);
    return p->count == 2 ? 0 : -1;
}

struct pair_reader *
pair_reader_open(struct db *first, struct db *second, const struct table *t, struct fault *f)
{
    struct pair_reader *p = calloc(1, sizeof *p);
    struct db *const dbs[2] = {first, second};
    int64_t middle = 0;
    int rc = p == NULL ? fault_set_memory(f) : 0;

    if (rc == 0 && second != NULL)
        rc = find_middle(first, t, &middle, f);
    if (rc == 0 && middle > 0)
        rc = open_halves(p, dbs, t, middle, f);
    else if (rc == 0 && (p->readers[0] = table_reader_open_unordered(first, t, NULL, f)) != NULL)
        p->count = 1;
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
