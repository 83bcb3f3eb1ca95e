#include "etl/pipeline/journal.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/file.h"
#include "etl/odbc/db.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *const journal_state_names[JOURNAL_STATE_COUNT] = {
    [JOURNAL_STARTED] = "started",
    [JOURNAL_DONE] = "done",
    [JOURNAL_WARNED] = "warned",
    [JOURNAL_FAILED] = "failed",
    [JOURNAL_SKIPPED] = "skipped",
    [JOURNAL_DIED] = "died",
};

bool
journal_is_good(enum journal_state state)
{
    return state == JOURNAL_DONE || state == JOURNAL_WARNED;
}

struct journal {
    struct db *db;
};

static const char *run_key[] = {"RunID"};
static const char *step_key[] = {"StepID"};

static struct table_column run_columns[] = {
    {.name = "RunID", .type = VALUE_INT, .not_null = true},
    {.name = "Job", .type = VALUE_TEXT},
    {.name = "Fingerprint", .type = VALUE_TEXT},
    {.name = "JobXml", .type = VALUE_TEXT},
    {.name = "State", .type = VALUE_TEXT},
    {.name = "StartTime", .type = VALUE_TIME},
    {.name = "EndTime", .type = VALUE_TIME},
    {.name = "ExitCode", .type = VALUE_INT},
    {.name = "Message", .type = VALUE_TEXT},
};
static struct table_column step_columns[] = {
    {.name = "StepID", .type = VALUE_INT, .not_null = true},
    {.name = "RunID", .type = VALUE_INT},
    {.name = "Name", .type = VALUE_TEXT},
    {.name = "Target", .type = VALUE_TEXT},
    {.name = "Fingerprint", .type = VALUE_TEXT},
    {.name = "State", .type = VALUE_TEXT},
    {.name = "StartTime", .type = VALUE_TIME},
    {.name = "EndTime", .type = VALUE_TIME},
    {.name = "Seconds", .type = VALUE_FLOAT},
    {.name = "Rows", .type = VALUE_INT},
    {.name = "Bytes", .type = VALUE_INT},
    {.name = "Message", .type = VALUE_TEXT},
};
static const struct table tables[] = {
    {.name = "nightcube_Runs",
        .columns = run_columns,
        .column_count = COUNT(run_columns),
        .key = run_key,
        .key_count = 1},
    {.name = "nightcube_Steps",
        .columns = step_columns,
        .column_count = COUNT(step_columns),
        .key = step_key,
        .key_count = 1,
        .identity = true},
};

static int
ensure_tables(struct db *db, struct fault *f)
{
    for (size_t i = 0; i < COUNT(tables); i++) {
        int exists = db_table_exists(db, tables[i].name, f);

        if (exists < 0 || (exists == 0 && db_create_table(db, &tables[i], f) != 0))
            return -1;
    }
    return 0;
}

struct journal *
journal_open(const char *state_directory, struct fault *f)
{
    struct text connection = TEXT_INIT;
    struct journal *j = calloc(1, sizeof *j);
    int rc = -1;

    text_add(&connection, "Driver=SQLite3;Database=");
    file_join(&connection, state_directory, "journal.db");
    if (j == NULL || connection.failed)
        fault_set_memory(f);
    else if (file_make_directory(state_directory, 0700, f) == 0 &&
             (j->db = db_open("journal", text_get(&connection), DB_CREATE, f)) != NULL)
        rc = ensure_tables(j->db, f);
    text_release(&connection);
    if (rc != 0) {
        journal_close(j);
        fault_wrap(f, "open the journal in '%s'", state_directory);
        return NULL;
    }
    return j;
}

void
journal_close(struct journal *j)
{
    if (j == NULL)
        return;
    db_close(j->db);
    free(j);
}

/* ---- writing ---- */

