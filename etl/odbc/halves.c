#include "etl/odbc/halves.h"

#include <string.h>

#include "etl/odbc/piece.h"

enum { HALF_BLOCKS_MIN = 128 }; /* a smaller half is read before a second query has begun */

bool
halves_are_there(struct db *db)
{
    const char *has_blocks = db_dialect(db)->has_blocks;
    struct text sql = TEXT_INIT;
    bool are_there =
        has_blocks != NULL &&
        db_has_row(db, sql_set(&sql, has_blocks, (int64_t)2 * HALF_BLOCKS_MIN), NULL) == 1;

    text_release(&sql);
    return are_there;
}

/* Where rows have an address: the block in the middle. */
static int
part_by_block(struct db *db, const struct table *t, struct halves *h, struct fault *f)
{
    const struct dialect *dialect = db_dialect(db);
    struct text sql = TEXT_INIT;
    int64_t block = 0;
    int rc = db_get_int(db, sql_set(&sql, dialect->middle_block, t->name), 0, &block, f);

    text_release(&sql);
    if (rc != 0 || block < HALF_BLOCKS_MIN)
        return rc;
    sql_set(&h->where[0], dialect->before_block, block);
    sql_set(&h->where[1], dialect->from_block, block);
    h->middle = block;
    return 1;
}

static enum value_type
type_of(const struct table *t, const char *column)
{
    size_t i = 0;

    while (strcmp(t->columns[i].name, column) != 0)
        i++;
    return t->columns[i].type;
}

/* The key of the row in the middle, as a literal: 1, 0 when there is none, -1. */
static int
find_middle(
    struct db *db, const struct table *t, uint64_t rows, struct text *literal, struct fault *f)
{
    enum value_type type = type_of(t, t->key[0]);
    struct text sql = TEXT_INIT;
    struct stmt *s = db_prepare(db,
        sql_set(&sql, "SELECT %n FROM %n ORDER BY %n LIMIT 1 OFFSET %d", t->key[0], t->name,
            t->key[0], (int64_t)(rows / 2)),
        f);
    struct value v;
    int rc = s == NULL || stmt_query(s, &type, 1, f) != 0 ? -1 : stmt_fetch(s, &v, f);

    if (rc == 1 && v.type == VALUE_NULL)
        rc = 0;
    if (rc == 1 && piece_set_literal(literal, t->key[0], &v, f) != 0)
        rc = -1;
    stmt_free(s);
    text_release(&sql);
    return rc;
}

static int
part_by_key(struct db *db, const struct table *t, uint64_t rows, struct halves *h, struct fault *f)
{
    struct text literal = TEXT_INIT;
    int rc = find_middle(db, t, rows, &literal, f);

    if (rc == 1) {
        sql_set(&h->where[0], "%n < %s", t->key[0], text_hand_on(&literal));
        sql_set(&h->where[1], "%n >= %s", t->key[0], text_hand_on(&literal));
    }
    text_release(&literal);
    return rc;
}

int
halves_find(struct db *db, const struct table *t, uint64_t rows, struct halves *h, struct fault *f)
{
    const struct dialect *dialect = db_dialect(db);
    int rc = 0;

    if (dialect->middle_block != NULL)
        rc = part_by_block(db, t, h, f);
    else if (rows > 0 && dialect->holds_results && piece_can_read(dialect, t))
        rc = part_by_key(db, t, rows, h, f);
    if (rc == 1 && (text_check(&h->where[0], f) != 0 || text_check(&h->where[1], f) != 0))
        rc = -1;
    return rc;
}

void
halves_release(struct halves *h)
{
    text_release(&h->where[0]);
    text_release(&h->where[1]);
}

struct stretch
halves_get(const struct halves *h, int which)
{
    struct stretch s = {.where = text_hand_on(&h->where[which])};

    if (h->middle > 0 && which == 0)
        s.to = h->middle;
    if (h->middle > 0 && which == 1) {
        s.from = h->middle;
        s.to = INT64_MAX;
    }
    return s;
}
