#include "etl/activity/tables.h"

#include <string.h>

#include "etl/activity/names.h"
#include "etl/activity/partition.h"
#include "etl/activity/schema.h"
#include "etl/odbc/table_shape.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Completed and CompletedRelationships, under their own names or their incoming ones. */
static int
create_completed(struct db *primary, const struct activity *a, int64_t last_record, bool incoming,
    struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct table tables[2];
    int rc = schema_completed(a, last_record, &memory, &tables[0], f);

    if (rc == 0)
        rc = schema_completed_relationships(a, last_record, &memory, &tables[1], f);
    for (int i = 0; rc == 0 && i < 2; i++) {
        if (incoming && (tables[i].name = incoming_name(&memory, tables[i].name)) == NULL)
            rc = fault_set_memory(f);
        if (rc == 0)
            rc = db_create_table(primary, &tables[i], f);
    }
    arena_release(&memory);
    return rc;
}

int
tables_create_twins(
    struct db *primary, const struct activity *a, int64_t last_record, struct fault *f)
{
    return create_completed(primary, a, last_record, true, f);
}

int
tables_create_completed(
    struct db *primary, const struct activity *a, int64_t last_record, struct fault *f)
{
    return create_completed(primary, a, last_record, false, f);
}

/* What a try left behind that died in the midst of it, where DDL commits. A table with rows is
 * somebody's: creating it fails. */
static int
drop_leftovers(struct db *primary, const struct activity_names *n, struct fault *f)
{
    const char *const tables[] = {n->active, n->active_relationships, n->continuations,
        n->online_ids, n->completed, n->completed_relationships};
    struct text sql = TEXT_INIT;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < COUNT(tables); i++) {
        rc = db_table_exists(primary, tables[i], f);
        if (rc == 1)
            rc = db_has_row(primary, sql_set(&sql, "SELECT 1 FROM %n", tables[i]), f) == 0
                     ? db_drop_table(primary, tables[i], f)
                     : 0;
    }
    text_release(&sql);
    return rc;
}

int
tables_create(struct db *primary, const struct activity *a, int64_t last_record, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct activity_names n;
    struct table t;
    int rc = activity_names_init(&n, &memory, a->name, f);

    if (rc == 0 && !db_dialect(primary)->transactional_ddl)
        rc = drop_leftovers(primary, &n, f);
    if (rc == 0)
        rc = schema_active(a, &memory, &t, f);
    if (rc == 0)
        rc = db_create_table(primary, &t, f);
    if (rc == 0)
        rc = schema_active_relationships(a, &memory, &t, f);
    if (rc == 0)
        rc = db_create_table(primary, &t, f);
    if (rc == 0)
        rc = schema_continuations(a, &memory, &t, f);
    if (rc == 0)
        rc = db_create_table(primary, &t, f);
    if (rc == 0)
        rc = schema_online_ids(a, &memory, &t, f);
    if (rc == 0)
        rc = db_create_table(primary, &t, f);
    if (rc == 0)
        rc = tables_create_completed(primary, a, last_record, f);
    arena_release(&memory);
    return rc;
}

int
tables_drop(struct db *primary, const struct activity *a, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct activity_names n;
    struct partition_list partitions;
    int rc = activity_names_init(&n, &memory, a->name, f);

    if (rc == 0)
        rc = partition_read(primary, a->name, PARTITIONS_LIVE, &memory, &partitions, f);
    for (size_t i = 0; rc == 0 && i < partitions.count; i++) {
        rc = db_drop_table_if_there(primary, partitions.items[i].instances, f);
        if (rc == 0)
            rc = db_drop_table_if_there(primary, partitions.items[i].relationships, f);
    }
    if (rc == 0) {
        const char *const tables[] = {n.active, n.completed, n.active_relationships,
            n.completed_relationships, n.continuations, n.online_ids};

        for (size_t i = 0; rc == 0 && i < COUNT(tables); i++)
            rc = db_drop_table_if_there(primary, tables[i], f);
    }
    arena_release(&memory);
    return rc;
}

static bool
has_index(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->index_count; i++) {
        if (sql_is_name(t->indexes[i].name, name))
            return true;
    }
    return false;
}

