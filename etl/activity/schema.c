#include "etl/activity/schema.h"

#include <string.h>

#include "etl/activity/names.h"

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

struct table_column
schema_checkpoint_column(const struct checkpoint *c)
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
        t->columns[n++] = schema_checkpoint_column(&a->checkpoints[i]);
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
