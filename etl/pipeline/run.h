/*
 * run: a job carried out: lock, recover what a dead run left, plan, and then each unit with its
 * journal entries.
 */
#ifndef ETL_PIPELINE_RUN_H
#define ETL_PIPELINE_RUN_H

#include "config/base/fault.h"
#include "config/job/job.h"
#include "etl/pipeline/journal.h"
#include "etl/pipeline/plan.h"
#include "etl/site/site.h"

enum run_answer { RUN_IT, SKIP_IT, STOP_HERE };

struct run_options {
    const char *only; /* a step or unit; NULL: all */
    const char *from; /* the first step or unit; NULL: the first there is */
    bool resume;      /* go on with the last run of this job: skip what it has done */
    /* Asked before each unit; NULL: nobody is. */
    enum run_answer (*ask)(void *state, const struct unit *u);
    void *ask_state;
};

/* What became of the run, for the table at its end. */
struct run_report {
    struct arena memory;
    int64_t id;          /* 0: it never began */
    int64_t started_utc; /* moment */
    struct journal_step *steps;
    size_t step_count;
    bool warned;
};

#define RUN_REPORT_INIT                                                                            \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

void run_report_release(struct run_report *r);

/*
 * Carries the job out. `xml` is its text, kept in the journal so that a later run can finish what
 * this one leaves when it dies. Before its own job, a run finishes or redoes the step that a dead
 * run had begun. Returns 0 (look at report->warned), or -1 with the first failure; the report is
 * filled in any case. FAULT_LOCKED while another run is alive; FAULT_SETTINGS when a job to resume
 * has changed since.
 */
int run_job(struct site *site, const struct job *job, const char *xml,
    const struct run_options *options, struct run_report *report, struct fault *f);

#endif
