/*
 * aftermath: what others are told of a run when it has ended: a JSON summary, metrics for
 * Prometheus, and a command when it failed. None of it changes how the run ended.
 */
#ifndef ETL_PIPELINE_AFTERMATH_H
#define ETL_PIPELINE_AFTERMATH_H

#include "config/base/text.h"
#include "etl/pipeline/run.h"

/* How a run ended. Everything is borrowed. */
struct run_outcome {
    const struct job *job;
    const struct run_report *report;
    const struct fault *fault; /* NULL: it did not fail */
    int64_t ended_utc;
};

/*
 * Adds the summary, one JSON object in one line without its end: summary (true), run (null when it
 * never began), job, state, exit_code, started, ended, seconds of work, rows, bytes, steps,
 * failed_step and message (null unless it failed), hint.
 */
int aftermath_summary(const struct run_outcome *o, struct text *json, struct fault *f);

/*
 * Adds the metrics of all jobs of the journal in the text format of Prometheus (Prometheus
 * documentation, "Exposition formats"): the last run's end, exit code, seconds, rows and bytes, and
 * the end of the last good run, which a job that never succeeded does not have.
 */
int aftermath_metrics(struct journal *journal, struct text *metrics, struct fault *f);

/* Writes the metrics and calls the command as the settings say; what fails is a warning in the log.
 * A run that found another one alive is no failure. */
void aftermath_tell(const struct site *site, const struct run_outcome *o, const char *summary);

#endif
