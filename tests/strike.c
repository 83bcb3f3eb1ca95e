#include "tests/strike.h"

#include <execinfo.h>
#include <stdatomic.h>
#include <stdint.h>

enum { CALLS_LIMIT = 12, PLACE_LIMIT = 1 << 15 };

/* What is at a place: a hash of the calls that lead there. */
static atomic_uintptr_t known[PLACE_LIMIT]; /* those noticed, an open hash table */
static uintptr_t waiting[PLACE_LIMIT];
static atomic_size_t waiting_count;
static uintptr_t next;
static atomic_int noticed;      /* the kind that is noticed */
static atomic_int waiting_kind; /* of those that wait */
static atomic_uintptr_t target; /* the place that is struck; 0: none is */
static atomic_bool hit, lasting;

/* The calls up to here, without this function, who asks for it, and who asks for that. */
static uintptr_t __attribute__((noinline)) place_now(int calls)
{
    void *frames[CALLS_LIMIT + 4];
    int count = backtrace(frames, calls + 4);
    uintptr_t place = 0;

    for (int i = 3; i < count; i++)
        place = (place ^ (uintptr_t)frames[i]) * UINT64_C(0x9E3779B97F4A7C15);
    return place == 0 ? 1 : place;
}

/* Those that were not seen before wait; when all is full nobody does. */
static void
notice(uintptr_t place)
{
    for (size_t i = 0; i < PLACE_LIMIT / 2; i++) {
        atomic_uintptr_t *slot = &known[(place + i) % PLACE_LIMIT];
        uintptr_t empty = 0;

        if (atomic_compare_exchange_strong(slot, &empty, place)) {
            waiting[atomic_fetch_add(&waiting_count, 1)] = place;
            return;
        }
        if (empty == place)
            return;
    }
}

bool __attribute__((noinline)) strike_hits(enum strike_kind kind, int calls)
{
    uintptr_t wanted = atomic_load(&target);

    if (atomic_load(&noticed) == (int)kind)
        notice(place_now(calls));
    if (wanted == 0 || atomic_load(&waiting_kind) != (int)kind)
        return false;
    if (atomic_load(&hit))
        return atomic_load(&lasting);
    if (place_now(calls) != wanted || atomic_exchange(&hit, true))
        return false;
    return true;
}

bool
strike_is_lasting(void)
{
    return atomic_load(&lasting);
}

void
strike_notice(enum strike_kind kind)
{
    atomic_store(&waiting_kind, kind);
    atomic_store(&noticed, kind);
}

bool
strike_next(void)
{
    if (atomic_load(&waiting_count) == 0)
        return false;
    next = waiting[atomic_fetch_sub(&waiting_count, 1) - 1];
    return true;
}

void
strike_begin(bool from_there_on)
{
    atomic_store(&hit, false);
    atomic_store(&lasting, from_there_on);
    atomic_store(&target, next);
}

void
strike_end(void)
{
    atomic_store(&target, 0);
    atomic_store(&noticed, STRIKE_NONE);
}

void
strike_skip(size_t count)
{
    size_t all = atomic_load(&waiting_count);

    if (count >= all)
        return;
    for (size_t i = 0; i < count; i++)
        waiting[i] = waiting[i * all / count];
    atomic_store(&waiting_count, count);
}
