/*
 * unit: carrying out one unit of a plan. Each may be done again after a crash at any point.
 */
#ifndef ETL_PIPELINE_UNIT_H
#define ETL_PIPELINE_UNIT_H

#include "etl/dump/proof.h"
#include "etl/pipeline/plan.h"
#include "etl/site/site.h"

/* What the units of one run share. */
struct run_context {
    struct site *site;
    const struct job *job;
    struct definition definition;   /* as it is at the start of the run */
    int64_t run;                    /* id */
    const char *set;                /* what its containers have in common */
    const char **failed_activities; /* these are left alone by the rest of the run */
    size_t failed_count;
    struct fault first_failure; /* of an activity; kind FAULT_NONE: none */
    bool wrote_containers;
    struct proof
        *proof; /* of what lies in the store; opened when first wanted, proof_close at the end */
    struct arena memory;
};

struct unit_result {
    int64_t rows;
    int64_t bytes;
    const char
        *message; /* what there is to say beyond the numbers; in the context's arena, or NULL */
    bool skipped;
    bool warned;
    bool failed; /* for an activity, which is left alone from now on */
};

/* Does the unit. An activity's failure is kept in the context and does not fail the unit. */
int unit_apply(struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f);

#endif
