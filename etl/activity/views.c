#include "etl/activity/views.h"

#include <string.h>

#include "config/base/number.h"
#include "etl/activity/names.h"
#include "etl/activity/partition.h"
#include "etl/activity/union_view.h"
#include "etl/odbc/table_shape.h"

/* What the functions below have in common. */
struct views {
    struct db *primary;
    const struct dialect *dialect; /* of the engine the SQL is for */
    const struct definition *definition;
    const struct definition *kept; /* whose views stay when others are dropped */
    const struct activity *activity;
    const struct view_shapes *shapes;
    size_t next_shape; /* where to look first */
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

/* ---- shapes of partitions ---- */

int
view_shapes_read(
    struct view_shapes *shapes, struct db *primary, const struct activity *a, struct fault *f)
{
    struct partition_list live;

    *shapes = (struct view_shapes){.memory = ARENA_INIT};
    if (partition_read(primary, a->name, PARTITIONS_LIVE, &shapes->memory, &live, f) != 0)
        return -1;
    shapes->tables = arena_array(&shapes->memory, live.count, sizeof *shapes->tables);
    if (shapes->tables == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < live.count; i++)
        shapes->tables[i].name = live.items[i].instances;
    shapes->count = live.count;
    return live.count == 0 ? 0
                           : table_shape_read_columns(
                                 primary, &shapes->memory, shapes->tables, shapes->count, f);
}

void
view_shapes_release(struct view_shapes *shapes)
{
    arena_release(&shapes->memory);
    *shapes = (struct view_shapes){.memory = ARENA_INIT};
}

/* Both lists go from the oldest to the newest: it mostly stands behind the last one found. */
static int
find_shape(struct views *v, const struct partition *p, struct table *table, struct fault *f)
{
    size_t count = v->shapes->count;

    for (size_t i = 0; i < count; i++) {
        size_t at = (v->next_shape + i) % count;

        if (sql_is_name(v->shapes->tables[at].name, p->instances)) {
            v->next_shape = at + 1;
            *table = v->shapes->tables[at];
            return 0;
        }
    }
    return table_shape_read(v->primary, p->instances, &v->memory, table, f);
}

/* ---- instances: one SELECT a table ---- */

void
views_add_checkpoints(struct text *sql, const struct dialect *dialect, const struct activity *a,
    const struct table *table)
{
    for (size_t i = 0; i < a->checkpoint_count; i++) {
        bool there = table == NULL;

        for (size_t k = 0; table != NULL && k < table->column_count; k++)
            there = there || sql_is_name(table->columns[k].name, a->checkpoints[i].name);
        text_add(sql, ", ");
        if (!there) {
            dialect->add_null(sql, a->checkpoints[i].type);
            text_add(sql, " AS ");
        }
        sql_add(sql, "%n", a->checkpoints[i].name);
    }
}

static const char *const relationship_columns =
    "\"ActivityID\", \"ReferenceName\", \"ReferenceData\", \"ReferenceType\", "
    "\"LongReferenceData\", \"ReferenceDataExtend\"";

/* RecordID (a NULL when there is none yet), ActivityID, checkpoints, LastModified; `table` NULL:
 * all columns are there. */
static void
add_instances(struct text *sql, const struct views *v, bool has_record, const struct table *table)
{
    text_add(sql, "SELECT ");
    if (!has_record) {
        v->dialect->add_null(sql, VALUE_INT);
        text_add(sql, " AS ");
    }
    text_add(sql, "\"RecordID\", \"ActivityID\"");
    views_add_checkpoints(sql, v->dialect, v->activity, table);
    text_add(sql, ", \"LastModified\" FROM ");
}

/* A SELECT for a partition: a checkpoint that was added after the swap reads as NULL. */
static int
add_partition_instances(
    struct views *v, const struct partition *p, struct union_view *u, struct fault *f)
{
    struct text select = TEXT_INIT;
    struct table table;
    int rc = find_shape(v, p, &table, f);

    if (rc == 0) {
        add_instances(&select, v, true, &table);
        sql_add(&select, "%n", p->instances);
        rc = union_view_add(u, text_get(&select), f);
    }
    text_release(&select);
    return rc;
}

static int
add_partition_relationships(
    struct views *v, const struct partition *p, struct union_view *u, struct fault *f)
{
    struct text select = TEXT_INIT;
    int rc;

