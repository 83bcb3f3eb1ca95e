#include "cube/tiers.h"

static unsigned
tier_of(uint64_t size, unsigned fan)
{
    unsigned tier = 0;

    for (; size >= fan; size /= fan)
        tier++;
    return tier;
}

size_t
tiers_join(const uint64_t *sizes, size_t count, unsigned fan)
{
    size_t first = count - 1;
    uint64_t joined = sizes[first];

    for (;;) {
        size_t begin = first;
        uint64_t together = joined;

        while (begin > 0 && count - begin < TIERS_LIMIT &&
               tier_of(sizes[begin - 1], fan) <= tier_of(joined, fan))
            together += sizes[--begin];
        if (first - begin + 1 < fan)
            return first;
        first = begin;
        joined = together;
    }
}