static bool
has_column(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->column_count; i++) {
        if (sql_is_name(t->columns[i].name, name))
            return true;
    }
    return false;
}

static int
add_new_indexes(struct db *primary, const struct activity *before, const struct activity *after,
    const struct table *completed, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct table t;
    int64_t last;
    int rc = -1;

    /* Index names that no incarnation of the table has used yet. */
    if (db_dialect(primary)->get_identity(primary, completed->name, &last, f) == 0)
        rc = schema_completed(after, last + 1, &memory, &t, f);
    for (size_t i = 0; rc == 0 && i < after->index_count; i++) {
        /* The activity's own indexes stand behind the two that every Completed table has. */
        const struct table_index *index = &t.indexes[i + 2];

        if (activity_find_index(before, after->indexes[i].name) == NO_INDEX &&
            !has_index(completed, index->name))
            rc = db_create_index(primary, &t, index, f);
    }
    arena_release(&memory);
    return rc;
}

static bool
is_over(const struct table_index *index, const struct activity *a, const struct index_list *list)
{
    if (index->unique || index->column_count != list->count)
        return false;
    for (size_t i = 0; i < list->count; i++) {
        if (!sql_is_name(index->columns[i], a->checkpoints[list->items[i]].name))
            return false;
    }
    return true;
}

/* How many indexes of the activity are over these checkpoints. */
static size_t
count_over(const struct activity *a, const struct activity *other, const struct index_list *list)
{
    size_t count = 0;

    for (size_t i = 0; i < a->index_count; i++) {
        const struct index_list *own = &a->indexes[i].checkpoints;
        bool same = own->count == list->count;

        for (size_t k = 0; same && k < list->count; k++)
            same = strcmp(a->checkpoints[own->items[k]].name,
                       other->checkpoints[list->items[k]].name) == 0;
        count += same;
    }
    return count;
}

/* An index of Completed bears a name that tells its incarnation; it is known by its columns, and
 * those over the same are as good as one another: as many stay as are wanted. */
static int
drop_over(struct db *primary, const struct activity *before, const struct index_list *list,
    size_t wanted, const struct table *completed, struct fault *f)
{
    for (size_t i = 0; i < completed->index_count; i++) {
        if (!is_over(&completed->indexes[i], before, list))
            continue;
        if (wanted > 0)
            wanted--;
        else if (db_drop_index(primary, completed->indexes[i].name, completed->name, f) != 0)
            return -1;
    }
    return 0;
}

static int
drop_old_indexes(struct db *primary, const struct activity *before, const struct activity *after,
    const struct table *completed, struct fault *f)
{
    for (size_t i = 0; i < before->index_count; i++) {
        const struct index_list *list = &before->indexes[i].checkpoints;

        if (activity_find_index(after, before->indexes[i].name) == NO_INDEX &&
            drop_over(primary, before, list, count_over(after, before, list), completed, f) != 0)
            return -1;
    }
    return 0;
}

static int
add_new_columns(struct db *primary, const struct activity *before, const struct activity *after,
    const struct table *t, struct fault *f)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < after->checkpoint_count; i++) {
        const struct table_column column = schema_checkpoint_column(&after->checkpoints[i]);

        if (activity_find_checkpoint(before, column.name) == NO_INDEX &&
            !has_column(t, column.name))
            rc = db_add_column(primary, t->name, &column, f);
    }
    return rc;
}

int
tables_extend(struct db *primary, const struct activity *before, const struct activity *after,
    struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct activity_names n;
    struct table active, completed;
    int rc = activity_names_init(&n, &memory, after->name, f);

    if (rc == 0)
        rc = table_shape_read(primary, n.active, &memory, &active, f);
    if (rc == 0)
        rc = table_shape_read(primary, n.completed, &memory, &completed, f);
    if (rc == 0)
        rc = add_new_columns(primary, before, after, &active, f);
    if (rc == 0)
        rc = add_new_columns(primary, before, after, &completed, f);
    if (rc == 0)
        rc = drop_old_indexes(primary, before, after, &completed, f);
    if (rc == 0)
        rc = add_new_indexes(primary, before, after, &completed, f);
    arena_release(&memory);
    return rc;
}
