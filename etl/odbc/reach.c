#include "etl/odbc/reach.h"

#include <sys/random.h>

/* The quoted name of the space that `other` is in. */
static int
add_space(struct db *other, struct text *space)
{
    static const enum value_type type = VALUE_TEXT;
    struct stmt *s = db_prepare(other, db_dialect(other)->current_space, NULL);
    struct value v = value_null();
    int rc = s != NULL && stmt_query(s, &type, 1, NULL) == 0 ? stmt_fetch(s, &v, NULL) : 0;

    if (rc == 1 && v.type == VALUE_TEXT)
        sql_add(space, "%n", v.as.text.bytes);
    stmt_free(s);
    return rc == 1 && v.type == VALUE_TEXT;
}

/* Runs a statement about a mark that gives 1 or 0. */
static bool
ask(struct db *db, const char *statement, int64_t mark)
{
    struct text sql = TEXT_INIT;
    int64_t answer = 0;

    if (db_get_int(db, sql_set(&sql, statement, mark), 0, &answer, NULL) != 0)
        answer = 0;
    text_release(&sql);
    return answer == 1;
}

static bool
is_same_server(struct db *db, struct db *other)
{
    const struct dialect *dialect = db_dialect(db);
    uint32_t random = 0;
    bool same;

    if (getrandom(&random, sizeof random, 0) != sizeof random || !ask(other, dialect->mark, random))
        return false;
    same = ask(db, dialect->sees_mark, random);
    ask(other, dialect->unmark, random);
    return same;
}

int
reach_open(struct db *db, struct db *other, struct text *space)
{
    const struct dialect *dialect = db_dialect(db);

    if (dialect != db_dialect(other) || db == other)
        return 0;
    if (dialect->attach != NULL)
        return dialect->attach(db, other, space);
    return is_same_server(db, other) && add_space(other, space);
}

void
reach_close(struct db *db)
{
    if (db_dialect(db)->detach != NULL)
        db_run(db, db_dialect(db)->detach, NULL, NULL);
}
