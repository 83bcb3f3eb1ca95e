#include "etl/maintenance/spawn.h"

#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/moment.h"
#include "etl/activity/hold.h"
#include "etl/activity/names.h"
#include "etl/activity/online.h"
#include "etl/activity/partition.h"
#include "etl/activity/tables.h"
#include "etl/activity/views.h"
#include "etl/maintenance/heal.h"
#include "etl/writer/writer.h"

struct spawn {
    struct db *primary;
    const struct definition *definition;
    const struct activity *activity;
    struct spawn_result *result;
    struct view_shapes shapes; /* of the partitions there are */
    struct arena memory;
    struct activity_names names;
    const char *instances; /* the new partition's tables */
    const char *relationships;
    const char *instances_twin, *relationships_twin;
    int64_t min_record, max_record, last_record;
};

static int
get_int(struct spawn *s, const char *format, const char *name, int64_t *result, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = db_get_int(s->primary, sql_set(&sql, format, name), 0, result, f);

    text_release(&sql);
    return rc;
}

/* Its ends, which an index knows: counting would take as long as there are rows. */
static int
read_range(struct spawn *s, struct fault *f)
{
    struct db *db = s->primary;

    if (get_int(s, "SELECT min(\"RecordID\") FROM %n", s->names.completed, &s->min_record, f) !=
            0 ||
        get_int(s, "SELECT max(\"RecordID\") FROM %n", s->names.completed, &s->max_record, f) != 0)
        return -1;
    return db_dialect(db)->get_identity(db, s->names.completed, &s->last_record, f);
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
choose_names(struct spawn *s, struct fault *f)
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
    s->instances_twin = incoming_name(&s->memory, s->names.completed);
    s->relationships_twin = incoming_name(&s->memory, s->names.completed_relationships);
    if (s->relationships == NULL || s->instances_twin == NULL || s->relationships_twin == NULL)
        return fault_set_memory(f);
    return taken;
}

static int
record(struct spawn *s, struct fault *f)
{
    const struct partition p = {.activity = s->activity->name,
        .instances = s->instances,
        .relationships = s->relationships,
        .created = clock_now(),
        .min_record = s->min_record,
        .max_record = s->max_record};

    return partition_record(s->primary, &p, f);
}

static int
swap_tables(struct spawn *s, struct fault *f)
{
    const struct db_rename renames[] = {
        {s->names.completed, s->instances},
        {s->instances_twin, s->names.completed},
        {s->names.completed_relationships, s->relationships},
        {s->relationships_twin, s->names.completed_relationships},
    };
    struct db *db = s->primary;

    if (db_dialect(db)->set_identity(db, s->instances_twin, s->last_record, f) != 0)
        return -1;
    return db_rename_tables(db, renames, sizeof renames / sizeof *renames, f);
}

/* Without twins, which would double the renames. */
static int
replace_tables(struct spawn *s, struct fault *f)
{
    const struct db_rename renames[] = {
        {s->names.completed, s->instances},
        {s->names.completed_relationships, s->relationships},
    };
    struct db *db = s->primary;

    if (db_rename_tables(db, renames, sizeof renames / sizeof *renames, f) != 0 ||
        tables_create_completed(db, s->activity, s->last_record, f) != 0)
        return -1;
    return db_dialect(db)->set_identity(db, s->names.completed, s->last_record, f);
}

/*
 * Whatever takes time is done before the writers are held: the twins stand ready, the shapes of the
 * partitions are known. What can only be known while they are held: where the RecordIDs end.
 *
 * Views come first, as readers take them before the tables below them. Where DDL commits they stay
 * as they are until new ones take their places: there they go by the tables' names.
 */
static int
swap(struct spawn *s, struct fault *f)
{
    struct db *db = s->primary;
    bool in_place = db_dialect(db)->renames_read_all;
    struct hold hold;
    int rc;

    if (read_range(s, f) != 0 ||
        (!in_place && tables_create_twins(db, s->activity, s->last_record, f) != 0) ||
        (db_dialect(db)->transactional_ddl &&
            views_make_way(db, s->definition, s->activity, f) != 0) ||
        hold_begin(&hold, db, s->activity->name, HOLD_OVER_DDL, f) != 0)
        return -1;
    if ((rc = read_range(s, f)) == 0)
        rc = in_place ? replace_tables(s, f) : swap_tables(s, f);
    if (rc == 0)
        rc = record(s, f);
    hold_end(&hold);
    return rc == 0 ? views_follow_partitions(db, s->definition, s->activity, &s->shapes, f) : -1;
}

