#include "etl/activity/rights.h"

#include <string.h>

#include "etl/activity/names.h"

/* One account and the connection it gets rights through. */
struct rights {
    struct db *primary;
    const struct dialect *dialect;
    struct text account; /* as SQL names it */
    struct arena memory;
};

static int
rights_init(struct rights *r, struct db *primary, const char *name, struct fault *f)
{
    *r = (struct rights){.primary = primary, .dialect = db_dialect(primary)};
    r->dialect->add_account(&r->account, name);
    return text_check(&r->account, f);
}

static void
rights_release(struct rights *r)
{
    text_release(&r->account);
    arena_release(&r->memory);
}

typedef int (*for_object)(struct rights *r, const char *object, struct fault *f);

/* Every view that is made for an activity view. */
static int
for_each_object(struct rights *r, const struct view *v, const struct activity_view *av,
    for_object act, struct fault *f)
{
    struct view_names n;

    if (view_names_init(&n, &r->memory, v->name, av->name, f) != 0)
        return -1;
    {
        const char *const objects[] = {
            n.active_alias, n.completed_alias, n.active, n.completed, n.both};

        for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
            if (act(r, objects[i], f) != 0)
                return -1;
        }
    }
    return 0;
}

static int
for_each_object_of_view(struct rights *r, const struct view *v, for_object act, struct fault *f)
{
    for (size_t i = 0; i < v->activity_view_count; i++) {
        if (for_each_object(r, v, &v->activity_views[i], act, f) != 0)
            return -1;
    }
    return 0;
}

static int
give_object(struct rights *r, const char *object, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = db_run(r->primary,
        sql_set(&sql, "GRANT SELECT ON %n TO %s", object, text_hand_on(&r->account)), NULL, f);

    text_release(&sql);
    return rc;
}

/* What was never given, on nothing that there is, or to nobody, is as good as taken. */
static int
take_object(struct rights *r, const char *object, struct fault *f)
{
    struct text sql = TEXT_INIT;
    struct fault missing = FAULT_INIT;
    int rc = db_run(r->primary,
        sql_set(&sql, "REVOKE SELECT ON %n FROM %s", object, text_hand_on(&r->account)), NULL,
        &missing);

    text_release(&sql);
    if (rc == 0 || missing.kind == FAULT_DATA || db_table_exists(r->primary, object, NULL) == 0)
        return 0;
    *f = missing;
    return -1;
}

/* Runs the dialect's `admit` or `expel`, where there is one. */
static int
open_space(struct rights *r, const char *statement, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct text sql = TEXT_INIT;
    struct value v = value_null();
    struct stmt *s;
    int rc;

    if (statement == NULL)
        return 0;
    s = db_prepare(r->primary, r->dialect->current_space, f);
    rc = s == NULL ? -1 : stmt_query(s, &type, 1, f);
    if (rc == 0 && (rc = stmt_fetch(s, &v, f)) == 1)
        sql_add(&sql, statement, arena_strndup(&r->memory, v.as.text.bytes, v.as.text.length),
            text_hand_on(&r->account));
    stmt_free(s);
    if (rc == 1)
        rc = text_check(&sql, f) == 0 ? db_run(r->primary, text_get(&sql), NULL, f) : -1;
    text_release(&sql);
    return rc;
}

/* Is there such an account, as far as the engine tells? 1, 0, -1. */
static int
has_account(struct db *primary, const char *name, struct fault *f)
{
    const char *query = db_dialect(primary)->has_account;
    struct text sql = TEXT_INIT;
    int there = query == NULL ? 1 : db_has_row(primary, sql_set(&sql, query, name), f);

    text_release(&sql);
    return there;
}

static int
check_account(struct db *primary, const char *name, struct fault *f)
{
    int there = has_account(primary, name, f);

    if (there == 0)
        fault_set(f, FAULT_DATA, "%s has no account '%s'", db_dialect(primary)->name, name);
    return there == 1 ? 0 : -1;
}

int
rights_give(struct db *primary, const struct view *v, const char *name, struct fault *f)
{
    struct rights r;
    int rc = rights_init(&r, primary, name, f);

    if (rc == 0)
        rc = check_account(primary, name, f);
    if (rc == 0)
        rc = open_space(&r, r.dialect->admit, f);
    if (rc == 0)
        rc = for_each_object_of_view(&r, v, give_object, f);
    rights_release(&r);
    return rc;
}

/* 1, or 0 when there is no such account any more: it took its rights along. */
static int
open_for_taking(struct rights *r, struct db *primary, const char *name, struct fault *f)
{
    int there = has_account(primary, name, f);

    *r = (struct rights){.primary = primary};
    if (there != 1)
        return there;
    return rights_init(r, primary, name, f) == 0 ? 1 : -1;
}

int
rights_take(
    struct db *primary, const struct view *v, const char *name, bool is_last, struct fault *f)
{
    struct rights r;
    int rc = open_for_taking(&r, primary, name, f);

    if (rc == 1)
        rc = for_each_object_of_view(&r, v, take_object, f);
    if (rc == 0 && is_last && r.dialect != NULL)
        rc = open_space(&r, r.dialect->expel, f);
    rights_release(&r);
    return rc;
}

int
rights_expel(struct db *primary, const char *name, struct fault *f)
{
    struct rights r;
    int rc = open_for_taking(&r, primary, name, f);

    if (rc == 1)
        rc = open_space(&r, r.dialect->expel, f);
    rights_release(&r);
    return rc;
}

int
rights_can_read(struct db *primary, const struct view *v, const char *name, struct fault *f)
{
    const char *query = db_dialect(primary)->can_read;
    struct arena memory = ARENA_INIT;
    struct text sql = TEXT_INIT;
    int can = query == NULL ? RIGHTS_UNKNOWN : 1;

    for (size_t i = 0; can == 1 && i < v->activity_view_count; i++) {
        struct view_names n;

        can = view_names_init(&n, &memory, v->name, v->activity_views[i].name, f) != 0
                  ? -1
                  : db_has_row(primary, sql_set(&sql, query, name, n.both), f);
    }
    text_release(&sql);
    arena_release(&memory);
    return can;
}

static const struct activity_view *
find_activity_view(const struct view *v, const char *name)
{
    for (size_t i = 0; v != NULL && i < v->activity_view_count; i++) {
        if (strcmp(v->activity_views[i].name, name) == 0)
            return &v->activity_views[i];
    }
    return NULL;
}

/* Where rights outlive the views they are on, a later view of that name would inherit them. */
int
rights_take_gone(struct db *primary, const struct view *was, const struct view *is,
    const char *name, struct fault *f)
{
    struct rights r;
    int rc = 0;

    if (was == NULL || db_dialect(primary)->keep_rights != NULL)
        return 0;
    rc = rights_init(&r, primary, name, f);
    for (size_t i = 0; rc == 0 && i < was->activity_view_count; i++) {
        if (find_activity_view(is, was->activity_views[i].name) == NULL)
            rc = for_each_object(&r, was, &was->activity_views[i], take_object, f);
    }
    rights_release(&r);
    return rc;
}
