#include "cube/tuples.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cube/array.h"

enum { FIRST_SLOTS = 64 };

void
tuples_init(struct tuples *t, size_t width)
{
    *t = (struct tuples){.width = width};
}

void
tuples_release(struct tuples *t)
{
    free(t->codes);
    free(t->slots);
    tuples_init(t, t->width);
}

void
tuples_restart(struct tuples *t, size_t width)
{
    free(t->slots);
    t->slots = NULL;
    t->slot_count = 0;
    t->width = width;
    t->count = 0;
}

size_t
tuples_bytes(const struct tuples *t)
{
    return t->code_room * sizeof *t->codes + t->slot_count * sizeof *t->slots;
}

static size_t
hash_tuple(const uint32_t *tuple, size_t width)
{
    uint64_t hash = 0x9E3779B97F4A7C15;

    for (size_t i = 0; i < width; i++) {
        hash = (hash ^ tuple[i]) * 0xD6E8FEB86659FD93;
        hash ^= hash >> 32;
    }
    return (size_t)hash;
}

static bool
same_tuple(const uint32_t *a, const uint32_t *b, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        if (a[i] != b[i])
            return false;
    }
    return true;
}

/* The slot that holds the tuple of this hash, or the empty one where it belongs. */
static size_t
find_hashed(const struct tuples *t, const uint32_t *tuple, size_t hash)
{
    size_t mask = t->slot_count - 1;
    size_t slot = hash & mask;

    while (t->slots[slot] != TUPLES_NONE &&
           !same_tuple(tuples_get(t, t->slots[slot]), tuple, t->width))
        slot = (slot + 1) & mask;
    return slot;
}

static size_t
find_slot(const struct tuples *t, const uint32_t *tuple)
{
    return find_hashed(t, tuple, hash_tuple(tuple, t->width));
}

/* Keeps the table at most half full, with so many tuples more. */
static int
grow_slots(struct tuples *t, size_t more, struct fault *f)
{
    size_t wanted = t->slot_count == 0 ? FIRST_SLOTS : t->slot_count * 2;
    uint32_t *slots;

    if ((t->count + more) * 2 <= t->slot_count)
        return 0;
    while (wanted < (t->count + more) * 2)
        wanted *= 2;
    if ((slots = malloc(wanted * sizeof *slots)) == NULL)
        return fault_set_memory(f);
    memset(slots, 0xFF, wanted * sizeof *slots);
    free(t->slots);
    t->slots = slots;
    t->slot_count = wanted;
    for (size_t i = 0; i < t->count; i++)
        t->slots[find_slot(t, tuples_get(t, i))] = (uint32_t)i;
    return 0;
}

/* Even tuples of no code get memory: a pointer is never NULL in an address calculation. */
static int
reserve_codes(struct tuples *t, size_t more, struct fault *f)
{
    if (t->count + more > TUPLES_NONE)
        return fault_set(f, FAULT_DATA, "more than %zu combinations", t->count);
    return array_reserve(
        &t->codes, &t->code_room, (t->count + more) * t->width + 1, sizeof *t->codes, f);
}

static int
reserve(struct tuples *t, size_t more, struct fault *f)
{
    return reserve_codes(t, more, f) != 0 ? -1 : grow_slots(t, more, f);
}

static uint32_t
add_hashed(struct tuples *t, const uint32_t *tuple, size_t hash)
{
    size_t slot = find_hashed(t, tuple, hash);

    if (t->slots[slot] == TUPLES_NONE) {
        memcpy(t->codes + t->count * t->width, tuple, t->width * sizeof *tuple);
        t->slots[slot] = (uint32_t)t->count++;
    }
    return t->slots[slot];
}

int
tuples_add(struct tuples *t, const uint32_t *tuple, uint32_t *index, struct fault *f)
{
    if (reserve(t, 1, f) != 0)
        return -1;
    *index = add_hashed(t, tuple, hash_tuple(tuple, t->width));
    return 0;
}

/* Slots lie anywhere in memory: they are fetched some tuples ahead. */
int
tuples_add_many(
    struct tuples *t, const uint32_t *tuples, size_t count, uint32_t *indexes, struct fault *f)
{
    enum { AHEAD = 16 };
    size_t hashes[AHEAD];

    if (reserve(t, count, f) != 0)
        return -1;
    for (size_t i = 0; i < count + AHEAD; i++) {
        if (i >= AHEAD)
            indexes[i - AHEAD] = add_hashed(t, tuples + (i - AHEAD) * t->width, hashes[i % AHEAD]);
        if (i < count) {
            hashes[i % AHEAD] = hash_tuple(tuples + i * t->width, t->width);
            __builtin_prefetch(&t->slots[hashes[i % AHEAD] & (t->slot_count - 1)]);
        }
    }
    return 0;
}

uint32_t *
tuples_append(struct tuples *t, size_t count, struct fault *f)
{
    if (reserve_codes(t, count, f) != 0)
        return NULL;
    t->count += count;
    return t->codes + (t->count - count) * t->width;
}

uint32_t
tuples_find(const struct tuples *t, const uint32_t *tuple)
{
    return t->slot_count == 0 ? TUPLES_NONE : t->slots[find_slot(t, tuple)];
}
