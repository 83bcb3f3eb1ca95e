#include "etl/activity/schema.h"

#include <string.h>

#include "etl/activity/names.h"
#include "etl/activity/partition.h"
#include "etl/odbc/table_shape.h"

static const char *activity_id_key[] = {"ActivityID"};
static const char *record_id_key[] = {"RecordID"};
static const char *last_modified_column[] = {"LastModified"};
static const char *parent_column[] = {"ParentActivityID"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ACTIVITY_ID                                                                                \
    {                                                                                              \
        .name = "ActivityID", .type = VALUE_TEXT, .length = LIMIT_ACTIVITY_ID, .not_null = true    \
    }

static const struct table_column active_head[] = {
    ACTIVITY_ID,
    {.name = "IsVisible", .type = VALUE_INT, .length = 1},
    {.name = "IsComplete", .type = VALUE_INT, .length = 1},
};
static const struct table_column completed_head[] = {
    {.name = "RecordID", .type = VALUE_INT, .not_null = true},
    ACTIVITY_ID,
};
static const struct table_column tail[] = {{.name = "LastModified", .type = VALUE_TIME}};
static struct table_column relationship_columns[] = {
    {.name = "RecordID", .type = VALUE_INT, .not_null = true},
    ACTIVITY_ID,
    {.name = "ReferenceName", .type = VALUE_TEXT, .length = 128},
    {.name = "ReferenceData", .type = VALUE_TEXT, .length = 128},
    {.name = "ReferenceType", .type = VALUE_TEXT, .length = 128, .default_text = "BizTalkService"},
    {.name = "LongReferenceData", .type = VALUE_TEXT},
    {.name = "ReferenceDataExtend", .type = VALUE_TEXT, .length = 896},
};
static struct table_column continuation_columns[] = {
    ACTIVITY_ID,
    {.name = "ParentActivityID", .type = VALUE_TEXT, .length = LIMIT_ACTIVITY_ID, .not_null = true},
};

static struct table_column
checkpoint_column(const struct checkpoint *c)
{
    return (struct table_column){.name = c->name, .type = c->type, .length = c->length};
}

/* head, checkpoints, LastModified. */
static int
set_columns(struct table *t, const struct table_column *head, size_t head_count,
    const struct activity *a, struct arena *memory)
{
    size_t n = 0;

    t->column_count = head_count + a->checkpoint_count + 1;
    if ((t->columns = arena_array(memory, t->column_count, sizeof *t->columns)) == NULL)
        return -1;
    for (size_t i = 0; i < head_count; i++)
        t->columns[n++] = head[i];
    for (size_t i = 0; i < a->checkpoint_count; i++)
        t->columns[n++] = checkpoint_column(&a->checkpoints[i]);
    t->columns[n] = tail[0];
    return 0;
}

/* The name says table and purpose, and which incarnation of the table when it is not the first. */
static struct table_index *
add_index(struct arena *memory, struct table *t, const char *suffix, size_t column_count)
{
    struct table_index *index = arena_append(memory, &t->indexes, &t->index_count, sizeof *index);
    const char *name = t->identity_last > 0 ? arena_printf(memory, "%s_%s_%lld", t->name, suffix,
                                                  (long long)t->identity_last)
                                            : arena_printf(memory, "%s_%s", t->name, suffix);

    if (index == NULL || (index->name = name) == NULL ||
        (index->columns = arena_array(memory, column_count, sizeof *index->columns)) == NULL)
        return NULL;
    index->column_count = column_count;
    return index;
}

static int
add_plain_index(struct arena *memory, struct table *t, const char *suffix, const char **column)
{
    struct table_index *index = add_index(memory, t, suffix, 1);

    if (index == NULL)
        return -1;
    index->columns[0] = column[0];
    return 0;
}

static int
add_custom_indexes(const struct activity *a, struct arena *memory, struct table *t)
{
    for (size_t i = 0; i < a->index_count; i++) {
        const struct index_list *list = &a->indexes[i].checkpoints;
        struct table_index *index = add_index(memory, t, a->indexes[i].name, list->count);

        if (index == NULL)
            return -1;
        for (size_t k = 0; k < list->count; k++)
            index->columns[k] = a->checkpoints[list->items[k]].name;
    }
    return 0;
}

int
schema_active(const struct activity *a, struct arena *memory, struct table *t, struct fault *f)
{
    struct activity_names n;

    if (activity_names_init(&n, memory, a->name, f) != 0)
        return -1;
    *t = (struct table){.name = n.active, .key = activity_id_key, .key_count = 1};
    if (set_columns(t, active_head, COUNT(active_head), a, memory) != 0)
        return fault_set_memory(f);
    return 0;
}

int
schema_completed(const struct activity *a, int64_t last_record, struct arena *memory,
    struct table *t, struct fault *f)
{
    struct activity_names n;

    if (activity_names_init(&n, memory, a->name, f) != 0)
        return -1;
    *t = (struct table){.name = n.completed,
        .key = record_id_key,
        .key_count = 1,
        .identity = true,
        .identity_last = last_record};
    if (set_columns(t, completed_head, COUNT(completed_head), a, memory) != 0 ||
        add_plain_index(memory, t, "ActivityID", activity_id_key) != 0 ||
        add_plain_index(memory, t, "LastModified", last_modified_column) != 0 ||
        add_custom_indexes(a, memory, t) != 0)
        return fault_set_memory(f);
    t->indexes[0].unique = true;
    return 0;
}

int
schema_active_relationships(
    const struct activity *a, struct arena *memory, struct table *t, struct fault *f)
{
    struct activity_names n;

    if (activity_names_init(&n, memory, a->name, f) != 0)
        return -1;
    /* All columns but the RecordID, which an active instance has not got yet. */
    *t = (struct table){.name = n.active_relationships,
        .columns = relationship_columns + 1,
        .column_count = COUNT(relationship_columns) - 1};
    return add_plain_index(memory, t, "Owner", activity_id_key) == 0 ? 0 : fault_set_memory(f);
}

int
schema_completed_relationships(const struct activity *a, int64_t last_record, struct arena *memory,
    struct table *t, struct fault *f)
{
    struct activity_names n;

    if (activity_names_init(&n, memory, a->name, f) != 0)
        return -1;
    *t = (struct table){.name = n.completed_relationships,
        .columns = relationship_columns,
        .column_count = COUNT(relationship_columns),
        .identity_last = last_record};
    return add_plain_index(memory, t, "Owner", record_id_key) == 0 ? 0 : fault_set_memory(f);
}

int
schema_continuations(
    const struct activity *a, struct arena *memory, struct table *t, struct fault *f)
{
    struct activity_names n;

    if (activity_names_init(&n, memory, a->name, f) != 0)
        return -1;
    *t = (struct table){.name = n.continuations,
        .columns = continuation_columns,
        .column_count = COUNT(continuation_columns),
        .key = activity_id_key,
        .key_count = 1};
    if (add_plain_index(memory, t, "Parent", parent_column) != 0)
        return fault_set_memory(f);
    return 0;
}

int
schema_online_ids(const struct activity *a, struct arena *memory, struct table *t, struct fault *f)
{
    struct activity_names n;

    if (activity_names_init(&n, memory, a->name, f) != 0)
        return -1;
    *t = (struct table){.name = n.online_ids,
        .columns = continuation_columns,
        .column_count = 1,
        .key = activity_id_key,
        .key_count = 1};
    return 0;
}

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
schema_create_twins(
    struct db *primary, const struct activity *a, int64_t last_record, struct fault *f)
{
    return create_completed(primary, a, last_record, true, f);
}

int
schema_create_completed(
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
schema_create(struct db *primary, const struct activity *a, int64_t last_record, struct fault *f)
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
        rc = schema_create_completed(primary, a, last_record, f);
    arena_release(&memory);
    return rc;
}

int
schema_drop(struct db *primary, const struct activity *a, struct fault *f)
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
        const struct table_column column = checkpoint_column(&after->checkpoints[i]);

        if (activity_find_checkpoint(before, column.name) == NO_INDEX &&
            !has_column(t, column.name))
            rc = db_add_column(primary, t->name, &column, f);
    }
    return rc;
}

int
schema_extend(struct db *primary, const struct activity *before, const struct activity *after,
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
