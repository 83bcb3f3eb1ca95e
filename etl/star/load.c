#include "etl/star/load.h"

#include <string.h>

#include "config/base/interrupt.h"
#include "config/base/progress.h"
#include "etl/activity/activity_select.h"
#include "etl/activity/partition.h"
#include "etl/activity/table_views.h"
#include "etl/odbc/table_shape.h"
#include "etl/odbc/table_writer.h"
#include "etl/star/adapt.h"
#include "etl/star/members.h"
#include "etl/star/sources.h"
#include "etl/star/task.h"

/* A row of the view: RecordID (NULL when active), ActivityID, then the sources. */
enum { VIEW_RECORD, VIEW_ACTIVITY, VIEW_SOURCES };

struct load {
    struct db *primary;
    struct db *star;
    struct db *archive; /* NULL: what is archived is not read */
    struct star *shape;
    struct members *members; /* one a dimension */
    enum value_type *types;  /* of a view row */
    struct value *view_row;
    struct value *fact;
    struct value *levels;
    struct level_texts *texts;
    uint64_t done;
};

/* ---- rows ---- */

/* Not every engine tells -0.0 from 0: no star schema does. */
static struct value
without_sign_of_zero(struct value v)
{
    return v.type == VALUE_FLOAT && v.as.real == 0 ? value_float(0) : v;
}

static int
write_fact(struct load *l, struct table_writer *w, struct fault *f)
{
    const struct star *s = l->shape;
    const struct value *sources = l->view_row + VIEW_SOURCES;
    size_t n = 0;

    l->fact[n++] = l->view_row[VIEW_RECORD];
    l->fact[n++] = l->view_row[VIEW_ACTIVITY];
    for (size_t i = 0; i < s->dimension_count; i++) {
        int64_t key;

        star_levels_of(&s->dimensions[i], sources, l->texts, l->levels);
        if (members_key(&l->members[i], l->levels, &key, f) != 0)
            return -1;
        l->fact[n++] = value_int(key);
    }
    for (size_t i = 0; i < s->measured_count; i++)
        l->fact[n++] = without_sign_of_zero(sources[s->measured[i]]);
    return table_writer_add(w, l->fact, f);
}

/* Reads RecordID, ActivityID and sources from a database and writes a fact for each row. */
static int
load_rows(struct load *l, struct db *from, const char *record, const char *rest,
    const struct table *facts, int64_t *count, struct fault *f)
{
    struct star *s = l->shape;
    struct text sql = TEXT_INIT;
    struct table_writer *w = NULL;
    struct stmt *st = NULL;
    int rc = -1;

    sources_select(&sql, s, db_dialect(from), record, rest);
    if (text_check(&sql, f) != 0 || (w = table_writer_open(l->star, facts, f)) == NULL ||
        (st = db_prepare_stream(from, text_get(&sql), f)) == NULL)
        goto done;
    rc = stmt_query(st, l->types, s->source_count + VIEW_SOURCES, f);
    while (rc == 0 && (rc = stmt_fetch(st, l->view_row, f)) == 1) {
        rc = write_fact(l, w, f);
        ++*count;
        if (++l->done % 1024 == 0) {
            progress_step(l->done);
            rc = rc == 0 ? interrupt_check(f) : rc;
        }
    }
    if (rc == 0)
        rc = table_writer_finish(w, f);
done:
    stmt_free(st);
    table_writer_close(w);
    text_release(&sql);
    return rc;
}

static int
load_completed(struct load *l, const struct task *t, int64_t *count, struct fault *f)
{
    const struct table *facts = star_facts_table(l->shape);
    struct text sql = TEXT_INIT;
    int rc = -1;

    if (facts == NULL)
        return fault_set_memory(f);
    sql_add(&sql, "DELETE FROM %n", facts->name);
    /* At the first analysis, whatever is there comes from a cube of the same name that is gone. */
    if (!t->first)
        sql_add(&sql, " WHERE \"RecordID\" BETWEEN %d AND %d", t->min_record, t->max_record);
    if (text_check(&sql, f) == 0 && db_run(l->star, text_get(&sql), NULL, f) == 0) {
        sql_set(&sql, "%n WHERE \"RecordID\" BETWEEN %d AND %d ORDER BY \"RecordID\"",
            l->shape->completed_view, t->min_record, t->max_record);
        rc = load_rows(l, l->primary, "\"RecordID\"", text_hand_on(&sql), facts, count, f);
    }
    text_release(&sql);
    return rc;
}

/* The archive's instances in the shape of a Completed table: a checkpoint it never had reads as
 * NULL. */
