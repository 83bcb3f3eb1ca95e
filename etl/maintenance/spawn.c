#include "etl/maintenance/spawn.h"

#include "config/base/clock.h"
#include "config/base/moment.h"
#include "etl/activity/names.h"
#include "etl/activity/partition.h"
#include "etl/activity/schema.h"
#include "etl/activity/views.h"
#include "etl/maintenance/heal.h"

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
    const char *suffix = moment_format_stamp(clock_now(), stamp);
    int taken = 1;

    for (int number = 1; taken == 1; number++) {
        if (number > 1)
            suffix = arena_printf(&s->memory, "%s_%d", stamp, number);
        s->instances =
            suffix == NULL ? NULL : partition_name(&s->memory, s->activity->name, suffix);
        if (s->instances == NULL)
            return fault_set_memory(f);
        if ((taken = db_table_exists(s->primary, s->instances, f)) < 0)
            return -1;
        if (taken == 0)
            taken = name_was_used(s, f);
    }
    s->relationships = partition_relationships_name(&s->memory, s->instances);
    return s->relationships == NULL ? fault_set_memory(f) : taken;
}

/* The twins stand ready before the full tables make room: the renames are one step. */
static int
swap(struct spawn *s, struct fault *f)
{
    const struct activity_names *n = &s->names;
    const struct partition p = {.activity = s->activity->name,
        .instances = s->instances,
        .relationships = s->relationships,
        .created = clock_now(),
        .min_record = s->min_record,
        .max_record = s->max_record};
    const struct db_rename renames[] = {
        {n->completed, s->instances},
        {incoming_name(&s->memory, n->completed), n->completed},
        {n->completed_relationships, s->relationships},
        {incoming_name(&s->memory, n->completed_relationships), n->completed_relationships},
    };

    if (renames[1].from == NULL || renames[3].from == NULL)
        return fault_set_memory(f);
    if (views_drop(s->primary, s->definition, s->activity, f) != 0 ||
        schema_create_twins(s->primary, s->activity, s->last_record, f) != 0 ||
        db_rename_tables(s->primary, renames, sizeof renames / sizeof *renames, f) != 0 ||
        partition_record(s->primary, &p, f) != 0)
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
    return choose_name(s, f) != 0 ? -1 : swap(s, f);
}

int
spawn_partition(struct db *primary, const struct definition *d, const struct activity *a,
    struct spawn_result *result, struct fault *f)
{
    struct spawn s = {.primary = primary, .definition = d, .activity = a};
    int rc = activity_names_init(&s.names, &s.memory, a->name, f);

    *result = (struct spawn_result){0};
    if (rc == 0 && (rc = db_begin(primary, f)) == 0)
        rc = db_end(
            primary, heal_activity(primary, d, a, f) == 0 ? swap_when_due(&s, result, f) : -1, f);
    arena_release(&s.memory);
    return rc == 0 ? 0 : fault_wrap(f, "spawn a partition of '%s'", a->name);
}
