/*
 * The commands that look at the journal: how the last nights went.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/moment.h"
#include "etl/command/command.h"
#include "etl/command/grid.h"
#include "etl/pipeline/journal.h"
#include "etl/pipeline/lock.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MAX_AGE_HOURS = 26, RUNS_LOOKED_AT = 1000, HISTORY_RUNS = 20 };

static bool
is_good(const struct journal_run *run)
{
    return run->state == JOURNAL_DONE || run->state == JOURNAL_WARNED;
}

static struct value
moment_or_null(int64_t moment)
{
    return moment == 0 ? value_null() : value_time(moment);
}

/* ---- status ---- */

/* The newest run that ended well; NULL when none did. */
static const struct journal_run *
last_good(const struct journal_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++) {
        if (is_good(&runs->items[i]))
            return &runs->items[i];
    }
    return NULL;
}

static int
print_status(struct invocation *i, const char *job, const struct journal_runs *runs, double max_age,
    struct fault *f)
{
    static const struct grid_column columns[] = {
        {"job", GRID_TEXT},
        {"last_run", GRID_NUMBER},
        {"state", GRID_TEXT},
        {"started", GRID_TIME},
        {"ended", GRID_TIME},
        {"last_good_run", GRID_NUMBER},
        {"last_good_end", GRID_TIME},
        {"age_hours", GRID_NUMBER},
        {"fresh", GRID_FLAG},
        {"message", GRID_TEXT},
    };
    const struct journal_run *last = runs->count > 0 ? &runs->items[0] : NULL;
    const struct journal_run *good = last_good(runs);
    double age = good == NULL ? 0 : (double)(clock_now() - good->ended_utc) / 3.6e9;
    bool fresh = good != NULL && age <= max_age;
    const struct value row[] = {value_text(job), last == NULL ? value_null() : value_int(last->id),
        value_text(last == NULL ? "never run" : journal_state_names[last->state]),
        moment_or_null(last == NULL ? 0 : last->started_utc),
        moment_or_null(last == NULL ? 0 : last->ended_utc),
        good == NULL ? value_null() : value_int(good->id),
        moment_or_null(good == NULL ? 0 : good->ended_utc),
        good == NULL ? value_null() : value_float((double)(int64_t)(age * 10) / 10),
        grid_flag(fresh), value_text(last == NULL ? "" : last->message)};

    if (grid_print_one(columns, COUNT(columns), i->json, row, f) != 0)
        return COMMAND_FAILED;
    if (fresh)
        return COMMAND_DONE;
    log_warning("job '%s' has no good run of the last %g hours", job, max_age);
    return COMMAND_WARNINGS;
}

static int
read_max_age(const struct invocation *i, double *hours, struct fault *f)
{
    int64_t number = MAX_AGE_HOURS;

    if (invocation_number(i, "max-age", 1, 100000, &number, f) != 0)
        return -1;
    *hours = (double)number;
    return 0;
}

static int
run_status(struct invocation *i, struct fault *f)
{
    struct site *site = invocation_site(i, f);
    const char *job = invocation_option(i, "job");
    struct journal *journal;
    struct journal_runs runs;
    double max_age;
    int rc = COMMAND_FAILED;

    if (site == NULL || read_max_age(i, &max_age, f) != 0 ||
        (journal = journal_open(site->settings.state_directory, f)) == NULL)
        return COMMAND_FAILED;
    job = job == NULL ? "nightly" : job;
    if (journal_read_runs(journal, job, RUNS_LOOKED_AT, &i->memory, &runs, f) == 0)
        rc = print_status(i, job, &runs, max_age, f);
    journal_close(journal);
    return rc;
}

static const struct command_option status_options[] = {
    {"job", "NAME", "the job to look at (default: nightly)", false},
    {"max-age", "HOURS", "how old the last good run may be (default: 26)", false},
    {NULL, NULL, NULL, false},
};

const struct command command_status = {
    .name = "status",
    .arguments = "",
    .summary = "tells how the last run went and how old the last good one is",
    .details =
        "Exits with 1 when the last good run of the job is older than --max-age, or when there is "
        "none.",
    .options = status_options,
    .run = run_status,
};

/* ---- history ---- */

static int
print_runs(struct invocation *i, const struct journal_runs *runs, struct fault *f)
{
    static const struct grid_column columns[] = {
        {"run", GRID_NUMBER},
        {"job", GRID_TEXT},
        {"state", GRID_TEXT},
        {"started", GRID_TIME},
        {"ended", GRID_TIME},
        {"exit_code", GRID_NUMBER},
        {"message", GRID_TEXT},
    };
    struct grid g;
    int rc = 0;

    grid_init(&g, columns, COUNT(columns), i->json);
    for (size_t k = 0; rc == 0 && k < runs->count; k++) {
        const struct journal_run *r = &runs->items[k];
        const struct value row[] = {value_int(r->id), value_text(r->job),
            value_text(journal_state_names[r->state]), moment_or_null(r->started_utc),
            moment_or_null(r->ended_utc), value_int(r->exit_code), value_text(r->message)};

        rc = grid_add(&g, row, f);
    }
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}

static int
print_steps(struct invocation *i, const struct journal_steps *steps, struct fault *f)
{
    static const struct grid_column columns[] = {
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
    struct grid g;
    int rc = 0;

    grid_init(&g, columns, COUNT(columns), i->json);
    for (size_t k = 0; rc == 0 && k < steps->count; k++) {
        const struct journal_step *s = &steps->items[k];
        const struct value row[] = {value_int(s->run), value_text(s->name),
            value_text(journal_state_names[s->state]), value_text(s->target),
            moment_or_null(s->started_utc), value_int(s->rows), value_int(s->bytes),
            value_float((double)(int64_t)(s->seconds * 100) / 100), value_text(s->message)};

        rc = grid_add(&g, row, f);
    }
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}

static int
print_history(struct invocation *i, struct journal *journal, struct fault *f)
{
    struct journal_runs runs;
    struct journal_steps steps;
    int64_t run = 0, limit = HISTORY_RUNS;

    if (invocation_number(i, "run", 1, INT64_MAX, &run, f) != 0 ||
        invocation_number(i, "limit", 1, INT32_MAX, &limit, f) != 0)
        return -1;
    if (run > 0)
        return journal_read_steps(journal, run, &i->memory, &steps, f) == 0
                   ? print_steps(i, &steps, f)
                   : -1;
    return journal_read_runs(
               journal, invocation_option(i, "job"), (size_t)limit, &i->memory, &runs, f) == 0
               ? print_runs(i, &runs, f)
               : -1;
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

static const struct command_option history_options[] = {
    {"job", "NAME", "only runs of this job", false},
    {"run", "ID", "the steps of this run instead", false},
    {"limit", "N", "at most so many runs (default: 20)", false},
    {NULL, NULL, NULL, false},
};

const struct command command_history = {
    .name = "history",
    .arguments = "",
    .summary = "lists past runs, or the steps of one",
    .options = history_options,
    .run = run_history,
};