/* Is there a reason to do nothing? It is in the result then. */
static int
look_for_reason(struct spawn *s, struct fault *f)
{
    struct partition_list marked;
    int64_t any;

    if (partition_read(s->primary, s->activity->name, PARTITIONS_MARKED, &s->memory, &marked, f) !=
            0 ||
        get_int(s, "SELECT 1 FROM %n LIMIT 1", s->names.completed, &any, f) != 0)
        return -1;
    if (marked.count > 0)
        s->result->why = "an archiving run is in progress and is finished first";
    else if (any == 0)
        s->result->why = "nothing has completed since the last partition";
    return 0;
}

static void
take_range(struct spawn *s)
{
    s->result->first = s->min_record;
    s->result->last = s->max_record;
    s->result->rows = s->max_record - s->min_record + 1;
}

static int
swap_when_due(void *state, struct fault *f)
{
    struct spawn *s = state;

    *s->result = (struct spawn_result){0};
    if (heal_activity(s->primary, s->definition, s->activity, &s->shapes, f) != 0 ||
        look_for_reason(s, f) != 0)
        return -1;
    if (s->result->why != NULL)
        return 0;
    if (choose_names(s, f) != 0 || swap(s, f) != 0)
        return -1;
    take_range(s);
    return 0;
}

/* ---- what writers need ---- */

static int
equip_step(void *state, struct fault *f)
{
    struct spawn *s = state;
    struct hold hold = {.holder = NULL};
    int rc = online_exists(s->primary, s->activity, f);

    if (rc == 0 && (rc = hold_begin(&hold, s->primary, s->activity->name, HOLD_OVER_DDL, f)) == 0)
        rc = online_make(s->primary, s->activity, f);
    if (rc >= 0)
        rc = writer_create(s->primary, s->activity, f);
    hold_end(&hold);
    return rc;
}

/* Makes what is missing in a database from before there was any, or where a step died. Partitions
 * come and go without it: what the engine refuses is a warning. */
static int
equip_writers(struct spawn *s, struct fault *f)
{
    int there = online_exists(s->primary, s->activity, f);
    struct fault why = FAULT_INIT;

    if (there == 1)
        there = writer_exists(s->primary, s->activity, f);
    if (there != 0)
        return there < 0 ? -1 : 0;
    if (db_transact(s->primary, DB_BRIEF, equip_step, s, &why) == 0)
        return 0;
    if (why.kind == FAULT_UNAVAILABLE || why.kind == FAULT_IO || why.kind == FAULT_INTERRUPTED ||
        why.kind == FAULT_TERMINATED) {
        *f = why;
        return -1;
    }
    log_warning("applications cannot write to activity '%s': %s", s->activity->name, why.text);
    return 0;
}

int
spawn_partition(struct db *primary, const struct definition *d, const struct activity *a,
    struct spawn_result *result, struct fault *f)
{
    struct spawn s = {.primary = primary, .definition = d, .activity = a, .result = result};
    int rc = activity_names_init(&s.names, &s.memory, a->name, f);

    if (rc == 0)
        rc = equip_writers(&s, f);
    if (rc == 0)
        rc = view_shapes_read(&s.shapes, primary, a, f);
    if (rc == 0)
        rc = db_transact(primary, DB_BRIEF, swap_when_due, &s, f);
    view_shapes_release(&s.shapes);
    arena_release(&s.memory);
    return rc == 0 ? 0 : fault_wrap(f, "spawn a partition of '%s'", a->name);
}

int
spawn_foresee(
    struct db *primary, const struct activity *a, struct spawn_result *result, struct fault *f)
{
    struct spawn s = {.primary = primary, .activity = a, .result = result};
    int rc = activity_names_init(&s.names, &s.memory, a->name, f);

    *result = (struct spawn_result){0};
    if (rc == 0)
        rc = look_for_reason(&s, f);
    if (rc == 0 && result->why == NULL && (rc = read_range(&s, f)) == 0)
        take_range(&s);
    arena_release(&s.memory);
    return rc;
}
