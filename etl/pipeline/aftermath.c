#include "etl/pipeline/aftermath.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/base/file.h"
#include "config/base/log.h"
#include "config/base/moment.h"
#include "etl/pipeline/hook.h"
#include "etl/pipeline/trend.h"

enum { HOOK_SECONDS = 60, METRICS_RUNS = 1000, METRICS_JOBS = 64 };

/* ---- the summary ---- */

static enum journal_state
state_of(const struct run_outcome *o)
{
    if (o->fault != NULL)
        return JOURNAL_FAILED;
    return o->report->warned ? JOURNAL_WARNED : JOURNAL_DONE;
}

static const char *
failed_step(const struct run_report *r)
{
    for (size_t i = 0; i < r->step_count; i++) {
        if (r->steps[i].state == JOURNAL_FAILED)
            return r->steps[i].name;
    }
    return NULL;
}

/* A text; what is not UTF-8 has no place in JSON. */
static json_t *
text_or_null(const char *text)
{
    json_t *value = text == NULL || text[0] == '\0' ? json_null() : json_string(text);

    return value == NULL ? json_string("not UTF-8") : value;
}

static json_t *
time_or_null(int64_t moment)
{
    char text[MOMENT_TEXT_BYTES];

    return moment == 0 ? json_null() : json_string(moment_format(moment, text));
}

int
aftermath_summary(const struct run_outcome *o, struct text *json, struct fault *f)
{
    const struct run_report *r = o->report;
    struct trend_sums sums = trend_sum_up(r->steps, r->step_count);
    int exit_code = o->fault != NULL ? fault_exit_code(o->fault->kind)
                                     : fault_exit_code(r->warned ? FAULT_WARNING : FAULT_NONE);
    json_t *object =
        json_pack("{s:b, s:o, s:o, s:s, s:i, s:o, s:o, s:f, s:I, s:I, s:I, s:o, s:o, s:o}",
            "summary", 1, "run", r->id > 0 ? json_integer(r->id) : json_null(), "job",
            text_or_null(o->job->name), "state", journal_state_names[state_of(o)], "exit_code",
            exit_code, "started", time_or_null(r->started_utc), "ended", time_or_null(o->ended_utc),
            "seconds", sums.seconds, "rows", (json_int_t)sums.rows, "bytes", (json_int_t)sums.bytes,
            "steps", (json_int_t)r->step_count, "failed_step", text_or_null(failed_step(r)),
            "message", text_or_null(o->fault == NULL ? NULL : o->fault->text), "hint",
            text_or_null(o->fault == NULL ? NULL : o->fault->hint));
    char *line = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);

    if (line != NULL)
        text_add(json, line);
    json_decref(object);
    if (line == NULL)
        return fault_set_memory(f);
    free(line);
    return text_check(json, f);
}

/* ---- metrics ---- */

/* One job: its newest run that ended, and its newest good one. */
struct job_metrics {
    const struct journal_run *last;
    const struct journal_run *good;
    struct trend_sums sums;
};

static struct job_metrics *
job_of(struct job_metrics *jobs, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(jobs[i].last->job, name) == 0)
            return &jobs[i];
    }
    return *count < METRICS_JOBS ? &jobs[(*count)++] : NULL;
}

static int
gather(struct journal *journal, struct arena *memory, const struct journal_runs *runs,
    struct job_metrics *jobs, size_t *count, struct fault *f)
{
    for (size_t i = 0; i < runs->count; i++) {
        const struct journal_run *run = &runs->items[i];
        struct job_metrics *j = run->ended_utc == 0 ? NULL : job_of(jobs, count, run->job);
        struct journal_steps steps;

        if (j == NULL)
            continue;
        if (j->last == NULL) {
            j->last = run;
            if (journal_read_steps(journal, run->id, memory, &steps, f) != 0)
                return -1;
            j->sums = trend_sum_up(steps.items, steps.count);
        }
        if (j->good == NULL && journal_is_good(run->state))
            j->good = run;
    }
    return 0;
}

