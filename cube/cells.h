/*
 * cells: the cells of one cuboid as they lie in a file: member codes, facts, and for each source
 * what is kept of it. Base cuboids and aggregates are stored alike; README.md draws the layout.
 */
#ifndef CUBE_CELLS_H
#define CUBE_CELLS_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "cube/emitter.h"
#include "cube/feed.h"
#include "cube/model.h"
#include "cube/tally.h"
#include "cube/walk.h"

/* Order keys, each as it is (no values) or as its number among the distinct ones. */
struct cell_bounds {
    const unsigned char *values; /* 8 bytes each, ascending; NULL: none */
    struct packed codes;
};

struct cell_source {
    unsigned keeps;
    bool always; /* every fact has a value: `present` is the cells' facts */
    struct packed present;
    uint32_t sum_bytes; /* of each sum, two's complement */
    int32_t sum_exponent;
    const unsigned char *sums; /* at least 8 bytes follow the last one */
    struct cell_bounds least, greatest;
};

struct cells {
    uint64_t count;
    const unsigned char
        *file; /* mapped, when what was read of it need not stay in memory; or NULL */
    uint64_t file_bytes;
    struct packed *codes; /* member of each cell, one for each dimension; width 0: all of them */
    struct packed rows;
    struct cell_source *sources;
};

/* Uninitialised room for what the model has; release is fine on zeros. */
int cells_init(struct cells *c, const struct cube_model *model, struct fault *f);
void cells_release(struct cells *c);

/*
 * Reads `count` cells and checks all of it. `member_counts`: of each dimension, 0 where it is not
 * kept. `facts`: how many there must be together. What does not fit makes the walk fail.
 */
void cells_read(struct walk *w, struct cells *c, const struct cube_model *model, uint64_t count,
    const uint32_t *member_counts, uint64_t facts);

/* Who goes through cells calls this every so many of them: pages of their file need not stay. */
enum { CELLS_FORGET = 1 << 19 };
void cells_forget(const struct cells *c);

/* An order key of a cell. */
static inline int64_t
cell_bound(const struct cell_bounds *b, size_t cell)
{
    uint64_t code = packed_get(&b->codes, cell);

    return (int64_t)(b->values == NULL ? code : bytes_get64(b->values + 8 * code));
}

/* The sum of a cell: its limbs go to `limbs`, which the number borrows. */
static inline struct exact_number
cell_sum(const struct cell_source *s, size_t cell, uint64_t limbs[EXACT_WIDTH_LIMIT])
{
    const unsigned char *at = s->sums + cell * s->sum_bytes;
    uint32_t width = (s->sum_bytes + 7) / 8, rest = s->sum_bytes % 8;

    for (uint32_t k = 0; k < s->sum_bytes / 8; k++)
        limbs[k] = bytes_get64(at + 8 * k);
    if (rest != 0)
        limbs[width - 1] =
            (uint64_t)((int64_t)(bytes_get64(at + 8 * (width - 1)) << (64 - 8 * rest)) >>
                       (64 - 8 * rest));
    return (struct exact_number){limbs, width, s->sum_exponent};
}

/* Writes what comes; a fault makes the emitter fail. Returns the number of facts. */
uint64_t cells_write(struct emitter *e, const struct feed *from);

#endif
