#include "cube/bounds_writer.h"

#include <stdlib.h>

#include "cube/array.h"
#include "cube/order.h"
#include "cube/walk.h"

/* More distinct bounds than this are stored as they are. */
enum { DISTINCT_LIMIT = 65536, FIRST_SLOTS = 1024, SLOTS_PER_VALUE = 4 };

/* The distinct bounds of a source, while there are not too many. */
struct distinct {
    uint64_t *values;
    size_t count;
    size_t room;
    uint32_t *slots; /* open addressing: index of the value + 1, or 0 */
    size_t slot_count;
    uint32_t shift;  /* leaves as many bits of a hash as number the slots */
    uint32_t *order; /* of the values, ascending */
    uint32_t *ranks; /* of each value in that order */
    bool many;
};

/* Sign bit flipped: unsigned order is the order of the keys. */
static uint64_t
unsigned_order(int64_t key)
{
    return (uint64_t)key ^ ((uint64_t)1 << 63);
}

static size_t
distinct_slot(const struct distinct *d, uint64_t value)
{
    size_t mask = d->slot_count - 1;
    size_t slot = (size_t)(value * 0x9E3779B97F4A7C15 >> d->shift);

    while (d->slots[slot] != 0 && d->values[d->slots[slot] - 1] != value)
        slot = (slot + 1) & mask;
    return slot;
}

/* Few values keep few slots, which stay in the processor's cache. */
static int
grow_slots(struct distinct *d, struct fault *f)
{
    size_t wanted = d->slot_count == 0 ? FIRST_SLOTS : d->slot_count * 2;

    if ((d->count + 1) * SLOTS_PER_VALUE <= d->slot_count)
        return 0;
    free(d->slots);
    if ((d->slots = calloc(wanted, sizeof *d->slots)) == NULL)
        return fault_set_memory(f);
    d->slot_count = wanted;
    d->shift = 1 + (uint32_t)__builtin_clzll(wanted);
    for (size_t i = 0; i < d->count; i++)
        d->slots[distinct_slot(d, d->values[i])] = (uint32_t)i + 1;
    return 0;
}

static int
distinct_add(struct distinct *d, int64_t key, struct fault *f)
{
    size_t slot = distinct_slot(d, unsigned_order(key));

    if (d->slots[slot] != 0)
        return 0;
    if (array_reserve(&d->values, &d->room, d->count + 1, sizeof *d->values, f) != 0)
        return -1;
    d->values[d->count++] = unsigned_order(key);
    d->slots[slot] = (uint32_t)d->count;
    return grow_slots(d, f);
}

static void
distinct_release(struct distinct *d)
{
    free(d->values);
    free(d->slots);
    free(d->order);
    free(d->ranks);
}

/* Numbers the values of a piece; when there are too many of them, it need not go on. */
static int
distinct_add_piece(struct distinct *d, const int64_t *least, const int64_t *greatest, size_t count,
    size_t limit, struct fault *f)
{
    for (size_t i = 0; i < count && !d->many; i++) {
        if (distinct_add(d, least[i], f) != 0 || distinct_add(d, greatest[i], f) != 0)
            return -1;
        d->many = d->count > limit;
    }
    return 0;
}

static int
distinct_sort(struct distinct *d, struct fault *f)
{
    d->order = malloc((d->count + 1) * sizeof *d->order);
    d->ranks = malloc((d->count + 1) * sizeof *d->ranks);
    if (d->order == NULL || d->ranks == NULL)
        return fault_set_memory(f);
    order_by_keys(d->values, d->count, d->order, d->ranks);
    for (uint32_t i = 0; i < d->count; i++)
        d->ranks[d->order[i]] = i;
    return 0;
}

/* Where nearly all differ, numbering them saves nothing. */
static int
distinct_gather(struct distinct *d, const struct feed *from, size_t source, struct fault *f)
{
    size_t limit = from->count / 2 < DISTINCT_LIMIT ? (size_t)from->count / 2 : DISTINCT_LIMIT;
    int64_t least[FEED_CELLS], greatest[FEED_CELLS];

    if (grow_slots(d, f) != 0)
        return -1;
    for (struct piece_range r = feed_begin(from); r.count > 0; r = feed_next(from, r)) {
        from->verbs->bounds(from->state, source, r, least, greatest);
        if (distinct_add_piece(d, least, greatest, r.count, limit, f) != 0)
            return -1;
    }
    return d->many ? 0 : distinct_sort(d, f);
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
    struct distinct d = {.count = 0};

    if (distinct_gather(&d, from, source, e->f) != 0) {
        e->failed = true;
    } else {
        write_values(e, &d);
        write_bound(e, from, source, &d, false);
        write_bound(e, from, source, &d, true);
    }
    distinct_release(&d);
}
