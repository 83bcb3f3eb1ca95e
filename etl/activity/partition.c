#include "etl/activity/partition.h"

static const char *const conditions[] = {
    [PARTITIONS_LIVE] = "\"ArchivedTime\" IS NULL",
    [PARTITIONS_MARKED] = "\"ArchivedTime\" IS NULL AND \"ArchivingInProgress\" = 1",
    [PARTITIONS_ALL] = "1 = 1",
};

static const enum value_type types[] = {
    VALUE_TEXT, VALUE_TEXT, VALUE_TEXT, VALUE_TIME, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_TIME};

static const char *
copy(struct arena *memory, const struct value *v)
{
    return arena_strndup(memory, v->as.text.bytes, v->type == VALUE_TEXT ? v->as.text.length : 0);
}

static int
take(const struct value *row, struct arena *memory, struct partition_list *list, struct fault *f)
{
    struct partition *p = arena_append(memory, &list->items, &list->count, sizeof *p);

    if (p == NULL)
        return fault_set_memory(f);
    p->activity = copy(memory, &row[0]);
    p->instances = copy(memory, &row[1]);
    p->relationships = copy(memory, &row[2]);
    if (p->activity == NULL || p->instances == NULL || p->relationships == NULL)
        return fault_set_memory(f);
    p->created = row[3].as.time_us;
    p->min_record = row[4].as.integer;
    p->max_record = row[5].as.integer;
    p->archiving = row[6].as.integer != 0;
    p->dropped = row[7].type != VALUE_NULL;
    p->archived = p->dropped ? row[7].as.time_us : 0;
    return 0;
}

int
partition_read(struct db *primary, const char *activity, enum partition_filter filter,
    struct arena *memory, struct partition_list *list, struct fault *f)
{
    struct value row[sizeof types / sizeof types[0]];
    struct text sql = TEXT_INIT;
    struct stmt *s;
    int rc = -1;

    *list = (struct partition_list){.items = NULL};
    sql_add(&sql,
        "SELECT \"ActivityName\", \"InstancesTable\", \"RelationshipsTable\", \"CreationTime\", "
        "\"MinRecordID\", \"MaxRecordID\", \"ArchivingInProgress\", \"ArchivedTime\" "
        "FROM \"bam_Metadata_Partitions\" WHERE %s",
        conditions[filter]);
    if (activity != NULL)
        sql_add(&sql, " AND \"ActivityName\" = %t", activity);
    text_add(&sql, " ORDER BY \"ActivityName\", \"MinRecordID\"");
    s = text_check(&sql, f) == 0 ? db_prepare(primary, text_get(&sql), f) : NULL;
    if (s != NULL && stmt_query(s, types, sizeof types / sizeof types[0], f) == 0) {
        while ((rc = stmt_fetch(s, row, f)) == 1) {
            if ((rc = take(row, memory, list, f)) != 0)
                break;
        }
    }
    stmt_free(s);
    text_release(&sql);
    return rc == 0 ? 0 : fault_wrap(f, "read the partitions");
}

int
partition_record(struct db *primary, const struct partition *p, struct fault *f)
{
    const struct value row[] = {value_text(p->activity), value_text(p->instances),
        value_text(p->relationships), value_time(p->created), value_int(p->min_record),
        value_int(p->max_record)};

    return db_run_with(primary,
        "INSERT INTO \"bam_Metadata_Partitions\"(\"ActivityName\", \"InstancesTable\", "
        "\"RelationshipsTable\", \"CreationTime\", \"MinRecordID\", \"MaxRecordID\", "
        "\"ArchivingInProgress\") VALUES (?, ?, ?, ?, ?, ?, 0)",
        row, sizeof row / sizeof row[0], f);
}