/* A label's value: backslash, quote and line end are escaped. */
static void
add_label(struct text *t, const char *value)
{
    for (; *value != '\0'; value++) {
        if (*value == '\\' || *value == '"')
            text_add_char(t, '\\');
        if (*value == '\n')
            text_add(t, "\\n");
        else
            text_add_char(t, *value);
    }
}

static double
end_of(const struct job_metrics *j)
{
    return (double)j->last->ended_utc / 1e6;
}

static double
code_of(const struct job_metrics *j)
{
    return j->last->exit_code;
}

static double
seconds_of(const struct job_metrics *j)
{
    return j->sums.seconds;
}

static double
rows_of(const struct job_metrics *j)
{
    return (double)j->sums.rows;
}

static double
bytes_of(const struct job_metrics *j)
{
    return (double)j->sums.bytes;
}

static double
success_of(const struct job_metrics *j)
{
    return (double)j->good->ended_utc / 1e6;
}

static const struct {
    const char *name;
    const char *help;
    double (*of)(const struct job_metrics *j);
    bool of_good;
} metrics_list[] = {
    {"nightcube_last_run_timestamp_seconds", "End of the last run.", end_of, false},
    {"nightcube_last_run_exit_code", "Exit code of the last run.", code_of, false},
    {"nightcube_last_run_duration_seconds", "Time of work of the last run.", seconds_of, false},
    {"nightcube_last_run_rows", "Rows that the last run treated.", rows_of, false},
    {"nightcube_last_run_bytes", "Bytes that the last run wrote to the store.", bytes_of, false},
    {"nightcube_last_success_timestamp_seconds", "End of the last good run.", success_of, true},
};

int
aftermath_metrics(struct journal *journal, struct text *metrics, struct fault *f)
{
    struct job_metrics jobs[METRICS_JOBS] = {{.last = NULL}};
    struct arena memory = ARENA_INIT;
    struct journal_runs runs;
    size_t count = 0;
    int rc = journal_read_runs(journal, NULL, METRICS_RUNS, &memory, &runs, f);

    if (rc == 0)
        rc = gather(journal, &memory, &runs, jobs, &count, f);
    for (size_t m = 0; rc == 0 && m < sizeof metrics_list / sizeof *metrics_list; m++) {
        text_add_format(metrics, "# HELP %s %s\n# TYPE %s gauge\n", metrics_list[m].name,
            metrics_list[m].help, metrics_list[m].name);
        for (size_t i = 0; i < count; i++) {
            if (metrics_list[m].of_good && jobs[i].good == NULL)
                continue;
            text_add_format(metrics, "%s{job=\"", metrics_list[m].name);
            add_label(metrics, jobs[i].last->job);
            text_add_format(metrics, "\"} %.15g\n", metrics_list[m].of(&jobs[i]));
        }
    }
    arena_release(&memory);
    return rc == 0 ? text_check(metrics, f) : -1;
}

/* The collector runs under another account: the file is for everybody to read. */
static int
write_metrics(const struct site *site, struct fault *f)
{
    const char *path = site->settings.metrics_file;
    struct journal *journal = journal_open(site->settings.state_directory, f);
    struct text metrics = TEXT_INIT;
    int rc = journal == NULL ? -1 : aftermath_metrics(journal, &metrics, f);

    if (rc == 0)
        rc = file_write_all(path, text_get(&metrics), metrics.length, 0644, f);
    if (rc == 0 && chmod(path, 0644) != 0)
        rc = fault_set(f, FAULT_IO, "cannot let others read '%s'", path);
    journal_close(journal);
    text_release(&metrics);
    return rc;
}

/* ---- telling ---- */

void
aftermath_tell(const struct site *site, const struct run_outcome *o, const char *summary)
{
    struct fault f = FAULT_INIT;

    if (o->fault != NULL && o->fault->kind == FAULT_LOCKED)
        return;
    if (site->settings.metrics_file != NULL && write_metrics(site, &f) != 0)
        log_warning("the metrics were not written: %s", f.text);
    if (o->fault != NULL && site->settings.on_failure != NULL &&
        hook_run(site->settings.on_failure, summary, HOOK_SECONDS, &f) != 0)
        log_warning("nobody may have been told of the failure: %s", f.text);
}
