/*
 * selection: which units of a plan a run does: --only, --from, --resume.
 */
#ifndef ETL_PIPELINE_SELECTION_H
#define ETL_PIPELINE_SELECTION_H

#include "etl/pipeline/journal.h"
#include "etl/pipeline/plan.h"
#include "etl/pipeline/run.h"

/* A flag for each unit of the plan, in `memory`. With --resume what the job's unfinished run did is
 * left out, whole steps of it. NULL: FAULT_USAGE for a step that there is not, FAULT_SETTINGS for a
 * job that has changed since, or for a purge whose facts were not truncated before. */
const bool *selection_make(const struct run_options *o, const struct plan *plan,
    const struct job *job, struct journal *journal, struct arena *memory, struct fault *f);

#endif