    (void)v;
    sql_add(&select, "SELECT \"RecordID\", %s FROM %n", relationship_columns, p->relationships);
    rc = union_view_add(u, text_get(&select), f);
    text_release(&select);
    return rc;
}

typedef int (*add_partition)(
    struct views *v, const struct partition *p, struct union_view *u, struct fault *f);

/* Creates a view over some SELECTs (up to a NULL) and a table of each partition. */
static int
create_union(struct views *v, const char *name, const char *const *selects,
    const struct partition_list *partitions, add_partition add, struct fault *f)
{
    struct union_view u;
    int rc = 0;

    union_view_init(&u, v->primary, name);
    for (; rc == 0 && *selects != NULL; selects++)
        rc = union_view_add_outside(&u, *selects, f);
    for (size_t i = 0; rc == 0 && i < partitions->count; i++)
        rc = add(v, &partitions->items[i], &u, f);
    if (rc == 0)
        rc = union_view_finish(&u, f);
    union_view_release(&u);
    return rc;
}

static int
create_active_instances(struct views *v, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc;

    add_instances(&sql, v, false, NULL);
    sql_add(&sql, "%n WHERE \"IsVisible\" = 1", v->names.active);
    rc = create(v, v->names.active_instances, &sql, f);
    text_release(&sql);
    return rc;
}

static int
create_instances(struct views *v, const struct partition_list *live, struct fault *f)
{
    const struct activity_names *n = &v->names;
    struct text completed = TEXT_INIT, all = TEXT_INIT;
    int rc = create_active_instances(v, f);

    add_instances(&completed, v, true, NULL);
    sql_add(&completed, "%n", n->completed);
    sql_add(&all, "SELECT * FROM %n UNION ALL SELECT * FROM %n", n->active_instances,
        n->completed_instances);
    if (rc == 0) {
        const char *const selects[] = {text_get(&completed), NULL};

        rc = create_union(v, n->completed_instances, selects, live, add_partition_instances, f);
    }
    if (rc == 0)
        rc = create(v, n->all_instances, &all, f);
    text_release(&completed);
    text_release(&all);
    return rc;
}

static int
create_relationships(struct views *v, const struct partition_list *live, struct fault *f)
{
    const struct activity_names *n = &v->names;
    struct text active = TEXT_INIT, completed = TEXT_INIT;
    int rc;

    text_add(&active, "SELECT ");
    v->dialect->add_null(&active, VALUE_INT);
    sql_add(&active, " AS \"RecordID\", %s FROM %n", relationship_columns, n->active_relationships);
    sql_add(&completed, "SELECT \"RecordID\", %s FROM %n", relationship_columns,
        n->completed_relationships);
    {
        const char *const selects[] = {text_get(&active), text_get(&completed), NULL};

        rc = create_union(v, n->all_relationships, selects, live, add_partition_relationships, f);
    }
    text_release(&active);
    text_release(&completed);
    return rc;
}

/* The marked partitions; when there are none, views without rows. */
static int
create_for_archive(struct views *v, const struct partition_list *marked, struct fault *f)
{
    const struct activity_names *n = &v->names;
    struct text instances = TEXT_INIT, relationships = TEXT_INIT;
    int rc;

    add_instances(&instances, v, true, NULL);
    sql_add(&instances, "%n WHERE 1 = 0", n->completed);
    sql_add(&relationships, "SELECT \"RecordID\", %s FROM %n WHERE 1 = 0", relationship_columns,
        n->completed_relationships);
    {
        const char *const no_instances[] = {text_get(&instances), NULL};
        const char *const no_relationships[] = {text_get(&relationships), NULL};

        rc = create_union(
            v, n->instances_for_archive, no_instances, marked, add_partition_instances, f);
        if (rc == 0)
            rc = create_union(v, n->relationships_for_archive, no_relationships, marked,
                add_partition_relationships, f);
    }
    text_release(&instances);
    text_release(&relationships);
    return rc;
}

/* All views over the tables themselves. */
static int
create_table_views(struct views *v, struct fault *f)
{
    const char *activity = v->activity->name;
    struct partition_list live, marked;

    if (partition_read(v->primary, activity, PARTITIONS_LIVE, &v->memory, &live, f) != 0 ||
        partition_read(v->primary, activity, PARTITIONS_MARKED, &v->memory, &marked, f) != 0 ||
        create_instances(v, &live, f) != 0 || create_relationships(v, &live, f) != 0)
        return -1;
    return create_for_archive(v, &marked, f);
}

/* ---- BAM views: aliases, durations, ranges, progress ---- */

/* The value of an alias: its first checkpoint that is not NULL. */
static void
add_alias_value(struct text *sql, const struct activity *a, const struct alias *alias)
{
    if (alias->checkpoints.count > 1)
        text_add(sql, "COALESCE(");
    for (size_t i = 0; i < alias->checkpoints.count; i++)
        sql_add(sql, i == 0 ? "%n" : ", %n", a->checkpoints[alias->checkpoints.items[i]].name);
    if (alias->checkpoints.count > 1)
        text_add_char(sql, ')');
}

static void
add_duration(struct text *sql, const struct views *v, const struct activity_view *av,
    const struct duration *duration)
{
    struct text from = TEXT_INIT, to = TEXT_INIT;

    add_alias_value(&from, v->activity, &av->aliases[duration->from_alias]);
    add_alias_value(&to, v->activity, &av->aliases[duration->to_alias]);
    v->dialect->add_seconds_between(sql, text_get(&from), text_get(&to));
    sql->failed = sql->failed || from.failed || to.failed;
    text_release(&from);
    text_release(&to);
}

/* Aliases and durations of an activity view, from instances (a name or a subquery). */
static void
add_alias_select(
    struct text *sql, const struct views *v, const struct activity_view *av, const char *instances)
{
    text_add(sql, "SELECT \"RecordID\", \"ActivityID\"");
    for (size_t i = 0; i < av->alias_count; i++) {
        text_add(sql, ", ");
        add_alias_value(sql, v->activity, &av->aliases[i]);
        sql_add(sql, " AS %n", av->aliases[i].name);
    }
    for (size_t i = 0; i < av->duration_count; i++) {
        text_add(sql, ", ");
        add_duration(sql, v, av, &av->durations[i]);
        sql_add(sql, " AS %n", av->durations[i].name);
    }
    sql_add(sql, ", \"LastModified\" FROM %s", instances);
}

static int
create_alias_view(struct views *v, const struct activity_view *av, const char *name,
    const char *instances, struct fault *f)
{
    struct text sql = TEXT_INIT, from = TEXT_INIT;
    int rc;

    add_alias_select(&sql, v, av, sql_set(&from, "%n", instances));
    rc = create(v, name, &sql, f);
    text_release(&from);
    text_release(&sql);
    return rc;
}

/* From is inclusive, To exclusive; whatever lies in no range is "Out of range". */
static void
add_range_case(struct text *sql, const struct activity_view *av, const struct dimension *dimension)
{
    const char *column = view_column_name(av, dimension->numeric);
    char number[NUMBER_TEXT_BYTES];

    sql_add(sql, "CASE WHEN %n IS NULL THEN NULL", column);
    for (size_t i = 0; i < dimension->range_count; i++) {
        const struct range *r = &dimension->ranges[i];

        text_add(sql, " WHEN 1 = 1");
        if (r->has_from)
            sql_add(sql, " AND %n >= %s", column, number_format_double(r->from, number));
        if (r->has_to)
            sql_add(sql, " AND %n < %s", column, number_format_double(r->to, number));
        sql_add(sql, " THEN %t", r->name);
    }
    sql_add(sql, " ELSE %t END", OUT_OF_RANGE);
}

/* The deepest stage whose milestone is not NULL; later siblings win. */
static void
add_progress_case(
    struct text *sql, const struct activity_view *av, const struct dimension *dimension)
{
    int deepest = 0;

