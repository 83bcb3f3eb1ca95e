/*
 * fact_batch: facts on their way into a cuboid, counted column by column when there are enough of
 * them: that is quicker than one by one.
 */
#ifndef CUBE_FACT_BATCH_H
#define CUBE_FACT_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "cube/cuboid.h"

/* A value of the source's type: an integer, a time, or a double's bits. */
struct fact_value {
    int64_t bits;
    bool there; /* false: NULL */
};

enum { BATCH_FACTS = 4096 };

struct fact_batch {
    struct cuboid *cuboid; /* borrowed */
    uint32_t *codes;       /* of each fact, one for each dimension */
    struct fact_value *values;
    uint32_t *cells;
    size_t count;
};

/* 0, or -1 when memory runs out; release is fine then too, and on zeros. `c` keeps its address. */
int fact_batch_init(struct fact_batch *b, struct cuboid *c, struct fault *f);
void fact_batch_release(struct fact_batch *b);

/* Where the next fact is to be put; fact_batch_take takes it. -1 with a fault when those before
 * could not be counted. */
int fact_batch_next(
    struct fact_batch *b, uint32_t **codes, struct fact_value **values, struct fault *f);
void fact_batch_take(struct fact_batch *b);

/* Counts what is there. */
int fact_batch_count(struct fact_batch *b, struct fault *f);

#endif
