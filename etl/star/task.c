#include "etl/star/task.h"

#include "config/base/clock.h"
#include "etl/activity/hold.h"
#include "etl/activity/names.h"

/* What the metadata says of the last analysis. */
struct last {
    bool exists;
    bool ended;
    int64_t min_record, max_record;
};

static int
read_last(struct db *primary, const struct star *s, struct last *last, struct fault *f)
{
    static const enum value_type types[] = {VALUE_INT, VALUE_INT, VALUE_TIME};
    const struct value cube = value_text(s->cube->name);
    struct value row[3];
    struct stmt *st = db_prepare(primary,
        "SELECT \"MinRecordID\", \"MaxRecordID\", \"LastEndTime\" FROM "
        "\"bam_Metadata_AnalysisTasks\" "
        "WHERE \"CubeName\" = ?",
        f);
    int rc = st == NULL ? -1 : stmt_bind(st, 1, &cube, f);

    *last = (struct last){0};
    if (rc == 0 && (rc = stmt_query(st, types, 3, f)) == 0)
        rc = stmt_fetch(st, row, f);
    if (rc == 1)
        *last =
            /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): found is filled */
            (struct last){true, row[2].type != VALUE_NULL, row[0].as.integer, row[1].as.integer};
    stmt_free(st);
    return rc < 0 ? -1 : 0;
}

int
task_highest_record(struct db *primary, const struct star *s, int64_t *record, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct activity_names n;
    int rc = activity_names_init(&n, &memory, cube_activity(s->definition, s->cube)->name, f);

    if (rc == 0)
        rc = db_dialect(primary)->get_identity(primary, n.completed, record, f);
    arena_release(&memory);
    return rc;
}

/* An empty table for the snapshot. */
static int
make_snapshot_table(struct db *primary, struct star *s, struct fault *f)
{
    const struct table *t = star_snapshot_table(s);

    if (t == NULL)
        return fault_set_memory(f);
    return db_drop_table_if_there(primary, s->names.snapshot, f) == 0
               ? db_create_table(primary, t, f)
               : -1;
}

/* Fills the snapshot: the source columns of the visible active instances. */
static int
take_snapshot(struct db *primary, struct star *s, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = -1;

    sql_add(&sql, "INSERT INTO %n SELECT \"ActivityID\"", s->names.snapshot);
    for (size_t i = 0; i < s->source_count; i++)
        sql_add(&sql, ", %n", s->sources[i].column);
    sql_add(&sql, " FROM %n ORDER BY \"ActivityID\"", s->active_view);
    if (text_check(&sql, f) == 0)
        rc = db_run(primary, text_get(&sql), NULL, f);
    text_release(&sql);
    return rc == 0 ? 0 : fault_wrap(f, "take the snapshot of active instances");
}

static void
choose_window(const struct last *last, int64_t highest, struct task *t)
{
    t->first = !last->exists;
    t->min_record = !last->exists ? 1 : last->ended ? last->max_record + 1 : last->min_record;
    t->max_record = highest;
}

static int
write_window(struct db *primary, const struct star *s, const struct last *last,
    const struct task *t, struct fault *f)
{
    const struct value row[] = {value_int(t->min_record), value_int(t->max_record),
        value_time(clock_now()), value_text(s->cube->name)};

    /* An empty window leaves the last one standing, and ended when it was: its records may be
     * offline by now, so they must not become a window to redo. */
    if (last->exists && t->min_record > t->max_record)
        return db_run_with(primary,
            "UPDATE \"bam_Metadata_AnalysisTasks\" SET \"LastStartTime\" = ? WHERE \"CubeName\" = "
            "?",
            row + 2, 2, f);
    return db_run_with(primary,
        last->exists
            ? "UPDATE \"bam_Metadata_AnalysisTasks\" SET \"MinRecordID\" = ?, "
              "\"MaxRecordID\" = ?, \"LastStartTime\" = ?, \"LastEndTime\" = NULL "
              "WHERE \"CubeName\" = ?"
            : "INSERT INTO \"bam_Metadata_AnalysisTasks\"(\"MinRecordID\", \"MaxRecordID\", "
              "\"LastStartTime\", \"CubeName\") VALUES (?, ?, ?, ?)",
        row, 4, f);
}

struct beginning {
    struct db *primary;
    struct star *star;
    struct task *task;
};

/* The table is made before the writers are held: where DDL commits, the hold would end with it. */
static int
begin_in_transaction(void *state, struct fault *f)
{
    const struct beginning *b = state;
    struct star *s = b->star;
    struct hold hold;
    struct last last;
    int64_t highest;

    if (make_snapshot_table(b->primary, s, f) != 0 ||
        hold_begin(&hold, b->primary, cube_activity(s->definition, s->cube)->name, HOLD_TRANSACTION,
            f) != 0 ||
        read_last(b->primary, s, &last, f) != 0 ||
        task_highest_record(b->primary, s, &highest, f) != 0 ||
        take_snapshot(b->primary, s, f) != 0)
        return -1;
    choose_window(&last, highest, b->task);
    return write_window(b->primary, s, &last, b->task, f);
}

int
task_begin(struct db *primary, struct star *s, struct task *t, struct fault *f)
{
    struct beginning b = {.primary = primary, .star = s, .task = t};

    if (db_transact(primary, DB_BRIEF, begin_in_transaction, &b, f) != 0)
        return fault_wrap(f, "begin analysis of '%s'", s->cube->name);
    return 0;
}

int
task_end(struct db *primary, const struct star *s, struct fault *f)
{
    const struct value row[] = {value_time(clock_now()), value_text(s->cube->name)};

    if (db_run_with(primary,
            "UPDATE \"bam_Metadata_AnalysisTasks\" SET \"LastEndTime\" = ? WHERE \"CubeName\" = ?",
            row, 2, f) != 0)
        return fault_wrap(f, "end analysis of '%s'", s->cube->name);
    return 0;
}

int
task_reset(struct db *primary, const struct star *s, int64_t from_record, struct fault *f)
{
    const struct value row[] = {
        value_int(from_record), value_int(from_record - 1), value_text(s->cube->name)};

    if (db_run_with(primary,
            "UPDATE \"bam_Metadata_AnalysisTasks\" SET \"MinRecordID\" = ?, \"MaxRecordID\" = ?, "
            "\"LastEndTime\" = NULL WHERE \"CubeName\" = ?",
            row, 3, f) != 0)
        return fault_wrap(f, "reset the analysis of '%s'", s->cube->name);
    return 0;
}
