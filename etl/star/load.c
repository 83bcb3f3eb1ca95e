#include "etl/star/load.h"

#include <string.h>

#include "config/base/interrupt.h"
#include "config/base/progress.h"
#include "etl/odbc/table_writer.h"
#include "etl/star/adapt.h"
#include "etl/star/history.h"
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

/* Where rows go that are read: facts of a table, counted. */
struct fact_writing {
    struct load *load;
    const char *record; /* RecordID, or what stands for it */
    struct table_writer *to;
    int64_t count;
};

/* Reads RecordID, ActivityID and sources from a database and writes a fact for each row. */
static int
write_facts(void *state, struct db *from, const char *rest, struct fault *f)
{
    struct fact_writing *w = state;
    struct load *l = w->load;
    struct text sql = TEXT_INIT;
    struct stmt *st = NULL;
    int rc = -1;

    sources_select(&sql, l->shape, db_dialect(from), w->record, rest);
    if (text_check(&sql, f) == 0 && (st = db_prepare_stream(from, text_get(&sql), f)) != NULL)
        rc = stmt_query(st, l->types, l->shape->source_count + VIEW_SOURCES, f);
    while (rc == 0 && (rc = stmt_fetch(st, l->view_row, f)) == 1) {
        rc = write_fact(l, w->to, f);
        w->count++;
        if (++l->done % 1024 == 0) {
            progress_step(l->done);
            rc = rc == 0 ? interrupt_check(f) : rc;
        }
    }
    stmt_free(st);
    text_release(&sql);
    return rc;
}

static int
delete_facts(struct load *l, const struct task *t, const char *facts, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = -1;

    sql_add(&sql, "DELETE FROM %n", facts);
    /* At the first analysis, whatever is there comes from a cube of the same name that is gone. */
    if (!t->first)
        sql_add(&sql, " WHERE \"RecordID\" BETWEEN %d AND %d", t->min_record, t->max_record);
    if (text_check(&sql, f) == 0)
        rc = db_run(l->star, text_get(&sql), NULL, f);
    text_release(&sql);
    return rc;
}

static int
load_completed(struct load *l, const struct task *t, int64_t *count, struct fault *f)
{
    const struct table *facts = star_facts_table(l->shape);
    struct fact_writing w = {.load = l, .record = "\"RecordID\""};
    int rc;

    if (facts == NULL)
        return fault_set_memory(f);
    if (delete_facts(l, t, facts->name, f) != 0 ||
        (w.to = table_writer_open(l->star, facts, f)) == NULL)
        return -1;
    rc = history_online(l->primary, l->shape, t, write_facts, &w, f);
    if (rc == 0 && l->archive != NULL)
        rc = history_archived(l->archive, l->primary, l->shape, t, write_facts, &w, f);
    if (rc == 0)
        rc = table_writer_finish(w.to, f);
    table_writer_close(w.to);
    *count = w.count;
    return rc;
}

static int
load_active(struct load *l, int64_t *count, struct fault *f)
{
    const struct table *facts = star_active_facts_table(l->shape, l->shape->names.active_facts);
    struct fact_writing w = {.load = l, .record = "NULL"};
    struct text sql = TEXT_INIT;
    int rc = -1;

    if (facts == NULL)
        return fault_set_memory(f);
    if (db_run(l->star, sql_set(&sql, "DELETE FROM %n", facts->name), NULL, f) == 0 &&
        (w.to = table_writer_open(l->star, facts, f)) != NULL) {
        sql_set(&sql, "%n ORDER BY \"ActivityID\"", l->shape->names.snapshot);
        rc = write_facts(&w, l->primary, text_hand_on(&sql), f);
    }
    if (rc == 0)
        rc = table_writer_finish(w.to, f);
    table_writer_close(w.to);
    text_release(&sql);
    *count = w.count;
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
