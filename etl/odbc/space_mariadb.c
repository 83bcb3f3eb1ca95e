#include "etl/odbc/space_mariadb.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/arena.h"

struct view {
    const char *name;
    const char *sql; /* NULL once it is made */
};

struct swap {
    struct db *db;
    const char *from, *to;
    const char *aside; /* where the old tables go */
    struct arena memory;
    struct view *views; /* of `from` */
    size_t view_count;
};

static int
run(struct swap *s, const char *format, const char *name, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc;

    sql_add(&sql, format, name);
    rc = text_check(&sql, f) == 0 ? db_run(s->db, text_get(&sql), NULL, f) : -1;
    text_release(&sql);
    return rc;
}

static const char *
copy(struct swap *s, const struct value *v)
{
    return arena_strndup(&s->memory, v->as.text.bytes, v->as.text.length);
}

/* The views of `from`, which the connection uses, as SQL without its name. */
static int
read_views(struct swap *s, struct fault *f)
{
    static const enum value_type types[] = {VALUE_TEXT, VALUE_TEXT, VALUE_TEXT, VALUE_TEXT};
    struct value row[4];
    struct stmt *st = db_prepare(s->db, db_dialect(s->db)->list_objects, f);
    int rc = st == NULL ? -1 : stmt_query(st, types, 4, f);

    while (rc == 0 && (rc = stmt_fetch(st, row, f)) == 1) {
        struct view *v = arena_append(&s->memory, &s->views, &s->view_count, sizeof *v);

        rc =
            v == NULL || (v->name = copy(s, &row[1])) == NULL || (v->sql = copy(s, &row[3])) == NULL
                ? fault_set_memory(f)
                : 0;
    }
    stmt_free(st);
    return rc;
}

/* Adds "a.t TO b.t" for each table of a space. */
static int
add_renames(struct swap *s, struct text *sql, const char *from, const char *to, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct value v;
    struct stmt *st;
    int rc = run(s, "USE %n", from, f);

    if (rc != 0 || (st = db_prepare(s->db, db_dialect(s->db)->list_tables, f)) == NULL)
        return -1;
    rc = stmt_query(st, &type, 1, f);
    while (rc == 0 && (rc = stmt_fetch(st, &v, f)) == 1) {
        const char *name = copy(s, &v);

        if (name == NULL) {
            rc = fault_set_memory(f);
            break;
        }
        sql_add(sql, "%s%n.%n TO %n.%n", sql->length == 0 ? "RENAME TABLE " : ", ", from, name, to,
            name);
        rc = 0;
    }
    stmt_free(st);
    return rc;
}

static int
drop_views(struct swap *s, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    const char **names = NULL;
    size_t count = 0;
    struct value v;
    struct stmt *st = db_prepare(s->db, db_dialect(s->db)->list_views, f);
    int rc = st == NULL ? -1 : stmt_query(st, &type, 1, f);

    while (rc == 0 && (rc = stmt_fetch(st, &v, f)) == 1) {
        const char **slot = arena_append(&s->memory, &names, &count, sizeof *slot);

        rc = slot == NULL || (*slot = copy(s, &v)) == NULL ? fault_set_memory(f) : 0;
    }
    stmt_free(st);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = db_drop_view(s->db, names[i], f);
    return rc;
}

/* A view may need another that comes later: again and again, as long as one more succeeds. */
static int
make_views(struct swap *s, struct fault *f)
{
    size_t left = s->view_count, before;

    do {
        before = left;
        for (size_t i = 0; i < s->view_count; i++) {
            fault_clear(f);
            if (s->views[i].sql != NULL && db_run(s->db, s->views[i].sql, NULL, f) == 0) {
                s->views[i].sql = NULL;
                left--;
            }
        }
    } while (left > 0 && left < before);
    if (left == 0)
        fault_clear(f);
    return left == 0 ? 0 : -1;
}

static int
move_tables(struct swap *s, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = add_renames(s, &sql, s->to, s->aside, f);

    if (rc == 0)
        rc = drop_views(s, f);
    if (rc == 0)
        rc = add_renames(s, &sql, s->from, s->to, f);
    if (rc == 0)
        rc = text_check(&sql, f);
    if (rc == 0 && sql.length > 0)
        rc = db_run(s->db, text_get(&sql), NULL, f);
    text_release(&sql);
    return rc;
}

int
space_mariadb_swap(struct db *db, const char *from, const char *to, struct fault *f)
{
    struct swap s = {.db = db, .from = from, .to = to, .memory = ARENA_INIT};
    int rc = -1;

    if ((s.aside = arena_printf(&s.memory, "%s_replaced", to)) == NULL)
        fault_set_memory(f);
    else if (run(&s, "USE %n", from, f) == 0 && read_views(&s, f) == 0 &&
             run(&s, "CREATE DATABASE IF NOT EXISTS %n", to, f) == 0 &&
             run(&s, "DROP DATABASE IF EXISTS %n", s.aside, f) == 0 &&
             run(&s, "CREATE DATABASE %n", s.aside, f) == 0 && move_tables(&s, f) == 0 &&
             run(&s, "USE %n", to, f) == 0 && make_views(&s, f) == 0 &&
             run(&s, "DROP DATABASE %n", s.aside, f) == 0)
        rc = run(&s, "DROP DATABASE %n", from, f);
    arena_release(&s.memory);
    return rc;
}
