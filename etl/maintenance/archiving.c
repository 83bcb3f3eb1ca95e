#include "etl/maintenance/archiving.h"

#include "config/base/clock.h"
#include "config/base/interrupt.h"
#include "config/base/log.h"
#include "etl/activity/online.h"
#include "etl/activity/partition.h"
#include "etl/activity/union_view.h"
#include "etl/activity/views.h"
#include "etl/maintenance/archive_views.h"
#include "etl/maintenance/due.h"
#include "etl/maintenance/room.h"

/* How many partitions are dropped in one transaction, or a tenth of thousands: the views are made
 * anew in each. Whole tiers of them, so that those of the partitions behind stay as they are. */
enum { DROP_BATCH = 50, DROP_BATCHES = 10 };

static size_t
batch_size(size_t partitions)
{
    size_t tiers = (partitions / DROP_BATCHES + UNION_VIEW_TERMS - 1) / UNION_VIEW_TERMS;

    return partitions / DROP_BATCHES > DROP_BATCH ? tiers * UNION_VIEW_TERMS : DROP_BATCH;
}

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
            (set_mark(a->primary, due->partition->instances, true, f) != 0 ||
                trail_note_marked(a->primary, due->partition, f) != 0))
            return -1;
        result->partitions++;
        result->rows += due->rows;
    }
    return 0;
}

/* What the transaction works on. */
struct marking {
    const struct archiving *archiving;
    struct due_list *due;
    struct view_shapes shapes;
    struct archiving_result *result;
};

static int
mark_step(void *state, struct fault *f)
{
    struct marking *s = state;
    const struct archiving *a = s->archiving;

    *s->result = (struct archiving_result){0};
    if (mark_due(a, s->due, s->result, f) != 0)
        return -1;
    return s->result->partitions == 0
               ? 0
               : views_follow_partitions(a->primary, a->definition, a->activity, &s->shapes, f);
}

/* Which partitions are due is read before the transaction, as it takes a look at all of their rows:
 * only maintenance changes the answer. */
int
archiving_begin(const struct archiving *a, struct archiving_result *result, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct due_list list;
    struct marking s = {
        .archiving = a, .due = &list, .shapes = {.memory = ARENA_INIT}, .result = result};
    int rc = trail_prepare(a->primary, f);

    *result = (struct archiving_result){0};
    if (rc == 0)
        rc = due_read(a->primary, a->definition, a->activity, PARTITIONS_LIVE, &memory, &list, f);
    if (rc == 0)
        rc = room_check(a->primary, a->activity, (int64_t)list.count, f);
    if (rc == 0)
        rc = view_shapes_read(&s.shapes, a->primary, a->activity, f);
    if (rc == 0)
        rc = db_transact(a->primary, DB_BRIEF, mark_step, &s, f);
    view_shapes_release(&s.shapes);
    arena_release(&memory);
    return rc == 0 ? 0 : fault_wrap(f, "begin archiving of '%s'", a->activity->name);
}

/* ---- copy ---- */

static int
copy_marked(const struct archiving *a, const struct partition_list *marked,
    struct archiving_result *result, struct fault *f)
{
    struct copy_route route;
    int rc = trail_prepare(a->primary, f);

    copy_route_open(&route, a->primary, a->archive);
    for (size_t i = 0; rc == 0 && i < marked->count; i++) {
        struct evidence evidence;

        rc = retire_partition(a, &route, &marked->items[i], &evidence, f);
        if (rc == 0)
            rc = trail_note_verified(a->primary, &marked->items[i], &evidence, f);
        result->partitions++;
        result->rows += evidence.rows;
    }
    copy_route_close(&route);
    return rc;
}

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
    if (rc == 0 && marked.count > 0)
        rc = copy_marked(a, &marked, result, f);
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

/* Partitions that are treated alike in one transaction: the views are made anew for all of them,
 * and with thousands of partitions that is what takes time. */
struct batch {
    const struct archiving *archiving;
    struct view_shapes shapes;
    struct arena memory;
    size_t size; /* room in each of the lists below */
    const struct partition **dropped;
    int64_t *rows; /* of those dropped */
    size_t drop_count;
    const struct partition **kept;
    const char **reasons;
    size_t keep_count;
};

static int
batch_init(struct batch *b, const struct archiving *a, size_t partitions, struct fault *f)
{
    *b = (struct batch){.archiving = a,
        .shapes = {.memory = ARENA_INIT},
        .memory = ARENA_INIT,
        .size = batch_size(partitions)};
    b->dropped = arena_array(&b->memory, b->size, sizeof *b->dropped);
    b->rows = arena_array(&b->memory, b->size, sizeof *b->rows);
    b->kept = arena_array(&b->memory, b->size, sizeof *b->kept);
    b->reasons = arena_array(&b->memory, b->size, sizeof *b->reasons);
    if (b->dropped == NULL || b->rows == NULL || b->kept == NULL || b->reasons == NULL)
        return fault_set_memory(f);
    return 0;
}

