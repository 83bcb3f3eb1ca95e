/*
 * portions: facts on their way into a cuboid. While the caller fills one portion, a thread counts
 * the one before: reading and building overlap.
 */
#ifndef CUBE_PORTIONS_H
#define CUBE_PORTIONS_H

#include <pthread.h>
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

enum { PORTION_FACTS = 4096, PORTION_COUNT = 2 };

struct portion {
    uint32_t *codes; /* of each fact, one for each dimension */
    struct fact_value *values;
    uint32_t *cells;
    size_t count;
};

struct portions {
    struct cuboid *cuboid; /* borrowed */
    struct portion items[PORTION_COUNT];
    size_t filling; /* the caller's */
    /* shared with the thread */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct portion *handed; /* to be counted; NULL when that is done */
    bool ending;
    bool failed;
    struct fault fault;
    pthread_t thread;
    bool threaded;
};

/* 0, or -1 when memory runs out; release is fine then too, and on zeros. `c` keeps its address. */
int portions_init(struct portions *p, struct cuboid *c, struct fault *f);
void portions_release(struct portions *p);

/* Where the next fact is to be put; -1 with a fault when an earlier one could not be counted. */
int portions_next(
    struct portions *p, uint32_t **codes, struct fact_value **values, struct fault *f);

/* Takes the fact that was put there. */
void portions_take(struct portions *p);

/* Waits until all facts are counted. */
int portions_finish(struct portions *p, struct fault *f);

/* The same, whatever failed; forgets that something did. */
void portions_clear(struct portions *p);

#endif
