#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "config/base/log.h"
#include "config/base/number.h"
#include "etl/command/command.h"
#include "etl/pipeline/trend.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { HISTORY_RUNS = 20, RUNS_BEFORE = 4 * TREND_RUNS };

/* ---- runs ---- */

static const struct grid_column run_columns[] = {
    {"run", GRID_NUMBER},
    {"job", GRID_TEXT},
    {"state", GRID_TEXT},
    {"started", GRID_TIME},
    {"ended", GRID_TIME},
    {"rows", GRID_NUMBER},
    {"bytes", GRID_NUMBER},
    {"seconds", GRID_NUMBER},
    {"trend_percent", GRID_NUMBER},
    {"exit_code", GRID_NUMBER},
    {"message", GRID_TEXT},
};

static int
add_run(struct grid *g, const struct journal_run *r, const struct trend *t, struct fault *f)
{
    const struct value row[] = {value_int(r->id), value_text(r->job),
        value_text(journal_state_names[r->state]), grid_time(r->started_utc),
        grid_time(r->ended_utc), value_int(t->sums.rows), value_int(t->sums.bytes),
        grid_seconds(t->sums.seconds), t->is_known ? value_int(t->percent) : value_null(),
        r->ended_utc == 0 ? value_null() : value_int(r->exit_code), value_text(r->message)};

    return grid_add(g, row, f);
}

static int
print_runs(struct invocation *i, struct journal *journal, size_t limit, struct fault *f)
{
    struct journal_runs runs;
    struct trend *trends;
    struct grid g;
    int rc = 0;

    if (journal_read_runs(
            journal, invocation_option(i, "job"), limit + RUNS_BEFORE, &i->memory, &runs, f) != 0 ||
        (trends = trend_read(journal, &runs, &i->memory, f)) == NULL)
        return -1;
    grid_init(&g, run_columns, COUNT(run_columns), i->json);
    for (size_t k = 0; rc == 0 && k < runs.count && k < limit; k++)
        rc = add_run(&g, &runs.items[k], &trends[k], f);
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}

/* ---- steps ---- */

static const struct grid_column step_columns[] = {
    {"run", GRID_NUMBER},
    {"step", GRID_TEXT},
    {"state", GRID_TEXT},
    {"on", GRID_TEXT},
    {"started", GRID_TIME},
    {"rows", GRID_NUMBER},
    {"bytes", GRID_NUMBER},
    {"seconds", GRID_NUMBER},
    {"message", GRID_TEXT},
};

static int
add_step(struct grid *g, const struct journal_step *s, struct fault *f)
{
    const struct value row[] = {value_int(s->run), value_text(s->name),
        value_text(journal_state_names[s->state]), value_text(s->target), grid_time(s->started_utc),
        value_int(s->rows), value_int(s->bytes), grid_seconds(s->seconds), value_text(s->message)};

    return grid_add(g, row, f);
}

/* A run that was refused before its first step is in the journal; one that never was is not. */
static int
explain_no_steps(struct invocation *i, struct journal *journal, int64_t run, struct fault *f)
{
    struct journal_runs runs;

    if (journal_read_runs(journal, NULL, SIZE_MAX, &i->memory, &runs, f) != 0)
        return -1;
    for (size_t k = 0; k < runs.count; k++) {
        if (runs.items[k].id != run)
            continue;
        log_info("run %" PRId64 " has no steps: %s", run, runs.items[k].message);
        return 0;
    }
    fault_set(f, FAULT_DATA, "the journal knows no run %" PRId64, run);
    return fault_hint(f, "nightcube history lists the runs");
}

static int
print_steps(struct invocation *i, struct journal *journal, int64_t run, struct fault *f)
{
    struct journal_steps steps;
    struct grid g;
    int rc = journal_read_steps(journal, run, &i->memory, &steps, f);

    if (rc == 0 && steps.count == 0)
        rc = explain_no_steps(i, journal, run, f);
    grid_init(&g, step_columns, COUNT(step_columns), i->json);
    for (size_t k = 0; rc == 0 && k < steps.count; k++)
        rc = add_step(&g, &steps.items[k], f);
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}

/* ---- the command ---- */

/* Named by an option or, as people type it, alone; 0: none is. */
static int
read_run(const struct invocation *i, int64_t *run, struct fault *f)
{
    const char *word = invocation_argument(i, 0);

    if (word == NULL)
        return invocation_number(i, "run", 1, INT64_MAX, run, f);
    if (invocation_has(i, "run"))
        return fault_set(f, FAULT_USAGE, "--run and the number of a run exclude each other");
    if (number_parse_int(word, strlen(word), run) == 0 && *run > 0)
        return 0;
    fault_set(f, FAULT_USAGE, "'%s' is no run's number", word);
    return fault_hint(f, "nightcube history lists the runs");
}

static int
print_history(struct invocation *i, struct journal *journal, struct fault *f)
{
    int64_t run = 0, limit = HISTORY_RUNS;

    if (read_run(i, &run, f) != 0 || invocation_number(i, "limit", 1, INT32_MAX, &limit, f) != 0)
        return -1;
    return run > 0 ? print_steps(i, journal, run, f) : print_runs(i, journal, (size_t)limit, f);
}

static int
run_history(struct invocation *i, struct fault *f)
{
    struct site *site = invocation_site(i, f);
    struct journal *journal = site == NULL ? NULL : journal_open(site->settings.state_directory, f);
    int rc = journal == NULL ? COMMAND_FAILED : print_history(i, journal, f);

    journal_close(journal);
    return rc;
}

static const struct command_option options[] = {
    {"job", "NAME", "only runs of this job", false},
    {"run", "ID", "the steps of this run instead, as RUN", false},
    {"limit", "N", "at most so many runs (default: 20)", false},
    {NULL, NULL, NULL, false},
};

const struct command command_history = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS("a run", run_columns),
        COMMAND_FIELDS("a step, with RUN", step_columns), {0}},
    .name = "history",
    .arguments = "[RUN]",
    .most = 1,
    .summary = "lists past runs, or the steps of one",
    .details = "Newest first. trend_percent tells how much longer a run took than the good runs of "
               "its job before it (the median of at most seven, at least three): 40 is longer, -12 "
               "shorter.\n\n"
               "nightcube history 12",
    .options = options,
    .run = run_history,
};
