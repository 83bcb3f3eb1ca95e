#include "etl/activity/table_views.h"

#include "etl/activity/partition.h"
#include "etl/activity/union_view.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What the functions below have in common. */
struct table_views {
    struct db *primary;
    const struct activity *activity;
    const struct view_shapes *shapes;
    size_t next_shape; /* where to look first */
    struct activity_names names;
    struct arena memory;
};

static int
create(struct table_views *v, const char *name, struct text *select, struct fault *f)
{
    if (text_check(select, f) != 0)
        return -1;
    return db_replace_view(v->primary, name, text_get(select), f);
}

/* ---- one SELECT a table ---- */

void
table_views_add_checkpoints(struct text *sql, const struct dialect *dialect,
    const struct activity *a, const struct table *table)
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
add_instances(
    struct text *sql, const struct table_views *v, bool has_record, const struct table *table)
{
    text_add(sql, "SELECT ");
    if (!has_record) {
        db_dialect(v->primary)->add_null(sql, VALUE_INT);
        text_add(sql, " AS ");
    }
    text_add(sql, "\"RecordID\", \"ActivityID\"");
    table_views_add_checkpoints(sql, db_dialect(v->primary), v->activity, table);
    text_add(sql, ", \"LastModified\" FROM ");
}

/* A SELECT for a partition: a checkpoint that was added after the swap reads as NULL. */
static int
add_partition_instances(
    struct table_views *v, const struct partition *p, struct union_view *u, struct fault *f)
{
    struct text select = TEXT_INIT;
    struct table table;
    int rc = view_shapes_find(
        v->shapes, v->primary, p->instances, &v->next_shape, &v->memory, &table, f);

    if (rc == 0) {
        add_instances(&select, v, true, &table);
        sql_add(&select, "%n", p->instances);
        rc = union_view_add(u, text_hand_on(&select), f);
    }
    text_release(&select);
    return rc;
}

static int
add_partition_relationships(
    struct table_views *v, const struct partition *p, struct union_view *u, struct fault *f)
{
    struct text select = TEXT_INIT;
    int rc;

    (void)v;
    sql_add(&select, "SELECT \"RecordID\", %s FROM %n", relationship_columns, p->relationships);
    rc = union_view_add(u, text_hand_on(&select), f);
    text_release(&select);
    return rc;
}

/* ---- views over them ---- */

typedef int (*add_partition)(
    struct table_views *v, const struct partition *p, struct union_view *u, struct fault *f);

/* Creates a view over some SELECTs (up to a NULL) and a table of each partition. */
static int
create_union(struct table_views *v, const char *name, const char *const *selects,
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
create_active_instances(struct table_views *v, struct fault *f)
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
create_instances(struct table_views *v, const struct partition_list *live, struct fault *f)
{
    const struct activity_names *n = &v->names;
    struct text completed = TEXT_INIT, all = TEXT_INIT;
    int rc = create_active_instances(v, f);

    add_instances(&completed, v, true, NULL);
    sql_add(&completed, "%n", n->completed);
    sql_add(&all, "SELECT * FROM %n UNION ALL SELECT * FROM %n", n->active_instances,
        n->completed_instances);
    if (rc == 0) {
        const char *const selects[] = {text_hand_on(&completed), NULL};

        rc = create_union(v, n->completed_instances, selects, live, add_partition_instances, f);
    }
    if (rc == 0)
        rc = create(v, n->all_instances, &all, f);
    text_release(&completed);
    text_release(&all);
    return rc;
}

static int
create_relationships(struct table_views *v, const struct partition_list *live, struct fault *f)
{
    const struct activity_names *n = &v->names;
    struct text active = TEXT_INIT, completed = TEXT_INIT;
    int rc;

    text_add(&active, "SELECT ");
    db_dialect(v->primary)->add_null(&active, VALUE_INT);
    sql_add(&active, " AS \"RecordID\", %s FROM %n", relationship_columns, n->active_relationships);
    sql_add(&completed, "SELECT \"RecordID\", %s FROM %n", relationship_columns,
        n->completed_relationships);
    {
        const char *const selects[] = {text_hand_on(&active), text_hand_on(&completed), NULL};

        rc = create_union(v, n->all_relationships, selects, live, add_partition_relationships, f);
    }
    text_release(&active);
    text_release(&completed);
    return rc;
}

/* The marked partitions; when there are none, views without rows. */
static int
create_for_archive(struct table_views *v, const struct partition_list *marked, struct fault *f)
{
    const struct activity_names *n = &v->names;
    struct text instances = TEXT_INIT, relationships = TEXT_INIT;
    int rc;

    add_instances(&instances, v, true, NULL);
    sql_add(&instances, "%n WHERE 1 = 0", n->completed);
    sql_add(&relationships, "SELECT \"RecordID\", %s FROM %n WHERE 1 = 0", relationship_columns,
        n->completed_relationships);
    {
        const char *const no_instances[] = {text_hand_on(&instances), NULL};
        const char *const no_relationships[] = {text_hand_on(&relationships), NULL};

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

int
table_views_create(
    struct db *primary, const struct activity *a, const struct view_shapes *shapes, struct fault *f)
{
    struct table_views v = {
        .primary = primary, .activity = a, .shapes = shapes, .memory = ARENA_INIT};
    struct partition_list live, marked;
    int rc = activity_names_init(&v.names, &v.memory, a->name, f);

    if (rc == 0)
        rc = partition_read(primary, a->name, PARTITIONS_LIVE, &v.memory, &live, f);
    if (rc == 0)
        rc = partition_read(primary, a->name, PARTITIONS_MARKED, &v.memory, &marked, f);
    if (rc == 0)
        rc = create_instances(&v, &live, f);
    if (rc == 0)
        rc = create_relationships(&v, &live, f);
    if (rc == 0)
        rc = create_for_archive(&v, &marked, f);
    arena_release(&v.memory);
    return rc;
}

int
table_views_drop(
    struct db *primary, const struct activity_names *n, enum table_views_part part, struct fault *f)
{
    const char *const top_down[] = {n->relationships_for_archive, n->instances_for_archive,
        n->all_relationships, n->all_instances, n->completed_instances, n->active_instances};
    const char *const unions[] = {n->relationships_for_archive, n->instances_for_archive,
        n->all_relationships, n->completed_instances};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < COUNT(top_down); i++)
        rc = db_drop_view(primary, top_down[i], f);
    for (size_t i = 0; rc == 0 && part == TABLE_VIEWS_ALL && i < COUNT(unions); i++)
        rc = union_view_drop(primary, unions[i], f);
    return rc;
}
