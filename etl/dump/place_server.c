#include <stdlib.h>
#include <string.h>

#include "etl/dump/place.h"

#define STAGING "_restoring"

static struct db *
open_server(const struct place *p, struct fault *f)
{
    return db_open(p->database, p->connection, DB_EXISTING, f);
}

/* Runs one of the dialect's statements about a space. */
static int
run(struct db *db, const char *format, const char *space, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc;

    sql_add(&sql, format, space);
    rc = text_check(&sql, f) == 0 ? db_run(db, text_get(&sql), NULL, f) : -1;
    text_release(&sql);
    return rc;
}

/* The space that the connection uses; owned by the caller. */
static char *
read_current(struct db *db, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct value v = value_null();
    char *name = NULL;
    struct stmt *s = db_prepare(db, db_dialect(db)->current_space, f);
    int rc = s == NULL ? -1 : stmt_query(s, &type, 1, f);

    if (rc == 0)
        rc = stmt_fetch(s, &v, f);
    if (rc == 1 && v.type == VALUE_TEXT) {
        if ((name = strndup(v.as.text.bytes, v.as.text.length)) == NULL)
            fault_set_memory(f);
    } else if (rc >= 0) {
        fault_set(f, FAULT_SETTINGS, "%s: the connection names no database", db_name(db));
    }
    stmt_free(s);
    return name;
}

int
place_server_find(struct place *p, const char *connection, const char *as, struct fault *f)
{
    struct db *db;

    p->is_server = true;
    if ((p->connection = place_join(connection, "", f)) == NULL || (db = open_server(p, f)) == NULL)
        return -1;
    if (db_dialect(db)->swap_space == NULL)
        fault_set(f, FAULT_SETTINGS, "%s: the connection names no file", p->database);
    else
        p->path = as == NULL ? read_current(db, f) : place_join(as, "", f);
    db_close(db);
    if (p->path == NULL || (p->staging = place_join(p->path, STAGING, f)) == NULL)
        return -1;
    if (strlen(p->staging) >= SQL_NAME_BYTES)
        return fault_set(f, FAULT_USAGE, "'%s' is too long a name", p->path);
    return 0;
}

/* Does the target hold anything? An empty schema or database is there to be filled. */
static int
holds_something(struct db *db, const struct place *p, struct fault *f)
{
    const struct dialect *dialect = db_dialect(db);
    struct text sql = TEXT_INIT;
    int rc = db_has_row(db, sql_set(&sql, dialect->has_space, p->path), f);

    if (rc == 1)
        rc = run(db, dialect->use_space, p->path, f) == 0 ? db_has_row(db, dialect->list_tables, f)
                                                          : -1;
    text_release(&sql);
    return rc;
}

int
place_server_exists(const struct place *p, struct fault *f)
{
    struct db *db = open_server(p, f);
    int rc = db == NULL ? -1 : holds_something(db, p, f);

    db_close(db);
    return rc;
}

int
place_server_is_staged(const struct place *p, struct fault *f)
{
    struct db *db = open_server(p, f);
    struct text sql = TEXT_INIT;
    int rc =
        db == NULL ? -1 : db_has_row(db, sql_set(&sql, db_dialect(db)->has_space, p->staging), f);

    text_release(&sql);
    db_close(db);
    return rc;
}

int
place_server_remove(const struct place *p, struct fault *f)
{
    struct db *db = open_server(p, f);
    int rc = db == NULL ? -1 : run(db, db_dialect(db)->drop_space, p->staging, f);

    db_close(db);
    return rc;
}

int
place_server_begin(const struct place *p, struct fault *f)
{
    struct db *db = open_server(p, f);
    int rc = db == NULL ? -1 : run(db, db_dialect(db)->drop_space, p->staging, f);

    if (rc == 0)
        rc = run(db, db_dialect(db)->create_space, p->staging, f);
    db_close(db);
    return rc;
}

struct db *
place_server_connect(const struct place *p, struct fault *f)
{
    struct db *db = open_server(p, f);

    if (db == NULL || run(db, db_dialect(db)->use_space, p->staging, f) == 0)
        return db;
    db_close(db);
    return NULL;
}

int
place_server_swap(const struct place *p, struct fault *f)
{
    struct db *db = open_server(p, f);
    int rc = db == NULL ? -1 : db_dialect(db)->swap_space(db, p->staging, p->path, f);

    db_close(db);
    return rc;
}