static int
add_archived_instances(struct load *l, const char *view, struct text *sql, struct fault *f)
{
    const struct activity *a = cube_activity(l->shape->definition, l->shape->cube);
    struct table t;

    if (table_shape_read(l->archive, view, &l->shape->memory, &t, f) != 0)
        return -1;
    text_add(sql, "(SELECT \"RecordID\", \"ActivityID\"");
    table_views_add_checkpoints(sql, db_dialect(l->archive), a, &t);
    sql_add(sql, ", \"LastModified\" FROM %n) AS archived", view);
    return 0;
}

/* Copies may lie in the archive while their partition is still online: those are read there. */
static int
add_offline_only(struct load *l, const struct task *t, struct text *sql, struct fault *f)
{
    struct partition_list live;

    sql_add(sql, " WHERE \"RecordID\" BETWEEN %d AND %d", t->min_record, t->max_record);
    if (partition_read(l->primary, cube_activity(l->shape->definition, l->shape->cube)->name,
            PARTITIONS_LIVE, &l->shape->memory, &live, f) != 0)
        return -1;
    for (size_t i = 0; i < live.count; i++)
        sql_add(sql, " AND NOT \"RecordID\" BETWEEN %d AND %d", live.items[i].min_record,
            live.items[i].max_record);
    text_add(sql, " ORDER BY \"RecordID\"");
    return 0;
}

static int
load_archived(struct load *l, const struct task *t, int64_t *count, struct fault *f)
{
    const struct star *s = l->shape;
    const struct table *facts = star_facts_table(l->shape);
    struct text instances = TEXT_INIT, sql = TEXT_INIT;
    struct activity_names n;
    int rc = facts == NULL ? fault_set_memory(f) : 0;

    if (rc == 0)
        rc = activity_names_init(
            &n, &l->shape->memory, cube_activity(s->definition, s->cube)->name, f);
    /* Nothing was ever archived: there is no view. */
    if (rc != 0 || (rc = db_table_exists(l->archive, n.archive_instances_view, f)) != 1)
        return rc;
    text_add(&sql, "(");
    if ((rc = add_archived_instances(l, n.archive_instances_view, &instances, f)) == 0)
        rc = activity_select_add_cube(
            &sql, db_dialect(l->archive), s->definition, s->cube, text_hand_on(&instances), f);
    text_add(&sql, ") AS archived");
    if (rc == 0)
        rc = add_offline_only(l, t, &sql, f);
    if (rc == 0)
        rc = load_rows(l, l->archive, "\"RecordID\"", text_hand_on(&sql), facts, count, f);
    text_release(&instances);
    text_release(&sql);
    return rc == 0 ? 0 : fault_wrap(f, "read what was archived");
}

static int
load_active(struct load *l, int64_t *count, struct fault *f)
{
    const struct table *facts = star_active_facts_table(l->shape, l->shape->names.active_facts);
    struct text sql = TEXT_INIT;
    int rc = -1;

    if (facts == NULL)
        return fault_set_memory(f);
    if (db_run(l->star, sql_set(&sql, "DELETE FROM %n", facts->name), NULL, f) == 0) {
        sql_set(&sql, "%n ORDER BY \"ActivityID\"", l->shape->names.snapshot);
        rc = load_rows(l, l->primary, "NULL", text_hand_on(&sql), facts, count, f);
    }
    text_release(&sql);
    return rc;
}

/* ---- the whole ---- */

static int
open_members(struct load *l, struct fault *f)
{
    for (size_t i = 0; i < l->shape->dimension_count; i++) {
        const struct table *t = star_dimension_table(l->shape, i);

        if (t == NULL)
            return fault_set_memory(f);
        if (members_open(&l->members[i], l->star, t, f) != 0)
            return -1;
    }
    return 0;
}

static int
finish_members(struct load *l, struct fault *f)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < l->shape->dimension_count; i++)
        rc = members_finish(&l->members[i], f);
    return rc;
}

static void
close_members(struct load *l)
{
    for (size_t i = 0; i < l->shape->dimension_count; i++)
        members_close(&l->members[i]);
}

/* What the transaction works on. */
struct loading {
    struct load *load;
    const struct task *task;
    struct load_result *result;
};

static int
load_step(void *state, struct fault *f)
{
    const struct loading *x = state;
    struct load *l = x->load;
    struct load_result *r = x->result;
    int rc = adapt_tables(l->star, l->shape, f);

    r->completed = r->active = 0;
    l->done = 0;
    if (rc == 0)
        rc = open_members(l, f);
    if (rc == 0)
        rc = load_completed(l, x->task, &r->completed, f);
    if (rc == 0 && l->archive != NULL)
        rc = load_archived(l, x->task, &r->completed, f);
    if (rc == 0)
        rc = load_active(l, &r->active, f);
    if (rc == 0)
        rc = finish_members(l, f);
    close_members(l);
    return rc;
}

