#include "etl/activity/views.h"

#include <string.h>

#include "etl/activity/activity_select.h"
#include "etl/activity/names.h"
#include "etl/activity/table_views.h"

/* What the functions below have in common. */
struct views {
    struct db *primary;
    const struct definition *definition;
    const struct definition *kept; /* whose views stay when others are dropped */
    const struct activity *activity;
    const struct view_shapes *shapes;
    struct activity_names names;
    struct arena memory;
};

static int
create(struct views *v, const char *name, struct text *select, struct fault *f)
{
    if (text_check(select, f) != 0)
        return -1;
    return db_replace_view(v->primary, name, text_get(select), f);
}

static int
create_alias_view(struct views *v, const struct activity_view *av, const char *name,
    const char *instances, struct fault *f)
{
    struct text sql = TEXT_INIT, from = TEXT_INIT;
    int rc;

    activity_select_add_aliases(
        &sql, db_dialect(v->primary), v->activity, av, sql_set(&from, "%n", instances));
    rc = create(v, name, &sql, f);
    text_release(&from);
    text_release(&sql);
    return rc;
}

static int
create_full_view(struct views *v, const struct activity_view *av, const char *name,
    const char *alias_view, struct fault *f)
{
    struct text sql = TEXT_INIT, from = TEXT_INIT;
    int rc = activity_select_add_all(&sql, v->definition, av, sql_set(&from, "%n", alias_view), f);

    if (rc == 0)
        rc = create(v, name, &sql, f);
    text_release(&from);
    text_release(&sql);
    return rc;
}

static int
create_activity_view(
    struct views *v, const struct view *view, const struct activity_view *av, struct fault *f)
{
    struct text sql = TEXT_INIT;
    struct view_names n;
    int rc = -1;

    if (view_names_init(&n, &v->memory, view->name, av->name, f) == 0 &&
        create_alias_view(v, av, n.active_alias, v->names.active_instances, f) == 0 &&
        create_alias_view(v, av, n.completed_alias, v->names.completed_instances, f) == 0 &&
        create_full_view(v, av, n.active, n.active_alias, f) == 0 &&
        create_full_view(v, av, n.completed, n.completed_alias, f) == 0) {
        sql_set(&sql, "SELECT * FROM %n UNION ALL SELECT * FROM %n", n.active, n.completed);
        rc = create(v, n.both, &sql, f);
    }
    text_release(&sql);
    return rc;
}

/* ---- all of them ---- */

/* Calls `each` for every activity view over the activity. */
static int
for_each_activity_view(struct views *v,
    int (*each)(struct views *, const struct view *, const struct activity_view *, struct fault *),
    struct fault *f)
{
    const struct definition *d = v->definition;

    for (size_t i = 0; i < d->view_count; i++) {
        for (size_t k = 0; k < d->views[i].activity_view_count; k++) {
            const struct activity_view *av = &d->views[i].activity_views[k];

            if (&d->activities[av->activity] == v->activity && each(v, &d->views[i], av, f) != 0)
                return -1;
        }
    }
    return 0;
}

static int
drop_activity_view(
    struct views *v, const struct view *view, const struct activity_view *av, struct fault *f)
{
    struct view_names n;

    if (view_names_init(&n, &v->memory, view->name, av->name, f) != 0)
        return -1;
    {
        const char *const top_down[] = {
            n.both, n.completed, n.active, n.completed_alias, n.active_alias};

        for (size_t i = 0; i < sizeof top_down / sizeof top_down[0]; i++) {
            if (db_drop_view(v->primary, top_down[i], f) != 0)
                return -1;
        }
    }
    return 0;
}

/* What accounts may see now, they may see of the views that come in their place. */
static int
keep_rights(struct views *v, struct fault *f)
{
    const char *query = db_dialect(v->primary)->keep_rights;
    int64_t length;

    return query == NULL ? 0 : db_get_int(v->primary, query, 0, &length, f);
}

static int
return_rights(struct views *v, struct fault *f)
{
    const char *statement = db_dialect(v->primary)->return_rights;

    return statement == NULL ? 0 : db_run(v->primary, statement, NULL, f);
}

static int
drop_part(struct views *v, enum table_views_part part, struct fault *f)
{
    if (keep_rights(v, f) != 0 || for_each_activity_view(v, drop_activity_view, f) != 0)
        return -1;
    return table_views_drop(v->primary, &v->names, part, f);
}

