/*
 * feed: cells on their way into a file, in the order of the file and column by column. A column is
 * asked for in pieces, from the first cell to the last one, and from the first one again as often
 * as the writer needs it; so a feed may go through something much larger than memory.
 */
#ifndef CUBE_FEED_H
#define CUBE_FEED_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "cube/exact.h"
#include "cube/model.h"
#include "cube/tally.h"
#include "cube/tuples.h"

enum { FEED_CELLS = 1024 }; /* of a piece, at most */

struct piece_range {
    uint64_t first; /* 0: from the beginning; otherwise where the piece before ended */
    size_t count;
};

/* Each fills in what the cells of a piece have. */
struct feed_verbs {
    /* Members, of the kept dimension number `index`. */
    void (*codes)(void *state, size_t index, struct piece_range r, uint64_t *codes);
    /* Facts. */
    void (*rows)(void *state, struct piece_range r, uint64_t *rows);
    /* Non-NULL values. */
    void (*present)(void *state, size_t source, struct piece_range r, uint64_t *present);
    /* Sums, as the first `count` of the column, which has as many. -1 with a fault. */
    int (*sums)(void *state, size_t source, struct piece_range r, struct exact_column *sums,
        struct fault *f);
    /* Order keys; 0 of no value. */
    void (*bounds)(
        void *state, size_t source, struct piece_range r, int64_t *least, int64_t *greatest);
};

struct feed {
    const struct feed_verbs *verbs;
    void *state;
    const struct cube_model *model;
    uint64_t count;                /* of cells */
    size_t width;                  /* dimensions that are kept */
    const uint32_t *member_counts; /* of each of them */
};

static inline struct piece_range
feed_piece(const struct feed *f, uint64_t first)
{
    uint64_t left = f->count - first;

    return (struct piece_range){first, left < FEED_CELLS ? (size_t)left : FEED_CELLS};
}

/* The pieces of a column, one after the other, until one is empty. */
static inline struct piece_range
feed_begin(const struct feed *f)
{
    return feed_piece(f, 0);
}

static inline struct piece_range
feed_next(const struct feed *f, struct piece_range r)
{
    return feed_piece(f, r.first + r.count);
}

/* Cells in memory: tuples of codes and their tally. */
struct cell_list {
    const struct tally *tally;
    const struct tuples *tuples;
    const uint32_t *order; /* indexes of the tuples, as they are to be written */
    size_t count;
    const uint32_t *const *places; /* what to write for each code of the tuple; NULL: the code */
    const uint32_t *member_counts; /* of each code of the tuple */
};

/* Borrows the list. */
struct feed cell_list_feed(const struct cell_list *l);

#endif
