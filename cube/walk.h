/*
 * walk: a hostile file read from front to back. Whatever does not fit makes the walk fail for good.
 */
#ifndef CUBE_WALK_H
#define CUBE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cube/bytes.h"

/* Unsigned numbers of 1, 2, 4 or 8 bytes each, in a file; of width 0 they are all zero. */
struct packed {
    const unsigned char *bytes;
    uint32_t width;
    uint64_t count;
};

static inline uint64_t
packed_get(const struct packed *p, size_t index)
{
    switch (p->width) {
    case 0:
        return 0;
    case 1:
        return p->bytes[index];
    case 2:
        return bytes_get16(p->bytes + 2 * index);
    case 4:
        return bytes_get32(p->bytes + 4 * index);
    default:
        return bytes_get64(p->bytes + 8 * index);
    }
}

/* Unpacks the numbers first .. first + count - 1. */
void packed_read(const struct packed *p, size_t first, size_t count, uint64_t *numbers);

/* True when all numbers are below the limit. */
bool packed_below(const struct packed *p, uint64_t limit);

/* Fewest of 1, 2, 4 or 8 bytes that hold numbers up to `largest`. */
uint32_t packed_width(uint64_t largest);

struct walk {
    const unsigned char *at;
    const unsigned char *end;
    bool failed;
};

/* `count` elements of `size` bytes, or NULL when there are not as many; count is below 2^33 unless
 * size is 1. */
const unsigned char *walk_take(struct walk *w, uint64_t count, uint32_t size);

/* One number of 1 to 8 bytes; 0 when it is not there. */
uint64_t walk_number(struct walk *w, uint32_t width);

/* A width of 4 bytes (1, 2, 4 or 8), then the numbers. */
void walk_packed(struct walk *w, struct packed *p, uint64_t count);

/* The numbers behind a width that was read already. */
void walk_packed_of(struct walk *w, struct packed *p, uint32_t width, uint64_t count);

#endif