static int
prepare(struct load *l, struct fault *f)
{
    struct star *s = l->shape;
    size_t view_columns = s->source_count + VIEW_SOURCES;

    l->members = arena_array(&s->memory, s->dimension_count, sizeof *l->members);
    l->types = arena_array(&s->memory, view_columns, sizeof *l->types);
    l->view_row = arena_array(&s->memory, view_columns, sizeof *l->view_row);
    l->fact = arena_array(&s->memory, 2 + s->dimension_count + s->measured_count, sizeof *l->fact);
    l->levels = arena_array(&s->memory, LIMIT_LEVELS, sizeof *l->levels);
    l->texts = arena_alloc(&s->memory, sizeof *l->texts);
    if (l->members == NULL || l->types == NULL || l->view_row == NULL || l->fact == NULL ||
        l->levels == NULL || l->texts == NULL)
        return fault_set_memory(f);
    l->types[VIEW_RECORD] = VALUE_INT;
    l->types[VIEW_ACTIVITY] = VALUE_TEXT;
    for (size_t i = 0; i < s->source_count; i++)
        l->types[VIEW_SOURCES + i] = s->sources[i].type;
    return 0;
}

/* A definition that was updated asks for columns that old facts lack: all that is online is read
 * again. The window goes back first, so that a crash before the tables are adapted only makes the
 * load longer. */
static int
go_back_when_changed(struct load *l, struct fault *f)
{
    int changed = adapt_is_needed(l->star, l->shape, f);

    return changed == 1 ? task_reset(l->primary, l->shape, 1, f) : changed;
}

/* Only what completes from now on: the window begins behind the highest record there is. */
static int
skip_history(struct db *primary, struct star *s, struct fault *f)
{
    int64_t last;

    if (task_highest_record(primary, s, &last, f) != 0)
        return -1;
    return task_reset(primary, s, last + 1, f);
}

int
load_star(const struct load_databases *databases, struct star *s, enum history history,
    struct load_result *result, struct fault *f)
{
    struct db *primary = databases->primary;
    struct load l = {.primary = primary,
        .star = databases->star,
        .archive = history == HISTORY_PRIMARY_AND_ARCHIVE ? databases->archive : NULL,
        .shape = s};
    struct task task;
    struct loading x = {&l, &task, result};
    int rc;

    *result = (struct load_result){0};
    if (prepare(&l, f) != 0 || go_back_when_changed(&l, f) != 0 ||
        (history == HISTORY_NONE && skip_history(primary, s, f) != 0) ||
        task_begin(primary, s, &task, f) != 0)
        return -1;
    result->min_record = task.min_record;
    result->max_record = task.max_record;
    progress_begin(s->cube->name, "facts",
        task.max_record > task.min_record ? (uint64_t)(task.max_record - task.min_record) + 1 : 0);
    rc = db_transact(l.star, DB_PATIENT, load_step, &x, f);
    progress_finish();
    if (rc == 0)
        rc = task_end(primary, s, f);
    return rc == 0 ? 0 : fault_wrap(f, "load the star schema of '%s'", s->cube->name);
}

static int
truncate_facts(struct load *l, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc;

    if (db_begin(l->star, f) != 0)
        return -1;
    rc = adapt_tables(l->star, l->shape, f);
    if (rc == 0)
        rc = db_run(l->star, sql_set(&sql, "DELETE FROM %n", l->shape->names.facts), NULL, f);
    if (rc == 0)
        rc =
            db_run(l->star, sql_set(&sql, "DELETE FROM %n", l->shape->names.active_facts), NULL, f);
    text_release(&sql);
    return db_end(l->star, rc, f);
}

int
load_truncate(const struct load_databases *databases, struct star *s, struct fault *f)
{
    struct load l = {.primary = databases->primary, .star = databases->star, .shape = s};
    int rc = task_reset(l.primary, s, 1, f);

    if (rc == 0)
        rc = truncate_facts(&l, f);
    return rc == 0 ? 0 : fault_wrap(f, "truncate the facts of '%s'", s->cube->name);
}

int
load_drop(struct db *star, struct star *s, struct fault *f)
{
    int rc;

    if (db_begin(star, f) != 0)
        return -1;
    rc = adapt_drop(star, s, f);
    return db_end(star, rc, f) == 0 ? 0
                                    : fault_wrap(f, "drop the star schema of '%s'", s->cube->name);
}
