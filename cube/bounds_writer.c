#include "cube/bounds_writer.h"

#include <stdlib.h>

#include "cube/order.h"
#include "cube/walk.h"

/* More distinct bounds than this are stored as they are. */
enum { DISTINCT_LIMIT = 65536, DISTINCT_SLOTS = 4 * DISTINCT_LIMIT };

/* The distinct bounds of a source, while there are not too many. */
struct distinct {
    uint64_t *values;
    uint32_t *slots; /* index of the value + 1 */
    uint32_t *order; /* of the values, ascending */
    uint32_t *ranks; /* of each value in that order */
    size_t count;
    bool many;
};

/* Sign bit flipped: unsigned order is the order of the keys. */
static uint64_t
unsigned_order(int64_t key)
{
    return (uint64_t)key ^ ((uint64_t)1 << 63);
}

static uint32_t
distinct_slot(const struct distinct *d, uint64_t value)
{
    uint32_t slot = (uint32_t)((value * 0x9E3779B97F4A7C15) >> 46) % DISTINCT_SLOTS;

    while (d->slots[slot] != 0 && d->values[d->slots[slot] - 1] != value)
        slot = (slot + 1) % DISTINCT_SLOTS;
    return slot;
}

static void
distinct_add(struct distinct *d, int64_t key)
{
    uint32_t slot;

    if (d->many)
        return;
    slot = distinct_slot(d, unsigned_order(key));
    if (d->slots[slot] != 0)
        return;
    if (d->count == DISTINCT_LIMIT) {
        d->many = true;
        return;
    }
    d->values[d->count++] = unsigned_order(key);
    d->slots[slot] = (uint32_t)d->count;
}

static int
distinct_init(struct distinct *d, struct fault *f)
{
    *d = (struct distinct){.values = malloc(DISTINCT_LIMIT * sizeof *d->values),
        .slots = calloc(DISTINCT_SLOTS, sizeof *d->slots),
        .order = malloc(DISTINCT_LIMIT * sizeof *d->order),
        .ranks = malloc(DISTINCT_LIMIT * sizeof *d->ranks)};
    return d->values == NULL || d->slots == NULL || d->order == NULL || d->ranks == NULL
               ? fault_set_memory(f)
               : 0;
}

static void
distinct_release(struct distinct *d)
{
    free(d->values);
    free(d->slots);
    free(d->order);
    free(d->ranks);
}

/* Where nearly all differ, numbering them saves nothing. */
static int
distinct_gather(struct distinct *d, const struct feed *from, size_t source, struct fault *f)
{
    int64_t least[FEED_CELLS], greatest[FEED_CELLS];

    for (struct piece_range r = feed_begin(from); r.count > 0; r = feed_next(from, r)) {
        from->verbs->bounds(from->state, source, r, least, greatest);
        for (size_t i = 0; i < r.count && !d->many; i++) {
            distinct_add(d, least[i]);
            distinct_add(d, greatest[i]);
        }
    }
    d->many = d->many || d->count * 2 > from->count;
    if (d->many)
        return 0;
    if (order_by_keys(d->values, d->count, d->order, f) != 0)
        return -1;
    for (uint32_t i = 0; i < d->count; i++)
        d->ranks[d->order[i]] = i;
    return 0;
}

static void
write_values(struct emitter *e, const struct distinct *d)
{
    emit_number(e, d->many ? 0 : d->count, 4);
    if (d->many)
        return;
    for (size_t i = 0; i < d->count; i++)
        emit_number(e, unsigned_order((int64_t)d->values[d->order[i]]), 8);
    emit_number(e, packed_width(d->count), 4);
}

static void
write_bound(struct emitter *e, const struct feed *from, size_t source, const struct distinct *d,
    bool is_greatest)
{
    uint32_t width = d->many ? 8 : packed_width(d->count);
    int64_t least[FEED_CELLS], greatest[FEED_CELLS];
    const int64_t *keys = is_greatest ? greatest : least;
    uint64_t numbers[FEED_CELLS];

    for (struct piece_range r = feed_begin(from); r.count > 0; r = feed_next(from, r)) {
        from->verbs->bounds(from->state, source, r, least, greatest);
        for (size_t i = 0; i < r.count; i++)
            numbers[i] = d->many
                             ? (uint64_t)keys[i]
                             : d->ranks[d->slots[distinct_slot(d, unsigned_order(keys[i]))] - 1];
        emit_numbers(e, numbers, r.count, width);
    }
}

void
bounds_write(struct emitter *e, const struct feed *from, size_t source)
{
    struct distinct d;

    if (distinct_init(&d, e->f) != 0 || distinct_gather(&d, from, source, e->f) != 0) {
        e->failed = true;
    } else {
        write_values(e, &d);
        write_bound(e, from, source, &d, false);
        write_bound(e, from, source, &d, true);
    }
    distinct_release(&d);
}