static void
batch_release(struct batch *b)
{
    view_shapes_release(&b->shapes);
    arena_release(&b->memory);
}

/* Written down first: where a drop commits, what is left of it is found by that. Then no view looks
 * at the tables any more, and they go. */
static int
settle_step(void *state, struct fault *f)
{
    const struct batch *b = state;
    const struct archiving *a = b->archiving;
    struct db *db = a->primary;

    for (size_t i = 0; i < b->keep_count; i++) {
        if (set_mark(db, b->kept[i]->instances, false, f) != 0 ||
            online_put_back(db, a->activity, b->kept[i], f) != 0 ||
            trail_note_kept(db, b->kept[i], b->reasons[i], f) != 0)
            return -1;
    }
    for (size_t i = 0; i < b->drop_count; i++) {
        if (record_dropped(a, b->dropped[i], f) != 0 ||
            trail_note_dropped(db, b->dropped[i], f) != 0)
            return -1;
    }
    if (views_follow_partitions(db, a->definition, a->activity, &b->shapes, f) != 0)
        return -1;
    for (size_t i = 0; i < b->drop_count; i++) {
        if (db_drop_table_if_there(db, b->dropped[i]->instances, f) != 0 ||
            db_drop_table_if_there(db, b->dropped[i]->relationships, f) != 0)
            return -1;
    }
    return 0;
}

/* Drops what was proved and unmarks what was not. */
static int
settle(struct batch *b, struct archiving_result *result, struct fault *f)
{
    if (b->drop_count + b->keep_count == 0)
        return 0;
    for (size_t i = 0; i < b->drop_count; i++) {
        if (online_take_out(b->archiving->primary, b->archiving->activity, b->dropped[i], f) != 0)
            return -1;
    }
    if (db_transact(b->archiving->primary, DB_BRIEF, settle_step, b, f) != 0)
        return -1;
    for (size_t i = 0; i < b->drop_count; i++)
        result->rows += b->rows[i];
    result->partitions += (int64_t)b->drop_count;
    result->held_back += (int64_t)b->keep_count;
    b->drop_count = b->keep_count = 0;
    return 0;
}

static int
judge(struct batch *b, const struct partition *p, bool archive_flag, struct fault *f)
{
    const struct archiving *a = b->archiving;
    struct evidence evidence = {.container = NULL};
    const char *why = "";
    int proved = archive_flag ? retire_prove(a, p, &evidence, &why, f) : 1;

    if (proved == 1 && evidence.container != NULL &&
        trail_note_backed_up(a->primary, p, &evidence, f) != 0)
        return -1;
    if (proved == 1) {
        /* What is purged was not counted: it has at most so many rows. */
        b->rows[b->drop_count] = archive_flag ? evidence.rows : p->max_record - p->min_record + 1;
        b->dropped[b->drop_count++] = p;
    } else if (proved == 0) {
        log_warning("partition %s is kept: %s", p->instances, why);
        b->reasons[b->keep_count] = why;
        b->kept[b->keep_count++] = p;
    }
    return proved < 0 ? -1 : 0;
}

/* One partition that cannot even be judged does not keep those that were from being settled. */
static int
end_all(struct batch *b, const struct partition_list *marked, bool archive_flag,
    struct archiving_result *result, struct fault *f)
{
    struct fault settling = FAULT_INIT;
    int rc = view_shapes_read(&b->shapes, b->archiving->primary, b->archiving->activity, f);

    for (size_t i = 0; rc == 0 && i < marked->count; i++) {
        rc = interrupt_check(f);
        if (rc == 0)
            rc = judge(b, &marked->items[i], archive_flag, f);
        if (rc == 0 && (b->drop_count == b->size || b->keep_count == b->size))
            rc = settle(b, result, f);
    }
    return settle(b, result, rc == 0 ? f : &settling) == 0 ? rc : -1;
}

int
archiving_end(const struct archiving *a, struct archiving_result *result, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct partition_list marked = {.items = NULL};
    struct batch batch;
    struct window window;
    int rc = window_read(a->primary, a->activity->name, &window, f);

    *result = (struct archiving_result){0};
    if (rc == 0)
        rc = partition_read(a->primary, a->activity->name, PARTITIONS_MARKED, &memory, &marked, f);
    if (rc == 0 && marked.count > 0)
        rc = trail_prepare(a->primary, f);
    if (rc == 0 && marked.count > 0) {
        if ((rc = batch_init(&batch, a, marked.count, f)) == 0)
            rc = end_all(&batch, &marked, window.archive, result, f);
        batch_release(&batch);
    }
    arena_release(&memory);
    return rc == 0 ? 0 : fault_wrap(f, "end archiving of '%s'", a->activity->name);
}
