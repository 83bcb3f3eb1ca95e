#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/moment.h"
#include "etl/command/command.h"
#include "etl/command/grid.h"
#include "etl/pipeline/journal.h"
#include "etl/pipeline/trend.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MAX_AGE_HOURS = 26, RUNS_LOOKED_AT = 1000, TRENDS_LOOKED_AT = 30 };

/* The newest run that ended well; NULL when none did. */
static const struct journal_run *
last_good(const struct journal_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++) {
        if (journal_is_good(runs->items[i].state))
            return &runs->items[i];
    }
    return NULL;
}

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
    {"rows", GRID_NUMBER},
    {"bytes", GRID_NUMBER},
    {"seconds", GRID_NUMBER},
    {"usual_seconds", GRID_NUMBER},
    {"trend_percent", GRID_NUMBER},
    {"message", GRID_TEXT},
};

static int
print_status(struct invocation *i, const char *job, const struct journal_runs *runs,
    const struct trend *trends, double max_age, struct fault *f)
{
    const struct journal_run *last = runs->count > 0 ? &runs->items[0] : NULL;
    const struct journal_run *good = last_good(runs);
    double age = good == NULL ? 0 : (double)(clock_now() - good->ended_utc) / 3.6e9;
    bool fresh = good != NULL && age <= max_age;
    const struct value row[] = {value_text(job), last == NULL ? value_null() : value_int(last->id),
        value_text(last == NULL ? "never run" : journal_state_names[last->state]),
        grid_time(last == NULL ? 0 : last->started_utc),
        grid_time(last == NULL ? 0 : last->ended_utc),
        good == NULL ? value_null() : value_int(good->id),
        grid_time(good == NULL ? 0 : good->ended_utc),
        good == NULL ? value_null() : value_float((double)(int64_t)(age * 10) / 10),
        grid_flag(fresh), last == NULL ? value_null() : value_int(trends[0].sums.rows),
        last == NULL ? value_null() : value_int(trends[0].sums.bytes),
        last == NULL ? value_null() : grid_seconds(trends[0].sums.seconds),
        trends[0].is_known ? grid_seconds(trends[0].usual_seconds) : value_null(),
        trends[0].is_known ? value_int(trends[0].percent) : value_null(),
        value_text(last == NULL ? "" : last->message)};

    if (grid_print_one(columns, COUNT(columns), i->json, row, f) != 0)
        return COMMAND_FAILED;
    if (fresh)
        return COMMAND_DONE;
    log_warning("job '%s' has no good run of the last %g hours", job, max_age);
    return COMMAND_WARNINGS;
}

/* Of the newest ones, as far as the last one's needs. */
static struct trend *
read_trends(
    struct journal *j, const struct journal_runs *runs, struct arena *memory, struct fault *f)
{
    const struct journal_runs newest = {.items = runs->items,
        .count = runs->count < TRENDS_LOOKED_AT ? runs->count : TRENDS_LOOKED_AT};

    return trend_read(j, &newest, memory, f);
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
    struct trend *trends;
    double max_age;
    int rc = COMMAND_FAILED;

    if (site == NULL || read_max_age(i, &max_age, f) != 0 ||
        (journal = journal_open(site->settings.state_directory, f)) == NULL)
        return COMMAND_FAILED;
    job = job == NULL ? "nightly" : job;
    if (journal_read_runs(journal, job, RUNS_LOOKED_AT, &i->memory, &runs, f) == 0 &&
        (trends = read_trends(journal, &runs, &i->memory, f)) != NULL)
        rc = print_status(i, job, &runs, trends, max_age, f);
    journal_close(journal);
    return rc;
}

static const struct command_option status_options[] = {
    {"job", "NAME", "the job to look at (default: nightly)", false},
    {"max-age", "HOURS", "how old the last good run may be (default: 26)", false},
    {NULL, NULL, NULL, false},
};

const struct command command_status = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS(NULL, columns), {0}},
    .name = "status",
    .arguments = "",
    .summary = "tells how the last run went and how old the last good one is",
    .details =
        "Exits with 1 when the last good run of the job is older than --max-age, or when there is "
        "none.\n\n"
        "usual_seconds is the median of the good runs before the last one (at most seven, at least "
        "three), trend_percent how much longer the last one took.",
    .options = status_options,
    .run = run_status,
};
