/*
 * task: the window of completed records that an analysis of a cube covers, in
 * bam_Metadata_AnalysisTasks, and the snapshot of the active instances taken with it.
 */
#ifndef ETL_STAR_TASK_H
#define ETL_STAR_TASK_H

#include "etl/odbc/db.h"
#include "etl/star/shape.h"

struct task {
    int64_t min_record; /* both inclusive; min > max: no new records */
    int64_t max_record;
    bool first; /* the cube was never analysed since it was deployed */
};

/*
 * Begins an analysis: holds the writers for a moment, copies the visible active instances into the
 * cube's snapshot table and fixes the window (last analysed record + 1 to the highest there is).
 * Record numbers are given before their rows are committed, so only this hold makes the window
 * complete.
 */
int task_begin(struct db *primary, struct star *s, struct task *t, struct fault *f);

/* The analysis is in the star schema: its last record counts for the archiving watermark. */
int task_end(struct db *primary, const struct star *s, struct fault *f);

/* Forgets all analyses: the next window begins at `from_record`. Durable before anything is
 * truncated, so that a crash between the two loses nothing. */
int task_reset(struct db *primary, const struct star *s, int64_t from_record, struct fault *f);

/* The highest RecordID the cube's activity has ever given. */
int task_highest_record(struct db *primary, const struct star *s, int64_t *record, struct fault *f);

#endif
