/*
 * tiers: which of the newest segments are worth joining. Of each tier of size there are fewer than
 * `fan`; that many become one of a higher tier. So a fact is written again once for each tier, and
 * the number of segments grows with the logarithm of their size.
 */
#ifndef CUBE_TIERS_H
#define CUBE_TIERS_H

#include <stddef.h>
#include <stdint.h>

enum { TIERS_LIMIT = 4096 };

/* Sizes of segments, the oldest first; the last one is new. Returns the first of those that are to
 * be joined with it: count - 1 when none are. Of more than TIERS_LIMIT the oldest stay as they are.
 */
size_t tiers_join(const uint64_t *sizes, size_t count, unsigned fan);

#endif