int
journal_begin_run(struct journal *j, struct journal_run *run, int64_t floor, struct fault *f)
{
    int64_t last;
    int rc;

    if (db_begin(j->db, f) != 0)
        return -1;
    rc = db_get_int(j->db, "SELECT max(\"RunID\") FROM \"nightcube_Runs\"", 0, &last, f);
    if (rc == 0) {
        run->id = (last > floor ? last : floor) + 1;
        run->started_utc = clock_now();
        run->state = JOURNAL_STARTED;
        {
            const struct value row[] = {value_int(run->id), value_text(run->job),
                value_text(run->fingerprint), value_text(run->xml),
                value_text(journal_state_names[run->state]), value_time(run->started_utc)};

            rc = db_run_with(j->db,
                "INSERT INTO \"nightcube_Runs\"(\"RunID\", \"Job\", \"Fingerprint\", \"JobXml\", "
                "\"State\", \"StartTime\") VALUES (?, ?, ?, ?, ?, ?)",
                row, COUNT(row), f);
        }
    }
    return db_end(j->db, rc, f) == 0 ? 0 : fault_wrap(f, "note the run");
}

int
journal_end_run(struct journal *j, const struct journal_run *run, struct fault *f)
{
    const struct value row[] = {value_text(journal_state_names[run->state]),
        value_time(clock_now()), value_int(run->exit_code), value_text(run->message),
        value_int(run->id)};

    if (db_run_with(j->db,
            "UPDATE \"nightcube_Runs\" SET \"State\" = ?, \"EndTime\" = ?, \"ExitCode\" = ?, "
            "\"Message\" = ? WHERE \"RunID\" = ?",
            row, COUNT(row), f) != 0)
        return fault_wrap(f, "note the run's end");
    return 0;
}

int
journal_begin_step(
    struct journal *j, const struct journal_step *step, int64_t *handle, struct fault *f)
{
    const struct value row[] = {value_int(step->run), value_text(step->name),
        value_text(step->target), value_text(step->fingerprint),
        value_text(journal_state_names[JOURNAL_STARTED]), value_time(clock_now())};

    if (db_run_with(j->db,
            "INSERT INTO \"nightcube_Steps\"(\"RunID\", \"Name\", \"Target\", \"Fingerprint\", "
            "\"State\", \"StartTime\") VALUES (?, ?, ?, ?, ?, ?)",
            row, COUNT(row), f) != 0 ||
        db_get_int(j->db, "SELECT max(\"StepID\") FROM \"nightcube_Steps\"", 0, handle, f) != 0)
        return fault_wrap(f, "note step '%s'", step->name);
    return 0;
}

int
journal_end_step(
    struct journal *j, int64_t handle, const struct journal_step *step, struct fault *f)
{
    const struct value row[] = {value_text(journal_state_names[step->state]),
        value_time(clock_now()), value_float(step->seconds), value_int(step->rows),
        value_int(step->bytes), value_text(step->message), value_int(handle)};

    if (db_run_with(j->db,
            "UPDATE \"nightcube_Steps\" SET \"State\" = ?, \"EndTime\" = ?, \"Seconds\" = ?, "
            "\"Rows\" = ?, \"Bytes\" = ?, \"Message\" = ? WHERE \"StepID\" = ?",
            row, COUNT(row), f) != 0)
        return fault_wrap(f, "note the end of step '%s'", step->name);
    return 0;
}

/* ---- reading ---- */

static const char *
copy(struct arena *memory, const struct value *v)
{
    return v->type == VALUE_TEXT ? arena_strndup(memory, v->as.text.bytes, v->as.text.length)
                                 : arena_strdup(memory, "");
}

static enum journal_state
find_state(const char *name)
{
    enum journal_state state = 0;

    while (state < JOURNAL_STATE_COUNT && strcmp(journal_state_names[state], name) != 0)
        state++;
    return state;
}

static int64_t
integer_of(const struct value *v)
{
    return v->type == VALUE_NULL ? 0 : v->type == VALUE_TIME ? v->as.time_us : v->as.integer;
}

static int
take_run(const struct value *row, struct arena *memory, struct journal_runs *runs, struct fault *f)
{
    struct journal_run *run = arena_append(memory, &runs->items, &runs->count, sizeof *run);
    const char *state = copy(memory, &row[4]);

    if (run == NULL || state == NULL || (run->job = copy(memory, &row[1])) == NULL ||
        (run->fingerprint = copy(memory, &row[2])) == NULL ||
        (run->xml = copy(memory, &row[3])) == NULL ||
        (run->message = copy(memory, &row[8])) == NULL)
        return fault_set_memory(f);
    run->id = row[0].as.integer;
    run->state = find_state(state);
    run->started_utc = integer_of(&row[5]);
    run->ended_utc = integer_of(&row[6]);
    run->exit_code = (int)integer_of(&row[7]);
    return 0;
}

