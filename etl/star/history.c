#include "etl/star/history.h"

#include "etl/activity/activity_select.h"
#include "etl/activity/partition.h"
#include "etl/activity/table_views.h"
#include "etl/odbc/table_shape.h"

/* Ranges in one pair of parentheses: SQLite takes no expression deeper than 1,000
 * (sqlite.org/limits.html, SQLITE_MAX_EXPR_DEPTH). */
enum { RANGES_TOGETHER = 100 };

/* "(...) AS history": a table's instances as the cube's view would show them; `t` NULL: it has all
 * checkpoints, otherwise one that it lacks reads as NULL. */
static int
add_relation(struct text *sql, const struct star *s, const struct dialect *dialect,
    const char *name, const struct table *t, struct fault *f)
{
    const struct activity *a = cube_activity(s->definition, s->cube);
    struct text instances = TEXT_INIT;
    int rc = -1;

    text_add(&instances, "(SELECT \"RecordID\", \"ActivityID\"");
    table_views_add_checkpoints(&instances, dialect, a, t);
    sql_add(&instances, ", \"LastModified\" FROM %n) AS instances", name);
    text_add(sql, "(");
    if (text_check(&instances, f) == 0)
        rc =
            activity_select_add_cube(sql, dialect, s->definition, s->cube, text_get(&instances), f);
    text_add(sql, ") AS history");
    text_release(&instances);
    return rc;
}

static void
add_window(struct text *sql, const struct task *t)
{
    sql_add(sql, " WHERE \"RecordID\" BETWEEN %d AND %d", t->min_record, t->max_record);
}

/* ---- online ---- */

static int
read_table(struct db *primary, const struct star *s, const struct task *task, const char *name,
    const struct table *t, history_read read, void *state, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = add_relation(&sql, s, db_dialect(primary), name, t, f);

    add_window(&sql, task);
    text_add(&sql, " ORDER BY \"RecordID\"");
    if (rc == 0 && (rc = text_check(&sql, f)) == 0)
        rc = read(state, primary, text_get(&sql), f);
    text_release(&sql);
    return rc;
}

/* The live partitions that hold some of the window, with their columns. */
static int
find_partitions(struct db *primary, const char *activity, const struct task *t,
    struct arena *memory, struct table **tables, size_t *count, struct fault *f)
{
    struct partition_list live;

    *count = 0;
    if (partition_read(primary, activity, PARTITIONS_LIVE, memory, &live, f) != 0)
        return -1;
    if ((*tables = arena_array(memory, live.count + 1, sizeof **tables)) == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < live.count; i++) {
        if (live.items[i].max_record >= t->min_record && live.items[i].min_record <= t->max_record)
            (*tables)[(*count)++].name = live.items[i].instances;
    }
    return *count == 0 ? 0 : table_shape_read_columns(primary, memory, *tables, *count, f);
}

int
history_online(struct db *primary, struct star *s, const struct task *t, history_read read,
    void *state, struct fault *f)
{
    const char *activity = cube_activity(s->definition, s->cube)->name;
    struct arena memory = ARENA_INIT;
    struct activity_names n;
    struct table *tables;
    size_t count;
    int rc = activity_names_init(&n, &memory, activity, f);

    if (rc == 0)
        rc = find_partitions(primary, activity, t, &memory, &tables, &count, f);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = read_table(primary, s, t, tables[i].name, &tables[i], read, state, f);
    if (rc == 0)
        rc = read_table(primary, s, t, n.completed, NULL, read, state, f);
    arena_release(&memory);
    return rc;
}

/* ---- archived ---- */

/* Copies may lie in the archive while their partition is still online: those are read there. */
static void
add_offline_only(struct text *sql, const struct partition_list *live)
{
    size_t ranges = 0;

    for (size_t i = 0; i < live->count; i++) {
        int64_t from = live->items[i].min_record;

        while (
            i + 1 < live->count && live->items[i + 1].min_record == live->items[i].max_record + 1)
            i++;
        text_add(sql, ranges % RANGES_TOGETHER != 0 ? " OR "
                      : ranges == 0                 ? " AND NOT ("
                                                    : ") AND NOT (");
        sql_add(sql, "\"RecordID\" BETWEEN %d AND %d", from, live->items[i].max_record);
        ranges++;
    }
    if (ranges > 0)
        text_add_char(sql, ')');
}

static int
read_archive(struct db *archive, struct star *s, const struct task *t, const char *view,
    const struct partition_list *live, struct arena *memory, history_read read, void *state,
    struct fault *f)
{
    struct text sql = TEXT_INIT;
    struct table shape;
    int rc = table_shape_read(archive, view, memory, &shape, f);

    if (rc == 0)
        rc = add_relation(&sql, s, db_dialect(archive), view, &shape, f);
    add_window(&sql, t);
    add_offline_only(&sql, live);
    text_add(&sql, " ORDER BY \"RecordID\"");
    if (rc == 0 && (rc = text_check(&sql, f)) == 0)
        rc = read(state, archive, text_get(&sql), f);
    text_release(&sql);
    return rc == 0 ? 0 : fault_wrap(f, "read what was archived");
}

int
history_archived(struct db *archive, struct db *primary, struct star *s, const struct task *t,
    history_read read, void *state, struct fault *f)
{
    const char *activity = cube_activity(s->definition, s->cube)->name;
    struct arena memory = ARENA_INIT;
    struct partition_list live;
    struct activity_names n;
    int rc = activity_names_init(&n, &memory, activity, f);

    if (rc == 0)
        rc = partition_read(primary, activity, PARTITIONS_LIVE, &memory, &live, f);
    /* Nothing was ever archived: there is no view. */
    if (rc == 0 && (rc = db_table_exists(archive, n.archive_instances_view, f)) == 1)
        rc = read_archive(archive, s, t, n.archive_instances_view, &live, &memory, read, state, f);
    arena_release(&memory);
    return rc;
}
