/*
 * jobs: what the commands that run a job have in common: reading it, running or planning it, the
 * table of its steps.
 */
#ifndef ETL_COMMAND_JOBS_H
#define ETL_COMMAND_JOBS_H

#include "etl/command/command.h"
#include "etl/pipeline/run.h"

/* An option of every command that runs steps, and those of one that runs a whole job. */
#define JOB_OPTION_PLAN                                                                            \
    {                                                                                              \
        "plan", NULL, "print the resolved steps and touch nothing", false                          \
    }
#define JOB_OPTION_ROWS                                                                            \
    JOB_OPTION_PLAN,                                                                               \
        {"only", "STEP", "run only this step, or one part of it (maintain/copy)", false},          \
        {"from", "STEP", "begin with this step", false},                                           \
        {"step", NULL, "ask before each step: run, skip or stop", false},                          \
    {                                                                                              \
        "resume", NULL, "go on with the last run of this job: skip what it has done", false        \
    }

/* What these commands print. */
extern const struct command_fields jobs_fields[];

/* Runs the job in `xml` (borrowed; `source` is its name for messages) as the options say, and
 * prints the table of its steps, or its plan. */
int jobs_run(struct invocation *i, const char *source, const char *xml, struct fault *f);

/* The same for a job of one or more steps that a command makes up, with no option but --plan. `xml`
 * is released. */
int jobs_run_made(struct invocation *i, struct text *xml, struct fault *f);

#endif
