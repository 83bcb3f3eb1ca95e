#include <string.h>

#include "etl/dump/restoration.h"

bool
restoration_may_pass(const struct fault *f)
{
    return f->kind == FAULT_UNAVAILABLE || f->kind == FAULT_IO || f->kind == FAULT_INTERRUPTED ||
           f->kind == FAULT_TERMINATED;
}

/* Of a part, what belongs to the tables that are there. */
static bool
is_wanted(struct restoration *r, const struct object *o)
{
    bool hangs = o->kind == OBJECT_TRIGGER || o->kind == OBJECT_FOREIGN_KEY;

    return selection_wants(&r->selection, r->item.database, hangs ? o->table : o->name);
}

static int
create_all(struct restoration *r, enum object_kind kind, struct fault *f)
{
    for (size_t i = 0; i < r->objects.count; i++) {
        const struct object *o = &r->objects.items[i];

        if (o->kind == kind && is_wanted(r, o) && object_create(r->db, o, f) != 0)
            return -1;
    }
    return 0;
}

/* A restore that was cut off behind this point has made them already. (On another engine they are
 * made anew as those of a database in use are.) */
static int
drop_made(struct restoration *r, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < r->objects.count; i++) {
        const struct object *o = &r->objects.items[i];

        if (o->kind == OBJECT_VIEW)
            rc = db_drop_view(r->db, o->name, f);
        else if (o->kind == OBJECT_TRIGGER)
            rc = db_run_ddl(r->db, sql_set(&sql, "DROP TRIGGER IF EXISTS %n", o->name), f);
    }
    text_release(&sql);
    return rc;
}

int
restoration_make_as_they_were(struct restoration *r, struct fault *f)
{
    int rc;

    if (db_begin(r->db, f) != 0)
        return -1;
    rc = r->headway.resumed ? drop_made(r, f) : 0;
    if (rc == 0)
        rc = create_all(r, OBJECT_VIEW, f);
    if (rc == 0)
        rc = create_all(r, OBJECT_TRIGGER, f);
    return db_end(r->db, rc, f);
}

/* Not all can be made wherever they are put: one may show what lies in another space. */
static int
tell_unmade(struct restoration *r, const struct object *o, const struct fault *why, struct fault *f)
{
    return restoration_add_todo(r, f, "%s: %s '%s' is not made (%s): make it anew",
        r->item.database, o->kind == OBJECT_VIEW ? "view" : "foreign key", o->name, why->text);
}

/* A restore that was cut off behind this point may have made it. */
static int
is_made(struct restoration *r, const struct object *o, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = 0;

    if (o->kind == OBJECT_VIEW)
        return db_table_exists(r->db, o->name, f);
    if (r->headway.resumed)
        rc = db_run_ddl(r->db,
            sql_set(&sql, "ALTER TABLE %n DROP CONSTRAINT IF EXISTS %n", o->table, o->name), f);
    text_release(&sql);
    return rc;
}

/* 1: it is made; 0: not, `why` says it; -1. */
static int
try_object(struct restoration *r, const struct object *o, struct fault *why, struct fault *f)
{
    int rc = is_made(r, o, f);

    if (rc != 0)
        return rc;
    fault_clear(why);
    if (object_create(r->db, o, why) == 0)
        return 1;
    if (!restoration_may_pass(why))
        return 0;
    *f = *why;
    return -1;
}

/* Those that are left, once; how many were made, or -1. `left` says which are. */
static int
try_objects(struct restoration *r, bool *left, bool is_last, struct fault *f)
{
    int made = 0;

    for (size_t i = 0; i < r->objects.count; i++) {
        struct fault why = FAULT_INIT;
        int rc;

        if (!left[i])
            continue;
        if ((rc = try_object(r, &r->objects.items[i], &why, f)) < 0)
            return -1;
        if (rc == 0 && is_last && tell_unmade(r, &r->objects.items[i], &why, f) != 0)
            return -1;
        left[i] = rc == 0;
        made += rc;
    }
    return made;
}

/* Views and foreign keys from the engine's words. One may need another that comes later: again, as
 * long as one succeeds. */
int
restoration_make_known(struct restoration *r, struct fault *f)
{
    bool *left = arena_array(&r->objects.memory, r->objects.count + 1, sizeof *left);
    int made;

    if (left == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < r->objects.count; i++)
        left[i] = (r->objects.items[i].kind == OBJECT_VIEW ||
                      r->objects.items[i].kind == OBJECT_FOREIGN_KEY) &&
                  is_wanted(r, &r->objects.items[i]);
    while ((made = try_objects(r, left, false, f)) > 0)
        ;
    return made < 0 || try_objects(r, left, true, f) < 0 ? -1 : 0;
}

/* Other databases are not ours to rewrite. */
int
restoration_tell_what_is_foreign(struct restoration *r, struct fault *f)
{
    for (size_t i = 0; i < r->objects.count; i++) {
        const struct object *o = &r->objects.items[i];

        if (o->kind != OBJECT_VIEW && o->kind != OBJECT_TRIGGER && o->kind != OBJECT_FOREIGN_KEY)
            continue;
        if (restoration_add_todo(r, f, "%s: '%s' was made for another engine: make it anew",
                r->item.database, o->name) != 0)
            return -1;
    }
    return 0;
}

/* Only where the engine's own words make the tables (objects_are_whole) all of it comes along. Our
 * own databases have none of it. */
int
restoration_tell_what_is_missing(struct restoration *r, struct fault *f)
{
    return strcmp(r->item.database, "StarSchema") == 0
               ? 0
               : restoration_add_todo(r, f,
                     "%s: %schecks, triggers, functions and rights do not come along: make anew "
                     "those it had",
                     r->item.database, r->same_kind ? "" : "foreign keys, ");
}
