#include "etl/pipeline/selection.h"

#include <inttypes.h>
#include <string.h>

#include "config/base/log.h"

static bool
was_done(const struct journal_steps *done, const struct unit *u)
{
    for (size_t i = 0; i < done->count; i++) {
        const struct journal_step *s = &done->items[i];

        if (strcmp(s->name, u->name) == 0 &&
            (journal_is_good(s->state) || s->state == JOURNAL_SKIPPED))
            return true;
    }
    return false;
}

/* The parts of a step rely on each other: it is done when all of them are. */
static bool
step_was_done(
    const struct journal_steps *done, const struct plan *plan, const struct job_step *step)
{
    bool all = true;

    for (size_t i = 0; i < plan->unit_count; i++)
        all = all && (plan->units[i].step != step || was_done(done, &plan->units[i]));
    return all;
}

/* --only and --from must name something. */
static int
check_name(const struct plan *plan, const char *name, struct fault *f)
{
    for (size_t i = 0; i < plan->unit_count; i++) {
        if (name == NULL || unit_is(&plan->units[i], name))
            return 0;
    }
    if (name == NULL)
        return 0;
    fault_set(f, FAULT_USAGE, "the job has no step '%s'", name);
    return fault_hint(f, "--plan lists its steps");
}

/* The last run of this job, when it did not end well: what it has done is not done again. */
static int
read_done(struct journal *journal, const struct job *job, struct arena *memory,
    struct journal_steps *done, struct fault *f)
{
    struct journal_runs runs;

    if (journal_read_runs(journal, job->name, 1, memory, &runs, f) != 0)
        return -1;
    if (runs.count == 0 || journal_is_good(runs.items[0].state)) {
        log_info("nothing to resume: the last run of job '%s' was complete", job->name);
        return 0;
    }
    if (strcmp(runs.items[0].fingerprint, job->fingerprint) != 0) {
        fault_set(f, FAULT_SETTINGS, "job '%s' has changed since run %" PRId64, job->name,
            runs.items[0].id);
        return fault_hint(f, "run it without --resume, or put the file back as it was");
    }
    return journal_read_steps(journal, runs.items[0].id, memory, done, f);
}

/* A purge only after its facts were truncated: in this run, or by this job's unfinished one. */
static int
check_purges(const struct plan *plan, const struct journal_steps *done, const bool *selected,
    struct fault *f)
{
    for (size_t i = 0; i < plan->unit_count; i++) {
        bool truncated = false;

        if (!selected[i] || plan->units[i].kind != UNIT_PURGE)
            continue;
        for (size_t k = 0; k < i; k++)
            truncated = truncated || (plan->units[k].kind == UNIT_TRUNCATE &&
                                         (selected[k] || was_done(done, &plan->units[k])));
        if (!truncated) {
            fault_set(f, FAULT_SETTINGS,
                "step '%s' purges a cube whose facts were not truncated before (rule "
                "purge-after-truncate)",
                plan->units[i].name);
            return fault_hint(f, "run the job from its TruncateFacts step, or with --resume");
        }
    }
    return 0;
}

const bool *
selection_make(const struct run_options *o, const struct plan *plan, const struct job *job,
    struct journal *journal, struct arena *memory, struct fault *f)
{
    struct journal_steps done = {.count = 0};
    bool *selected = arena_array(memory, plan->unit_count + 1, sizeof *selected);
    bool begun = o->from == NULL;

    if (selected == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    if ((o->resume && read_done(journal, job, memory, &done, f) != 0) ||
        check_name(plan, o->only, f) != 0 || check_name(plan, o->from, f) != 0)
        return NULL;
    for (size_t i = 0; i < plan->unit_count; i++) {
        const struct unit *u = &plan->units[i];

        begun = begun || unit_is(u, o->from);
        selected[i] = begun && (o->only == NULL || unit_is(u, o->only)) &&
                      !step_was_done(&done, plan, u->step);
    }
    return check_purges(plan, &done, selected, f) == 0 ? selected : NULL;
}
