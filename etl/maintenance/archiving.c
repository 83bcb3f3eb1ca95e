#include "etl/maintenance/archiving.h"

#include "config/base/clock.h"
#include "config/base/log.h"
#include "etl/activity/partition.h"
#include "etl/activity/views.h"
#include "etl/maintenance/archive_views.h"
#include "etl/maintenance/due.h"

/* ---- begin ---- */

static int
set_mark(struct db *primary, const char *instances, bool marked, struct fault *f)
{
    const struct value row[] = {value_int(marked), value_text(instances)};

    return db_run_with(primary,
        "UPDATE \"bam_Metadata_Partitions\" SET \"ArchivingInProgress\" = ? WHERE "
        "\"InstancesTable\" = ?",
        row, 2, f);
}

static int
mark_due(const struct archiving *a, const struct due_list *list, struct archiving_result *result,
    struct fault *f)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct due *due = &list->items[i];

        log_debug("partition %s: %s", due->partition->instances, due->why);
        if (!due->is_due)
            continue;
        if (!due->partition->archiving &&
            set_mark(a->primary, due->partition->instances, true, f) != 0)
            return -1;
        result->partitions++;
        result->rows += due->rows;
    }
    return result->partitions == 0 ? 0
                                   : views_regenerate(a->primary, a->definition, a->activity, f);
}

int
archiving_begin(const struct archiving *a, struct archiving_result *result, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct due_list list;
    int rc;

    *result = (struct archiving_result){0};
    if ((rc = db_begin(a->primary, f)) == 0) {
        rc = due_read(a->primary, a->definition, a->activity, PARTITIONS_LIVE, &memory, &list, f);
        if (rc == 0)
            rc = mark_due(a, &list, result, f);
        rc = db_end(a->primary, rc, f);
    }
    arena_release(&memory);
    return rc == 0 ? 0 : fault_wrap(f, "begin archiving of '%s'", a->activity->name);
}

/* ---- copy ---- */

int
archiving_copy(const struct archiving *a, struct archiving_result *result, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct partition_list marked = {.items = NULL};
    struct window window;
    int rc = window_read(a->primary, a->activity->name, &window, f);

    *result = (struct archiving_result){0};
    if (rc == 0 && a->archive != NULL && window.archive)
        rc = partition_read(a->primary, a->activity->name, PARTITIONS_MARKED, &memory, &marked, f);
    for (size_t i = 0; rc == 0 && i < marked.count; i++) {
        rc = retire_partition(a, &marked.items[i], f);
        result->partitions++;
        result->rows += marked.items[i].max_record - marked.items[i].min_record + 1;
    }
    if (rc == 0 && marked.count > 0)
        rc = archive_views_rebuild(a->archive, a->activity->name, f);
    arena_release(&memory);
    return rc == 0 ? 0 : fault_wrap(f, "copy partitions of '%s'", a->activity->name);
}

/* ---- end ---- */

static int
record_dropped(const struct archiving *a, const struct partition *p, struct fault *f)
{
    const struct value row[] = {value_time(clock_now()), value_text(p->instances)};

    return db_run_with(a->primary,
        "UPDATE \"bam_Metadata_Partitions\" SET \"ArchivingInProgress\" = 0, \"ArchivedTime\" = ? "
        "WHERE \"InstancesTable\" = ?",
        row, 2, f);
}

static int
drop_partition(const struct archiving *a, const struct partition *p, struct fault *f)
{
    struct db *db = a->primary;
    int rc;

    if (db_begin(db, f) != 0)
        return -1;
    /* Written down first: where a drop commits, what is left of it is found by that. */
    rc = record_dropped(a, p, f);
    if (rc == 0)
        rc = views_drop(db, a->definition, a->activity, f);
    if (rc == 0)
        rc = db_drop_table(db, p->instances, f);
    if (rc == 0)
        rc = db_drop_table(db, p->relationships, f);
    if (rc == 0)
        rc = views_regenerate(db, a->definition, a->activity, f);
    return db_end(db, rc, f);
}

static int
keep_partition(
    const struct archiving *a, const struct partition *p, const char *why, struct fault *f)
{
    int rc;

    log_warning("partition %s is kept: %s", p->instances, why);
    if (db_begin(a->primary, f) != 0)
        return -1;
    rc = set_mark(a->primary, p->instances, false, f);
    if (rc == 0)
        rc = views_regenerate(a->primary, a->definition, a->activity, f);
    return db_end(a->primary, rc, f);
}

static int
end_partition(const struct archiving *a, const struct partition *p, bool archive_flag,
    struct archiving_result *result, struct fault *f)
{
    const char *why = "";
    int proved = archive_flag ? retire_prove(a, p, &why, f) : 1;
    int rc = -1;

    if (proved == 1 && (rc = drop_partition(a, p, f)) == 0) {
        result->partitions++;
        result->rows += p->max_record - p->min_record + 1;
    } else if (proved == 0) {
        rc = keep_partition(a, p, why, f);
        result->held_back++;
    }
    return rc;
}

int
archiving_end(const struct archiving *a, struct archiving_result *result, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct partition_list marked = {.items = NULL};
    struct window window;
    int rc = window_read(a->primary, a->activity->name, &window, f);

    *result = (struct archiving_result){0};
    if (rc == 0)
        rc = partition_read(a->primary, a->activity->name, PARTITIONS_MARKED, &memory, &marked, f);
    for (size_t i = 0; rc == 0 && i < marked.count; i++)
        rc = end_partition(a, &marked.items[i], window.archive, result, f);
    arena_release(&memory);
    return rc == 0 ? 0 : fault_wrap(f, "end archiving of '%s'", a->activity->name);
}
