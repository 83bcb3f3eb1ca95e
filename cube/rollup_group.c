/* Which group each cell of a piece belongs to. */
#include <stdlib.h>
#include <string.h>

#include "cube/rollup_piece.h"

int
rollup_clear_slots(struct rollup *r, size_t count, struct fault *f)
{
    if (count > r->slot_room) {
        free(r->slots);
        r->slot_room = r->slot_count = 0;
        if ((r->slots = calloc(count, sizeof *r->slots)) == NULL)
            return fault_set_memory(f);
        r->slot_room = count;
    } else {
        memset(r->slots, 0, count * sizeof *r->slots);
    }
    r->slot_count = count;
    return 0;
}

int
rollup_find_group(struct rollup *r, const uint32_t *tuple, uint32_t *group, struct fault *f)
{
    if (tuples_add(&r->groups, tuple, group, f) != 0)
        return -1;
    return *group < r->tally.count ? 0 : tally_reserve(&r->tally, r->groups.count, f);
}

/* Room for the addresses of as many groups more as a piece may bring. */
static int
expect_groups(struct rollup *r, struct fault *f)
{
    return array_reserve(&r->addresses, &r->address_room, r->groups.count + ROLLUP_PIECE_CELLS,
        sizeof *r->addresses, f);
}

/* Groups up to `count` are new: their tuples are what their addresses say. */
static int
add_groups(struct rollup *r, size_t count, struct fault *f)
{
    size_t first = r->groups.count;
    uint32_t *codes = tuples_append(&r->groups, count - first, f);

    if (codes == NULL)
        return -1;
    for (size_t i = first; i < count; i++) {
        uint64_t address = r->addresses[i];

        for (size_t k = 0; k < r->groups.width; k++) {
            *codes++ = (uint32_t)(address / r->weights[k]);
            address %= r->weights[k];
        }
    }
    return count == r->tally.count ? 0 : tally_reserve(&r->tally, count, f);
}

static int
group_directly(struct rollup *r, struct rollup_piece *p, struct fault *f)
{
    size_t count = r->groups.count;

    if (expect_groups(r, f) != 0)
        return -1;
    for (size_t i = 0; i < p->count; i++) {
        uint32_t *known = &r->slots[p->addresses[i]];

        if (p->filtered && p->groups[i] == TUPLES_NONE)
            continue;
        if (*known == 0) {
            r->addresses[count++] = p->addresses[i];
            *known = (uint32_t)count;
        }
        p->groups[i] = *known - 1;
    }
    return add_groups(r, count, f);
}

/* Where to begin to look. */
static size_t
home_slot(const struct rollup *r, uint64_t address)
{
    return (size_t)((address * 0x9E3779B97F4A7C15) >> 20) & (r->slot_count - 1);
}

static size_t
address_slot(const struct rollup *r, uint64_t address)
{
    size_t mask = r->slot_count - 1;
    size_t slot = home_slot(r, address);

    while (r->slots[slot] != 0 && r->addresses[r->slots[slot] - 1] != address)
        slot = (slot + 1) & mask;
    return slot;
}

/* At most half of the slots are taken after a piece more. */
static int
grow_slots(struct rollup *r, struct fault *f)
{
    size_t wanted = r->slot_count == 0 ? 4 * ROLLUP_PIECE_CELLS : r->slot_count;

    while (wanted < (r->groups.count + ROLLUP_PIECE_CELLS) * 2 || wanted < r->expected)
        wanted *= 2;
    if (wanted == r->slot_count)
        return 0;
    if (rollup_clear_slots(r, wanted, f) != 0)
        return -1;
    for (size_t i = 0; i < r->groups.count; i++)
        r->slots[address_slot(r, r->addresses[i])] = (uint32_t)i + 1;
    return 0;
}

static int
group_by_hash(struct rollup *r, struct rollup_piece *p, struct fault *f)
{
    size_t count = r->groups.count;

    if (expect_groups(r, f) != 0 || grow_slots(r, f) != 0)
        return -1;
    /* Slots lie anywhere in memory: they are on their way before they are needed. */
    for (size_t i = 0; i < p->count; i++)
        __builtin_prefetch(&r->slots[home_slot(r, p->addresses[i])]);
    for (size_t i = 0; i < p->count; i++) {
        uint32_t *known;

        if (p->filtered && p->groups[i] == TUPLES_NONE)
            continue;
        known = &r->slots[address_slot(r, p->addresses[i])];
        if (*known == 0) {
            r->addresses[count++] = p->addresses[i];
            *known = (uint32_t)count;
        }
        p->groups[i] = *known - 1;
    }
    return add_groups(r, count, f);
}

static void
address_piece(const struct rollup *r, struct rollup_piece *p, const struct cells *c,
    const struct rollup_axis *axes)
{
    for (size_t i = 0; i < p->count; i++)
        p->addresses[i] = 0;
    for (size_t k = 0; k < r->groups.width; k++) {
        packed_read(&c->codes[axes[k].dimension], p->first, p->count, p->numbers);
        for (size_t i = 0; i < p->count; i++)
            p->addresses[i] += axes[k].places[p->numbers[i]] * r->weights[k];
    }
}

/* Where addresses exceed 64 bits. */
static int
group_by_tuples(struct rollup *r, struct rollup_piece *p, const struct cells *c,
    const struct rollup_axis *axes, struct fault *f)
{
    uint32_t *tuple;
    int rc;

    /* The grand total has a group already. */
    if (r->groups.width == 0 && r->groups.count == 1 && !p->filtered) {
        memset(p->groups, 0, p->count * sizeof p->groups[0]);
        return 0;
    }
    tuple = calloc(r->groups.width + 1, sizeof *tuple);
    rc = tuple == NULL ? fault_set_memory(f) : 0;
    for (size_t i = 0; rc == 0 && i < p->count; i++) {
        if (p->filtered && p->groups[i] == TUPLES_NONE)
            continue;
        for (size_t k = 0; k < r->groups.width; k++)
            tuple[k] = axes[k].places[packed_get(&c->codes[axes[k].dimension], p->first + i)];
        rc = rollup_find_group(r, tuple, &p->groups[i], f);
    }
    free(tuple);
    return rc;
}

int
rollup_piece_group(struct rollup *r, struct rollup_piece *p, const struct cells *c,
    const struct rollup_axis *axes, struct fault *f)
{
    if (r->mode == ROLLUP_TUPLES)
        return group_by_tuples(r, p, c, axes, f);
    address_piece(r, p, c, axes);
    return r->mode == ROLLUP_DIRECT ? group_directly(r, p, f) : group_by_hash(r, p, f);
}