int
journal_read_runs(struct journal *j, const char *job, size_t limit, struct arena *memory,
    struct journal_runs *runs, struct fault *f)
{
    static const enum value_type types[] = {VALUE_INT, VALUE_TEXT, VALUE_TEXT, VALUE_TEXT,
        VALUE_TEXT, VALUE_TIME, VALUE_TIME, VALUE_INT, VALUE_TEXT};
    struct value row[COUNT(types)];
    struct text sql = TEXT_INIT;
    struct stmt *s;
    int rc = -1;

    *runs = (struct journal_runs){.items = NULL};
    text_add(&sql,
        "SELECT \"RunID\", \"Job\", \"Fingerprint\", \"JobXml\", \"State\", \"StartTime\", "
        "\"EndTime\", \"ExitCode\", \"Message\" FROM \"nightcube_Runs\"");
    if (job != NULL)
        sql_add(&sql, " WHERE \"Job\" = %t", job);
    text_add(&sql, " ORDER BY \"RunID\" DESC");
    s = text_check(&sql, f) == 0 ? db_prepare(j->db, text_get(&sql), f) : NULL;
    if (s != NULL)
        rc = stmt_query(s, types, COUNT(types), f);
    while (rc == 0 && runs->count < limit && (rc = stmt_fetch(s, row, f)) == 1)
        rc = take_run(row, memory, runs, f);
    stmt_free(s);
    text_release(&sql);
    return rc == 0 ? 0 : fault_wrap(f, "read the journal");
}

static int
take_step(
    const struct value *row, struct arena *memory, struct journal_steps *steps, struct fault *f)
{
    struct journal_step *step = arena_append(memory, &steps->items, &steps->count, sizeof *step);
    const char *state = copy(memory, &row[4]);

    if (step == NULL || state == NULL || (step->name = copy(memory, &row[1])) == NULL ||
        (step->target = copy(memory, &row[2])) == NULL ||
        (step->fingerprint = copy(memory, &row[3])) == NULL ||
        (step->message = copy(memory, &row[10])) == NULL)
        return fault_set_memory(f);
    step->run = row[0].as.integer;
    step->state = find_state(state);
    step->started_utc = integer_of(&row[5]);
    step->ended_utc = integer_of(&row[6]);
    step->seconds = row[7].type == VALUE_FLOAT ? row[7].as.real : 0;
    step->rows = integer_of(&row[8]);
    step->bytes = integer_of(&row[9]);
    return 0;
}

int
journal_read_steps(struct journal *j, int64_t run, struct arena *memory,
    struct journal_steps *steps, struct fault *f)
{
    static const enum value_type types[] = {VALUE_INT, VALUE_TEXT, VALUE_TEXT, VALUE_TEXT,
        VALUE_TEXT, VALUE_TIME, VALUE_TIME, VALUE_FLOAT, VALUE_INT, VALUE_INT, VALUE_TEXT};
    struct value row[COUNT(types)];
    struct text sql = TEXT_INIT;
    struct stmt *s;
    int rc = -1;

    *steps = (struct journal_steps){.items = NULL};
    text_add(&sql,
        "SELECT \"RunID\", \"Name\", \"Target\", \"Fingerprint\", \"State\", \"StartTime\", "
        "\"EndTime\", ");
    db_dialect(j->db)->add_read(&sql, "\"Seconds\"", VALUE_FLOAT);
    sql_add(&sql,
        ", \"Rows\", \"Bytes\", \"Message\" FROM \"nightcube_Steps\" WHERE \"RunID\" = %d "
        "ORDER BY \"StepID\"",
        run);
    s = text_check(&sql, f) == 0 ? db_prepare(j->db, text_get(&sql), f) : NULL;
    if (s != NULL)
        rc = stmt_query(s, types, COUNT(types), f);
    while (rc == 0 && (rc = stmt_fetch(s, row, f)) == 1)
        rc = take_step(row, memory, steps, f);
    stmt_free(s);
    text_release(&sql);
    return rc == 0 ? 0 : fault_wrap(f, "read the journal");
}

int
journal_bury(struct journal *j, struct fault *f)
{
    return db_run(j->db,
        "UPDATE \"nightcube_Runs\" SET \"State\" = 'died' WHERE \"State\" = 'started'", NULL, f);
}
