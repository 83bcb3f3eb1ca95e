/*
 * trend: what runs came to, and how long each took against the ones before it.
 */
#ifndef ETL_PIPELINE_TREND_H
#define ETL_PIPELINE_TREND_H

#include "etl/pipeline/journal.h"

/* What the steps of a run come to: rows treated, bytes written to the store, time of work. */
struct trend_sums {
    int64_t rows, bytes;
    double seconds;
    size_t steps; /* that were not skipped */
};

struct trend_sums trend_sum_up(const struct journal_step *steps, size_t count);

struct trend {
    struct trend_sums sums;
    bool is_known; /* at least TREND_LEAST good runs of the job, with as many steps, came before it
                    */
    double usual_seconds; /* the median of the newest TREND_RUNS of them */
    int percent;          /* how much longer than usual: 40, -12 */
};

enum { TREND_LEAST = 3, TREND_RUNS = 7 };

/* The trend of each run, from the runs that stand behind it in the list; in `memory`. NULL with a
 * fault. */
struct trend *trend_read(
    struct journal *j, const struct journal_runs *runs, struct arena *memory, struct fault *f);

#endif
