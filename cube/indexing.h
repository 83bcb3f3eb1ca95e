/*
 * indexing: makes a segment's aggregates in a thread of its own, while its caller goes on.
 */
#ifndef CUBE_INDEXING_H
#define CUBE_INDEXING_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/text.h"
#include "cube/model.h"
#include "cube/segment.h"

struct indexing {
    unsigned per_cent; /* of the segment's size: what aggregates may take */
    unsigned threads;
    /* private */
    const struct cube_model *model;
    struct segment *base;
    struct text path;
    pthread_t thread;
    bool running;
    int rc;
    struct fault fault;
};

/* With as many threads as there are processors. */
void indexing_init(struct indexing *i, unsigned per_cent);
void indexing_release(struct indexing *i); /* waits */

/* Begins to make the aggregates of the segment `number` in a cube's folder; takes `base`, verified,
 * also after a fault. Waits for what was begun before. `model` is borrowed until the end. */
int indexing_begin(struct indexing *i, struct segment *base, const struct cube_model *model,
    const char *folder, uint64_t number, struct fault *f);

/* Waits until all is done. 0, or -1 with what failed. */
int indexing_finish(struct indexing *i, struct fault *f);

#endif
