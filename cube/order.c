#include "cube/order.h"

#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

/* One pass of a radix sort: by the digit at `shift`. */
static void
pass(const uint64_t *keys, size_t count, unsigned shift, const uint32_t *from, uint32_t *to)
{
    size_t starts[DIGITS] = {0};
    size_t next = 0;

    for (size_t i = 0; i < count; i++)
        starts[keys[i] >> shift & (DIGITS - 1)]++;
    for (size_t i = 0; i < DIGITS; i++) {
        size_t here = starts[i];

        starts[i] = next;
        next += here;
    }
    for (size_t i = 0; i < count; i++)
        to[starts[keys[from[i]] >> shift & (DIGITS - 1)]++] = from[i];
}

void
order_by_keys(const uint64_t *keys, size_t count, uint32_t *order, uint32_t *scratch)
{
    uint32_t *from = order, *to = scratch;
    uint64_t all = 0, common = UINT64_MAX;

    for (size_t i = 0; i < count; i++) {
        order[i] = (uint32_t)i;
        all |= keys[i];
        common &= keys[i];
    }
    for (unsigned shift = 0; shift < 64 && count > 0; shift += DIGIT_BITS) {
        uint32_t *sorted = to;

        /* A digit that all keys share needs no pass. */
        if (((all ^ common) >> shift & (DIGITS - 1)) == 0)
            continue;
        pass(keys, count, shift, from, sorted);
        to = from;
        from = sorted;
    }
    if (from != order)
        memcpy(order, from, count * sizeof *order);
}
