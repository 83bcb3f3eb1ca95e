#include "etl/pipeline/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backup/catalogue.h"
#include "config/base/clock.h"
#include "config/base/interrupt.h"
#include "config/base/log.h"
#include "config/base/moment.h"
#include "etl/pipeline/forecast.h"
#include "etl/pipeline/lock.h"
#include "etl/pipeline/remains.h"
#include "etl/pipeline/selection.h"
#include "etl/pipeline/step_log.h"
#include "etl/pipeline/unit.h"

struct run {
    struct site *site;
    const struct run_options *options;
    struct run_report *report;
    struct journal *journal;
    struct lock lock;
    struct journal_run entry;
    struct run_context context;
    bool redoing; /* units of a dead run's step */
    struct step_log log;
};

void
run_report_release(struct run_report *r)
{
    arena_release(&r->memory);
    *r = (struct run_report)RUN_REPORT_INIT;
}

/* ---- one unit ---- */

static struct journal_step *
new_step(struct run *r, const struct unit *u, struct fault *f)
{
    struct run_report *report = r->report;
    struct journal_step *s =
        arena_append(&report->memory, &report->steps, &report->step_count, sizeof *s);
    const char *targets = unit_targets(u, &report->memory);

    if (s == NULL || targets == NULL ||
        (s->name = arena_printf(
             &report->memory, "%s%s", r->redoing ? REMAINS_REDO : "", u->name)) == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    s->run = r->entry.id;
    s->target = targets;
    s->fingerprint = arena_strdup(&report->memory, u->step->fingerprint);
    s->message = "";
    return s->fingerprint == NULL ? NULL : s;
}

/* "started" is durable before the unit acts, what became of it after. */
static int
run_unit(struct run *r, const struct unit *u, size_t number, struct fault *f)
{
    struct journal_step *s = new_step(r, u, f);
    struct fault noting = FAULT_INIT;
    struct unit_result result = {0};
    double start = clock_elapsed();
    int64_t handle;
    int rc;

    if (s == NULL || journal_begin_step(r->journal, s, &handle, f) != 0)
        return -1;
    step_log_begin(&r->log, u, s, number);
    rc = unit_apply(&r->context, u, &result, f);
    s->seconds = clock_elapsed() - start;
    s->rows = result.rows;
    s->bytes = result.bytes;
    s->state = rc != 0 || result.failed ? JOURNAL_FAILED
               : result.skipped         ? JOURNAL_SKIPPED
               : result.warned          ? JOURNAL_WARNED
                                        : JOURNAL_DONE;
    s->message = rc != 0          ? arena_strdup(&r->report->memory, f->text)
                 : result.message ? arena_strdup(&r->report->memory, result.message)
                                  : "";
    r->report->warned = r->report->warned || result.warned;
    if (s->message == NULL)
        s->message = "";
    if (journal_end_step(r->journal, handle, s, rc == 0 ? f : &noting) != 0 && rc == 0)
        return -1;
    step_log_end(&r->log, u, s);
    return rc == 0 ? 0 : fault_wrap(f, "step '%s'", u->name);
}

/* ---- what a dead run left ---- */

/* Does the whole step again that the unit belongs to: its parts rely on each other. */
static int
redo_step(struct run *r, const struct remains *dead, struct fault *f)
{
    struct findings list = FINDINGS_INIT("the dead run's job");
    struct job job = JOB_INIT;
    struct plan plan = PLAN_INIT;
    const struct job_step *step = NULL;
    int rc = job_read_text(&job, dead->run.xml, strlen(dead->run.xml), &list, f);

    if (rc == 0)
        rc = plan_make(&plan, &job, &r->site->settings, &r->context.definition, f);
    for (size_t i = 0; rc == 0 && i < plan.unit_count; i++) {
        if (strcmp(plan.units[i].name, dead->unit) == 0)
            step = plan.units[i].step;
    }
    for (size_t i = 0; rc == 0 && i < plan.unit_count; i++) {
        if (plan.units[i].step == step)
            rc = run_unit(r, &plan.units[i], 0, f);
    }
    plan_release(&plan);
    job_release(&job);
    findings_release(&list);
    return rc;
}

static int
recover(struct run *r, const struct remains *dead, struct fault *f)
{
    int rc;

    if (dead->run.id == 0)
        return 0;
    if (dead->run.xml[0] == '\0') {
        log_warning("run %" PRId64 " of job '%s' died and is not done again: its text holds a "
                    "password and was not kept",
            dead->run.id, dead->run.job);
        return 0;
    }
    if (dead->unit == NULL || dead->unit[0] == '\0') {
        log_warning(
            "run %" PRId64 " of job '%s' died between two steps", dead->run.id, dead->run.job);
        return 0;
    }
    log_warning("run %" PRId64 " of job '%s' died in step '%s', which is done again first",
        dead->run.id, dead->run.job, dead->unit);
    r->redoing = true;
    rc = redo_step(r, dead, f);
    r->redoing = false;
    return rc;
}

/* ---- the job ---- */

/* A failure that the step says to go on after is kept as the run's first one. */
static int
keep_going(struct run *r, const struct unit *u, struct fault *f)
{
    if (!u->step->continue_on_error || f->kind == FAULT_INTERRUPTED || f->kind == FAULT_TERMINATED)
        return -1;
    log_fault(f);
    if (r->context.first_failure.kind == FAULT_NONE)
        r->context.first_failure = *f;
    fault_clear(f);
    return 0;
}

static int
run_units(struct run *r, const struct plan *plan, const bool *selected, struct fault *f)
{
    const struct run_options *o = r->options;

    for (size_t i = 0; i < plan->unit_count; i++) {
        const struct unit *u = &plan->units[i];
        enum run_answer answer = RUN_IT;

        if (!selected[i])
            continue;
        if (interrupt_check(f) != 0 || claim_check(&r->lock.claim, f) != 0)
            return -1;
        if (o->ask != NULL)
            answer = o->ask(o->ask_state, u);
        if (answer == STOP_HERE)
            return fault_set(f, FAULT_INTERRUPTED, "stopped before step '%s'", u->name);
        if (answer == RUN_IT && run_unit(r, u, i + 1, f) != 0 && keep_going(r, u, f) != 0)
            return -1;
        arena_trim();
    }
    return 0;
}

/* Puts the run into the store's catalogue, so that its containers are known as a set. */
static int
catalogue_run(struct run *r, const struct job *job, bool complete, struct fault *f)
{
    struct store *store = site_store(r->site, f);
    struct catalogue_entry entry = {.kind = CATALOGUE_RUN,
        .added_utc = clock_now(),
        .job = job->name,
        .run = r->entry.id,
        .complete = complete,
        .started_utc = r->entry.started_utc,
        .ended_utc = clock_now()};

    return store == NULL ? -1 : catalogue_add(store, &entry, f);
}

/* What will be done, decided before anything is touched or noted: a job that cannot run leaves no
 * trace. */
static int
prepare(
    struct run *r, const struct job *job, struct plan *plan, const bool **selected, struct fault *f)
{
    if (site_definition(r->site, &r->context.definition, f) != 0 ||
        plan_make(plan, job, &r->site->settings, &r->context.definition, f) != 0)
        return -1;
    if (r->context.definition.activity_count == 0)
        log_info("no activity is deployed yet (nightcube deploy DEF.xml)");
    *selected = selection_make(r->options, plan, job, r->journal, &r->report->memory, f);
    return *selected == NULL ? -1 : 0;
}

static int
run_planned(struct run *r, const struct plan *plan, const bool *selected, struct fault *f)
{
    /* Refused for want of room is a run that failed: somebody must hear of it. */
    if (forecast_check(r->site, plan, f) != 0 || run_units(r, plan, selected, f) != 0)
        return -1;
    if (r->context.first_failure.kind == FAULT_NONE)
        return 0;
    *f = r->context.first_failure;
    return -1;
}

/* Run ids rise even when the state directory is lost: the store remembers the highest. */
static int
highest_run(struct site *site, int64_t *highest, struct fault *f)
{
    const struct catalogue *catalogue = site_catalogue(site, f);

    *highest = 0;
    for (size_t i = 0; catalogue != NULL && i < catalogue->count; i++) {
        if (catalogue->entries[i].run > *highest)
            *highest = catalogue->entries[i].run;
    }
    return catalogue == NULL ? -1 : 0;
}

static int
begin(struct run *r, const struct job *job, const char *xml, struct fault *f)
{
    char stamp[MOMENT_TEXT_BYTES];
    int64_t floor;

    r->entry.job = job->name;
    r->entry.fingerprint = job->fingerprint;
    r->entry.xml = job->has_password ? "" : xml;
    if (highest_run(r->site, &floor, f) != 0 ||
        journal_begin_run(r->journal, &r->entry, floor, f) != 0)
        return -1;
    r->report->id = r->entry.id;
    r->report->started_utc = r->entry.started_utc;
    r->context.site = r->site;
    r->context.job = job;
    r->context.run = r->entry.id;
    r->context.set = arena_printf(&r->context.memory, "%s-r%" PRId64,
        moment_format_stamp(r->entry.started_utc, stamp), r->entry.id);
    return r->context.set == NULL ? fault_set_memory(f) : 0;
}

/* With its cure: whoever reads the journal has no log at hand. */
static const char *
failure_of(struct run *r, const struct fault *f)
{
    const char *both =
        f->hint[0] == '\0' ? NULL : arena_printf(&r->context.memory, "%s (%s)", f->text, f->hint);

    return both == NULL ? f->text : both;
}

/* Notes how the run ended. A failure to note must not hide the run's own. */
static int
end(struct run *r, const struct job *job, int rc, struct fault *f)
{
    struct fault noting = FAULT_INIT;
    struct fault *g = rc == 0 ? f : &noting;

    r->entry.state = rc != 0 ? JOURNAL_FAILED : r->report->warned ? JOURNAL_WARNED : JOURNAL_DONE;
    r->entry.exit_code = rc != 0 ? fault_exit_code(f->kind)
                                 : fault_exit_code(r->report->warned ? FAULT_WARNING : FAULT_NONE);
    r->entry.message = rc != 0 ? failure_of(r, f) : "";
    if (r->context.wrote_containers && catalogue_run(r, job, rc == 0, g) != 0)
        rc = -1;
    if (journal_end_run(r->journal, &r->entry, g) != 0)
        rc = -1;
    return rc;
}

int
run_job(struct site *site, const struct job *job, const char *xml,
    const struct run_options *options, struct run_report *report, struct fault *f)
{
    struct run r = {.site = site, .options = options, .report = report, .lock = LOCK_INIT};
    struct plan plan = PLAN_INIT;
    const bool *selected = NULL;
    struct remains dead;
    int rc = lock_take_site(&r.lock, site, job->name, f);

    if (rc == 0 && (r.journal = journal_open(site->settings.state_directory, f)) == NULL)
        rc = -1;
    if (rc == 0)
        rc = prepare(&r, job, &plan, &selected, f);
    if (rc == 0)
        rc = remains_find(&dead, r.journal, &report->memory, f);
    if (rc == 0)
        rc = journal_bury(r.journal, f);
    if (rc == 0 && (rc = begin(&r, job, xml, f)) == 0) {
        step_log_begin_run(&r.log, r.entry.id, job->name);
        rc = recover(&r, &dead, f);
        if (rc == 0)
            rc = run_planned(&r, &plan, selected, f);
        rc = end(&r, job, rc, f);
        step_log_end_run(&r.log);
    }
    proof_close(r.context.proof);
    plan_release(&plan);
    definition_release(&r.context.definition);
    arena_release(&r.context.memory);
    journal_close(r.journal);
    lock_release(&r.lock);
    return rc;
}
