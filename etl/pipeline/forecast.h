/*
 * forecast: is there room for what a plan is going to write? Asked before its first step, for a
 * disk that fills up half-way is found out at the worst moment, when clearing up needs room too.
 */
#ifndef ETL_PIPELINE_FORECAST_H
#define ETL_PIPELINE_FORECAST_H

#include "backup/catalogue.h"
#include "etl/pipeline/plan.h"
#include "etl/site/site.h"

/* Something that grows, and the file system it grows on. */
struct forecast_place {
    const char *name; /* for people */
    uint64_t device;
    uint64_t free_bytes;
    uint64_t needed_bytes;
};

enum forecast_verdict { FORECAST_ROOMY, FORECAST_TIGHT, FORECAST_IMPOSSIBLE };

/* Needs on one file system add up. Impossible: not even half of it fits; tight: not twice of it,
 * or less than 64 MiB are left. */
enum forecast_verdict forecast_judge(
    const struct forecast_place *places, size_t count, uint64_t device);

/*
 * Judges a plan: backups into a store of files are expected as large as those of the same databases
 * were last time (as their database's file, when there was none); embedded databases grow by a
 * tenth. FAULT_IO when a file system clearly has no room for it, a warning in the log when it is
 * tight. Places that cannot be judged (servers, object stores) are left out.
 */
int forecast_check(struct site *site, const struct plan *plan, struct fault *f);

#endif