    for (size_t i = 0; i < dimension->stage_count; i++)
        deepest = dimension->stages[i].depth > deepest ? dimension->stages[i].depth : deepest;
    text_add(sql, "CASE");
    for (int depth = deepest; depth >= 0; depth--) {
        for (size_t i = dimension->stage_count; i-- > 0;) {
            const struct stage *stage = &dimension->stages[i];

            if (stage->depth == depth)
                sql_add(sql, " WHEN %n IS NOT NULL THEN %t",
                    av->aliases[stage->timestamp_alias].name, stage->name);
        }
    }
    text_add(sql, " ELSE NULL END");
}

static bool
is_column(const struct activity_view *av, const char *name)
{
    for (size_t i = 0; i < av->alias_count; i++) {
        if (strcasecmp(av->aliases[i].name, name) == 0)
            return true;
    }
    for (size_t i = 0; i < av->duration_count; i++) {
        if (strcasecmp(av->durations[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Does an earlier dimension that makes a column bear the name already? */
static bool
is_taken(const struct definition *d, const struct cube *c, const struct dimension *dimension)
{
    const struct activity_view *av = cube_activity_view(d, c);

    if (is_column(av, dimension->name))
        return true;
    for (size_t i = 0; i < d->cube_count && &d->cubes[i] != c; i++) {
        const struct cube *other = &d->cubes[i];

        if (cube_activity_view(d, other) != av)
            continue;
        for (size_t k = 0; k < other->dimension_count; k++) {
            if (strcasecmp(other->dimensions[k].name, dimension->name) == 0)
                return true;
        }
    }
    return false;
}

const char *
views_dimension_column(const struct definition *d, const struct cube *c,
    const struct dimension *dimension, struct arena *memory)
{
    if (!is_taken(d, c, dimension))
        return dimension->name;
    return arena_printf(memory, "%s_%s", c->name, dimension->name);
}

/* Adds the range and progress columns of all cubes over the activity view. */
static int
add_dimension_columns(
    struct views *v, const struct activity_view *av, struct text *sql, struct fault *f)
{
    const struct definition *d = v->definition;

    for (size_t i = 0; i < d->cube_count; i++) {
        const struct cube *c = &d->cubes[i];

        if (cube_activity_view(d, c) != av)
            continue;
        for (size_t k = 0; k < c->dimension_count; k++) {
            const struct dimension *dimension = &c->dimensions[k];
            const char *column;

            if (dimension->kind != DIMENSION_RANGE && dimension->kind != DIMENSION_PROGRESS)
                continue;
            if ((column = views_dimension_column(d, c, dimension, &v->memory)) == NULL)
                return fault_set_memory(f);
            text_add(sql, ", ");
            if (dimension->kind == DIMENSION_RANGE)
                add_range_case(sql, av, dimension);
            else
                add_progress_case(sql, av, dimension);
            sql_add(sql, " AS %n", column);
        }
    }
    return 0;
}

/* The same with range and progress columns, from what add_alias_select made. */
static int
add_full_select(struct text *sql, struct views *v, const struct activity_view *av,
    const char *aliases, struct fault *f)
{
    text_add(sql, "SELECT \"RecordID\", \"ActivityID\"");
    for (size_t i = 0; i < av->alias_count; i++)
        sql_add(sql, ", %n", av->aliases[i].name);
    for (size_t i = 0; i < av->duration_count; i++)
        sql_add(sql, ", %n", av->durations[i].name);
    if (add_dimension_columns(v, av, sql, f) != 0)
        return -1;
    sql_add(sql, ", \"LastModified\" FROM %s", aliases);
    return text_check(sql, f);
}

static int
create_full_view(struct views *v, const struct activity_view *av, const char *name,
    const char *alias_view, struct fault *f)
{
    struct text sql = TEXT_INIT, from = TEXT_INIT;
    int rc = add_full_select(&sql, v, av, sql_set(&from, "%n", alias_view), f);

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
    const char *statement = v->dialect->return_rights;

    return statement == NULL ? 0 : db_run(v->primary, statement, NULL, f);
}

/* All but the tiers, which the views that come find again. */
static int
drop_above_tiers(struct views *v, struct fault *f)
{
    const struct activity_names *n = &v->names;
    const char *const top_down[] = {n->relationships_for_archive, n->instances_for_archive,
        n->all_relationships, n->all_instances, n->completed_instances, n->active_instances};

    if (keep_rights(v, f) != 0)
        return -1;
    if (for_each_activity_view(v, drop_activity_view, f) != 0)
        return -1;
    for (size_t i = 0; i < sizeof top_down / sizeof top_down[0]; i++) {
        if (db_drop_view(v->primary, top_down[i], f) != 0)
            return -1;
    }
    return 0;
}

static int
drop_all(struct views *v, struct fault *f)
{
    const struct activity_names *n = &v->names;
    const char *const unions[] = {n->relationships_for_archive, n->instances_for_archive,
        n->all_relationships, n->completed_instances};
    int rc = drop_above_tiers(v, f);

    for (size_t i = 0; rc == 0 && i < sizeof unions / sizeof unions[0]; i++)
        rc = union_view_drop(v->primary, unions[i], f);
    return rc;
}

/* Where DDL commits there is to be no moment without a view: each takes the place of its
 * predecessor. */
static int
regenerate_all(struct views *v, struct fault *f)
{
    if (v->dialect->transactional_ddl && drop_above_tiers(v, f) != 0)
        return -1;
    if (create_table_views(v, f) != 0 || for_each_activity_view(v, create_activity_view, f) != 0)
        return -1;
    return return_rights(v, f);
}

/* Views over a view that is replaced in place stay as they are. */
static int
regenerate_unions(struct views *v, struct fault *f)
{
    return v->dialect->transactional_ddl ? regenerate_all(v, f) : create_table_views(v, f);
}

static int
regenerate(struct db *primary, const struct definition *d, const struct activity *a,
    const struct view_shapes *shapes, int (*some)(struct views *v, struct fault *f),
    struct fault *f)
{
    struct views v = {.primary = primary,
        .dialect = db_dialect(primary),
        .definition = d,
        .activity = a,
        .shapes = shapes,
        .memory = ARENA_INIT};
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

int
views_add_cube_select(struct text *sql, const struct dialect *dialect, const struct definition *d,
    const struct cube *c, const char *instances, struct fault *f)
{
    const struct activity_view *av = cube_activity_view(d, c);
    struct views v = {.dialect = dialect, .definition = d, .activity = cube_activity(d, c)};
    struct text aliases = TEXT_INIT;
    int rc;

    text_add(&aliases, "(");
    add_alias_select(&aliases, &v, av, instances);
    text_add(&aliases, ") AS aliased");
    rc = text_check(&aliases, f) == 0 ? add_full_select(sql, &v, av, text_get(&aliases), f) : -1;
    text_release(&aliases);
    arena_release(&v.memory);
    return rc;
}
