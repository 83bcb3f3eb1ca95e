/*
 * sealing: what becomes of segments when a part is written: several are merged into one, and it
 * gets its aggregates. In a thread of its own, while the caller goes on.
 */
#ifndef CUBE_SEALING_H
#define CUBE_SEALING_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "cube/manifest.h"

struct sealing {
    unsigned per_cent; /* of the segment's size: what aggregates may take */
    unsigned threads;
    uint64_t memory_bytes; /* what aggregates may take while they are made */
    /* private */
    const struct cube_model *model;
    const char *folder;
    struct manifest_segment *pieces; /* owned */
    size_t count;
    struct segment *merged; /* the one piece, when it is open already */
    uint64_t next_number;
    pthread_t thread;
    bool running;
    int rc;
    struct fault fault;
};

/* With as many threads as there are processors, and a gibibyte of memory. */
void sealing_init(struct sealing *s, unsigned per_cent);
void sealing_release(struct sealing *s); /* waits */

/*
 * Begins to make one segment of `count` (at least 1) segments in a cube's folder, and its
 * aggregates; those it had go when the budget is 0. Merged segments take numbers from
 * `first_number` on, fewer than `count`. `model` and `folder` are borrowed until the end. What was
 * begun before must be finished.
 */
int sealing_begin(struct sealing *s, const struct cube_model *model, const char *folder,
    const struct manifest_segment *pieces, size_t count, uint64_t first_number, struct fault *f);

/* Waits until all is done and tells the one segment; without anything begun it does nothing. 0, or
 * -1 with what failed. */
int sealing_finish(struct sealing *s, struct manifest_segment *sealed, struct fault *f);

/* Opens and verifies a segment that a manifest names. NULL: FAULT_DATA, ... */
struct segment *sealing_open(const struct manifest_segment *known, const struct cube_model *model,
    const char *folder, struct fault *f);

/*
 * Merges segments, at most MERGE_LIMIT, into the one `merged->number` says, and fills in the rest.
 * What it holds together is compared with what they do, to the last bit: FAULT_INTERNAL. Returns
 * the new segment, verified, owned by the caller; NULL with a fault.
 */
struct segment *sealing_merge(const struct manifest_segment *pieces, size_t count,
    const struct cube_model *model, const char *folder, struct manifest_segment *merged,
    struct fault *f);

#endif
