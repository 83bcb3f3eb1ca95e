#include "etl/command/jobs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/moment.h"
#include "etl/command/grid.h"
#include "etl/command/output.h"
#include "etl/command/plan_table.h"
#include "etl/pipeline/aftermath.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the table of what was done ---- */

static const char *
format_seconds(double seconds, char room[32])
{
    snprintf(room, 32, "%.2f", seconds);
    return room;
}

static const struct grid_column columns[] = {
    {"run", GRID_NUMBER},
    {"step", GRID_TEXT},
    {"state", GRID_TEXT},
    {"on", GRID_TEXT},
    {"rows", GRID_NUMBER},
    {"bytes", GRID_NUMBER},
    {"seconds", GRID_NUMBER},
    {"message", GRID_TEXT},
};

/* Of aftermath_summary. */
static const struct grid_column summary_columns[] = {
    {"summary", GRID_FLAG},
    {"run", GRID_NUMBER},
    {"job", GRID_TEXT},
    {"state", GRID_TEXT},
    {"exit_code", GRID_NUMBER},
    {"started", GRID_TIME},
    {"ended", GRID_TIME},
    {"seconds", GRID_NUMBER},
    {"rows", GRID_NUMBER},
    {"bytes", GRID_NUMBER},
    {"steps", GRID_NUMBER},
    {"failed_step", GRID_TEXT},
    {"message", GRID_TEXT},
    {"hint", GRID_TEXT},
};

const struct command_fields jobs_fields[] = {
    COMMAND_FIELDS("a step", columns),
    COMMAND_FIELDS("the run, last", summary_columns),
    {"a step, with --plan", plan_table_columns, 0},
    {0},
};

static int
print_report(struct invocation *i, const struct run_report *r, struct fault *f)
{
    char room[32];
    struct grid g;
    int rc = 0;

    grid_init(&g, columns, COUNT(columns), i->json);
    for (size_t k = 0; rc == 0 && k < r->step_count; k++) {
        const struct journal_step *s = &r->steps[k];
        const char *seconds = format_seconds(s->seconds, room);
        const struct value row[] = {value_int(s->run), value_text(s->name),
            value_text(journal_state_names[s->state]), value_text(s->target), value_int(s->rows),
            value_int(s->bytes), i->json ? grid_seconds(s->seconds) : value_text(seconds),
            value_text(s->message)};

        rc = grid_add(&g, row, f);
    }
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}

/* ---- asking ---- */

static enum run_answer
ask_on_terminal(void *state, const struct unit *u)
{
    struct invocation *i = state;
    struct fault unread = FAULT_INIT;
    char line[64];

    /* What cannot be told here is told by the step itself. */
    if (plan_table_explain(&i->site, u, &unread) != 0)
        log_debug("%s", unread.text);
    if (u->target_count == 0)
        fprintf(stderr, "    nothing matches: the step does nothing\n");
    for (;;) {
        fprintf(stderr, "%s: %s", u->name, unit_verb(u->kind));
        for (size_t k = 0; k < u->target_count; k++)
            fprintf(stderr, "%s %s", k == 0 ? "" : ",", u->targets[k]);
        fprintf(stderr, " -- run, skip or stop? ");
        if (fgets(line, sizeof line, stdin) == NULL)
            snprintf(line, sizeof line, "stop\n");
        if (!isatty(STDIN_FILENO))
            fputs(line, stderr);
        if (strcmp(line, "stop\n") == 0)
            return STOP_HERE;
        if (strcmp(line, "run\n") == 0 || strcmp(line, "r\n") == 0)
            return RUN_IT;
        if (strcmp(line, "skip\n") == 0 || strcmp(line, "s\n") == 0)
            return SKIP_IT;
        fprintf(stderr, "say run (or r), skip (or s), or stop\n");
    }
}

/* ---- running ---- */

/* One line of JSON where programs read, and what the settings say about metrics and failures. */
static int
tell(struct invocation *i, const struct job *job, const struct run_report *report,
    const struct fault *failure, struct fault *f)
{
    const struct run_outcome outcome = {
        .job = job, .report = report, .fault = failure, .ended_utc = clock_now()};
    struct text summary = TEXT_INIT;
    int rc = aftermath_summary(&outcome, &summary, f);

    if (rc == 0) {
        if (i->json)
            output_format("%s\n", text_get(&summary));
        log_object(text_get(&summary));
        text_add_char(&summary, '\n');
        aftermath_tell(&i->site, &outcome, text_get(&summary));
    }
    text_release(&summary);
    return rc;
}

static int
run_and_report(struct invocation *i, const struct job *job, const char *xml,
    const struct run_options *options, struct fault *f)
{
    struct site *site = invocation_site(i, f);
    struct run_report report = RUN_REPORT_INIT;
    struct fault printing = FAULT_INIT;
    bool warned;
    int rc;

    if (site == NULL)
        return COMMAND_FAILED;
    rc = run_job(site, job, xml, options, &report, f);
    /* What was done is told also when the run failed; its own fault comes first. */
    if (report.step_count > 0 && print_report(i, &report, rc == 0 ? f : &printing) != 0)
        rc = -1;
    if (tell(i, job, &report, rc == 0 ? NULL : f, &printing) != 0 && rc == 0) {
        *f = printing;
        rc = -1;
    }
    warned = report.warned;
    run_report_release(&report);
    return rc != 0 ? COMMAND_FAILED : warned ? COMMAND_WARNINGS : COMMAND_DONE;
}

static int
read_job(struct job *job, const char *source, const char *xml, struct fault *f)
{
    struct findings list = FINDINGS_INIT(source);
    int rc = job_read_text(job, xml, strlen(xml), &list, f);

    findings_log(&list);
    findings_release(&list);
    return rc;
}

static int
plan_or_run(struct invocation *i, const char *source, const char *xml,
    const struct run_options *options, struct fault *f)
{
    struct job job = JOB_INIT;
    int rc = read_job(&job, source, xml, f);

    if (rc == 0)
        rc = invocation_has(i, "plan") ? plan_table_print(i, &job, f)
                                       : run_and_report(i, &job, xml, options, f);
    job_release(&job);
    return rc;
}

int
jobs_run(struct invocation *i, const char *source, const char *xml, struct fault *f)
{
    const struct run_options options = {.only = invocation_option(i, "only"),
        .from = invocation_option(i, "from"),
        .resume = invocation_has(i, "resume"),
        .ask = invocation_has(i, "step") ? ask_on_terminal : NULL,
        .ask_state = i};

    return plan_or_run(i, source, xml, &options, f);
}

int
jobs_run_made(struct invocation *i, struct text *xml, struct fault *f)
{
    const struct run_options options = {.only = NULL};
    int rc = text_check(xml, f);

    if (rc == 0)
        rc = plan_or_run(i, i->command->name, text_get(xml), &options, f);
    text_release(xml);
    return rc;
}