static int
drop_above_tiers(struct views *v, struct fault *f)
{
    return drop_part(v, TABLE_VIEWS_ABOVE_TIERS, f);
}

static int
drop_all(struct views *v, struct fault *f)
{
    return drop_part(v, TABLE_VIEWS_ALL, f);
}

/* Where DDL commits there is to be no moment without a view: each takes the place of its
 * predecessor. */
static int
regenerate_all(struct views *v, struct fault *f)
{
    if (db_dialect(v->primary)->transactional_ddl && drop_above_tiers(v, f) != 0)
        return -1;
    if (table_views_create(v->primary, v->activity, v->shapes, f) != 0 ||
        for_each_activity_view(v, create_activity_view, f) != 0)
        return -1;
    return return_rights(v, f);
}

/* Views over a view that is replaced in place stay as they are. */
static int
regenerate_unions(struct views *v, struct fault *f)
{
    return db_dialect(v->primary)->transactional_ddl
               ? regenerate_all(v, f)
               : table_views_create(v->primary, v->activity, v->shapes, f);
}

static int
regenerate(struct db *primary, const struct definition *d, const struct activity *a,
    const struct view_shapes *shapes, int (*some)(struct views *v, struct fault *f),
    struct fault *f)
{
    struct views v = {
        .primary = primary, .definition = d, .activity = a, .shapes = shapes, .memory = ARENA_INIT};
    int rc = activity_names_init(&v.names, &v.memory, a->name, f);

    if (rc == 0)
        rc = some(&v, f);
    arena_release(&v.memory);
    return rc == 0 ? 0 : fault_wrap(f, "regenerate the views of activity '%s'", a->name);
}

int
views_regenerate_from(struct db *primary, const struct definition *d, const struct activity *a,
    const struct view_shapes *shapes, struct fault *f)
{
    return regenerate(primary, d, a, shapes, regenerate_all, f);
}

int
views_follow_partitions(struct db *primary, const struct definition *d, const struct activity *a,
    const struct view_shapes *shapes, struct fault *f)
{
    return regenerate(primary, d, a, shapes, regenerate_unions, f);
}

int
views_regenerate(
    struct db *primary, const struct definition *d, const struct activity *a, struct fault *f)
{
    struct view_shapes shapes;
    int rc = view_shapes_read(&shapes, primary, a, f);

    if (rc == 0)
        rc = views_regenerate_from(primary, d, a, &shapes, f);
    view_shapes_release(&shapes);
    return rc;
}

/* Drops some of the views of an activity. */
static int
drop_some(struct db *primary, const struct definition *d, const struct activity *a,
    int (*drop)(struct views *v, struct fault *f), struct fault *f)
{
    struct views v = {.primary = primary, .definition = d, .activity = a, .memory = ARENA_INIT};
    int rc = activity_names_init(&v.names, &v.memory, a->name, f);

    if (rc == 0)
        rc = drop(&v, f);
    arena_release(&v.memory);
    return rc == 0 ? 0 : fault_wrap(f, "drop the views of activity '%s'", a->name);
}

int
views_drop(
    struct db *primary, const struct definition *d, const struct activity *a, struct fault *f)
{
    return drop_some(primary, d, a, drop_all, f);
}

static bool
is_kept(const struct views *v, const struct view *view, const struct activity_view *av)
{
    const struct view *kept = definition_find_view(v->kept, view->name);

    for (size_t i = 0; kept != NULL && i < kept->activity_view_count; i++) {
        if (strcmp(kept->activity_views[i].name, av->name) == 0)
            return true;
    }
    return false;
}

static int
drop_when_gone(
    struct views *v, const struct view *view, const struct activity_view *av, struct fault *f)
{
    return is_kept(v, view, av) ? 0 : drop_activity_view(v, view, av, f);
}

int
views_drop_gone(struct db *primary, const struct definition *before, const struct definition *after,
    const struct activity *a, struct fault *f)
{
    struct views v = {.primary = primary,
        .definition = before,
        .kept = after,
        .activity = a,
        .memory = ARENA_INIT};
    int rc = for_each_activity_view(&v, drop_when_gone, f);

    arena_release(&v.memory);
    return rc == 0 ? 0 : fault_wrap(f, "drop old views of activity '%s'", a->name);
}

int
views_make_way(
    struct db *primary, const struct definition *d, const struct activity *a, struct fault *f)
{
    return drop_some(primary, d, a, drop_above_tiers, f);
}
