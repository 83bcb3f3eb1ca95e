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

/* What a transaction of ours works on. */
struct step {
    const struct archiving *archiving;
    const struct partition *partition;
    struct due_list *due;
    struct archiving_result *result;
};

static int
mark_step(void *state, struct fault *f)
{
    struct step *s = state;

    *s->result = (struct archiving_result){0};
    return mark_due(s->archiving, s->due, s->result, f);
}

/* Which partitions are due is read before the transaction, as it takes a look at all of their rows:
 * only maintenance changes the answer. */
int
archiving_begin(const struct archiving *a, struct archiving_result *result, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct due_list list;
    struct step s = {.archiving = a, .due = &list, .result = result};
    int rc = due_read(a->primary, a->definition, a->activity, PARTITIONS_LIVE, &memory, &list, f);

    *result = (struct archiving_result){0};
    if (rc == 0)
        rc = db_transact(a->primary, DB_BRIEF, mark_step, &s, f);
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

/* Where DDL commits, an earlier try may have dropped it. */
static int
drop_table(struct db *db, const char *name, struct fault *f)
{
    int exists = db_dialect(db)->transactional_ddl ? 1 : db_table_exists(db, name, f);

    return exists == 1 ? db_drop_table(db, name, f) : exists;
}

/* Written down first: where a drop commits, what is left of it is found by that. Then no view looks
 * at the tables any more, and they go. */
static int
drop_step(void *state, struct fault *f)
{
    const struct step *s = state;
    const struct archiving *a = s->archiving;
    struct db *db = a->primary;

    if (record_dropped(a, s->partition, f) != 0 ||
        views_regenerate(db, a->definition, a->activity, f) != 0 ||
        drop_table(db, s->partition->instances, f) != 0)
        return -1;
    return drop_table(db, s->partition->relationships, f);
}

static int
drop_partition(const struct archiving *a, const struct partition *p, struct fault *f)
{
    struct step s = {.archiving = a, .partition = p};

    return db_transact(a->primary, DB_BRIEF, drop_step, &s, f);
}

static int
keep_step(void *state, struct fault *f)
{
    const struct step *s = state;
    const struct archiving *a = s->archiving;

    if (set_mark(a->primary, s->partition->instances, false, f) != 0)
        return -1;
    return views_regenerate(a->primary, a->definition, a->activity, f);
}

static int
keep_partition(
    const struct archiving *a, const struct partition *p, const char *why, struct fault *f)
{
    struct step s = {.archiving = a, .partition = p};

    log_warning("partition %s is kept: %s", p->instances, why);
    return db_transact(a->primary, DB_BRIEF, keep_step, &s, f);
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
