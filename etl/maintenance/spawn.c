#include "etl/maintenance/spawn.h"

#include "config/base/clock.h"
#include "config/base/moment.h"
#include "etl/activity/names.h"
#include "etl/activity/partition.h"
#include "etl/activity/schema.h"
#include "etl/activity/views.h"

struct spawn {
    struct db *primary;
    const struct definition *definition;
    const struct activity *activity;
    struct arena memory;
    struct activity_names names;
    const char *instances; /* the new partition's tables */
    const char *relationships;
    int64_t rows, min_record, max_record, last_record;
};

static int
count_rows(struct spawn *s, struct fault *f)
{
    struct text sql = TEXT_INIT;
    struct db *db = s->primary;
    int rc = -1;

    if (db_get_int(db, sql_set(&sql, "SELECT count(*) FROM %n", s->names.completed), 0, &s->rows,
            f) == 0 &&
        db_get_int(db, sql_set(&sql, "SELECT min(\"RecordID\") FROM %n", s->names.completed), 0,
            &s->min_record, f) == 0 &&
        db_get_int(db, sql_set(&sql, "SELECT max(\"RecordID\") FROM %n", s->names.completed), 0,
            &s->max_record, f) == 0)
        rc = db_dialect(db)->get_identity(db, s->names.completed, &s->last_record, f);
    text_release(&sql);
    return rc;
}

/* A dropped partition's name stays taken: its copy in the archive bears it. */
static int
name_was_used(struct spawn *s, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = db_has_row(s->primary,
        sql_set(&sql, "SELECT 1 FROM \"bam_Metadata_Partitions\" WHERE \"InstancesTable\" = %t",
            s->instances),
        f);

    text_release(&sql);
    return rc;
}

/* bam_<Activity>_<stamp of now>; a second one of the same second gets a number behind. */
static int
choose_name(struct spawn *s, struct fault *f)
{
    char stamp[MOMENT_TEXT_BYTES];
    const char *base =
        partition_name(&s->memory, s->activity->name, moment_format_stamp(clock_now(), stamp));
    int taken = 1;

    for (int number = 1; base != NULL && taken == 1; number++) {
        s->instances = number == 1 ? base : arena_printf(&s->memory, "%s_%d", base, number);
        if (s->instances == NULL)
            break;
        if ((taken = db_table_exists(s->primary, s->instances, f)) < 0)
            return -1;
        if (taken == 0)
            taken = name_was_used(s, f);
    }
    if (base == NULL || s->instances == NULL ||
        (s->relationships = partition_relationships_name(&s->memory, s->instances)) == NULL)
        return fault_set_memory(f);
    return taken;
}

static int
record_partition(struct spawn *s, struct fault *f)
{
    const struct value row[] = {value_text(s->activity->name), value_text(s->instances),
        value_text(s->relationships), value_time(clock_now()), value_int(s->min_record),
        value_int(s->max_record)};

    return db_run_with(s->primary,
        "INSERT INTO \"bam_Metadata_Partitions\"(\"ActivityName\", \"InstancesTable\", "
        "\"RelationshipsTable\", \"CreationTime\", \"MinRecordID\", \"MaxRecordID\", "
        "\"ArchivingInProgress\") VALUES (?, ?, ?, ?, ?, ?, 0)",
        row, sizeof row / sizeof row[0], f);
}

static int
swap(struct spawn *s, struct fault *f)
{
    if (choose_name(s, f) != 0 || views_drop(s->primary, s->definition, s->activity, f) != 0 ||
        db_rename_table(s->primary, s->names.completed, s->instances, f) != 0 ||
        db_rename_table(s->primary, s->names.completed_relationships, s->relationships, f) != 0 ||
        schema_create_completed(s->primary, s->activity, s->last_record, f) != 0 ||
        record_partition(s, f) != 0)
        return -1;
    return views_regenerate(s->primary, s->definition, s->activity, f);
}

static int
swap_when_due(struct spawn *s, struct spawn_result *result, struct fault *f)
{
    struct partition_list marked;

    if (partition_read(s->primary, s->activity->name, PARTITIONS_MARKED, &s->memory, &marked, f) !=
            0 ||
        count_rows(s, f) != 0)
        return -1;
    if (marked.count > 0)
        result->why = "an archiving run is in progress and is finished first";
    else if (s->rows == 0)
        result->why = "nothing has completed since the last partition";
    if (result->why != NULL)
        return 0;
    result->rows = s->rows;
    return swap(s, f);
}

int
spawn_partition(struct db *primary, const struct definition *d, const struct activity *a,
    struct spawn_result *result, struct fault *f)
{
    struct spawn s = {.primary = primary, .definition = d, .activity = a};
    int rc = activity_names_init(&s.names, &s.memory, a->name, f);

    *result = (struct spawn_result){0};
    if (rc == 0 && (rc = db_begin(primary, f)) == 0)
        rc = db_end(primary, swap_when_due(&s, result, f), f);
    arena_release(&s.memory);
    return rc == 0 ? 0 : fault_wrap(f, "spawn a partition of '%s'", a->name);
}
