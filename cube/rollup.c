#include "cube/rollup.h"

#include <stdlib.h>
#include <string.h>

#include "cube/order.h"

/* Cells are taken in pieces, column by column, so that a piece stays in the processor's cache. */
enum { PIECE_CELLS = 2048 };

/* A table of all addresses is worth its memory up to this size, or up to so many for each cell. */
enum { DIRECT_SMALL = 1 << 16, DIRECT_LIMIT = 1 << 24, DIRECT_PER_CELL = 8 };

/* A piece of a cuboid on its way into the groups. */
struct piece {
    size_t first;
    size_t count;
    bool filtered;                /* some of the groups are TUPLES_NONE */
    uint32_t groups[PIECE_CELLS]; /* TUPLES_NONE: filtered out */
    uint64_t addresses[PIECE_CELLS];
    uint64_t numbers[PIECE_CELLS];
};

int
rollup_init(struct rollup *r, const struct cube_model *model, size_t width, struct fault *f)
{
    *r = (struct rollup){.mode = ROLLUP_TUPLES};
    tuples_init(&r->groups, width);
    r->tops = calloc(model->source_count + 1, sizeof *r->tops);
    r->follows = calloc(model->source_count + 1, sizeof *r->follows);
    if (tally_init(&r->tally, model, f) != 0)
        return -1;
    return r->tops == NULL || r->follows == NULL ? fault_set_memory(f) : 0;
}

void
rollup_release(struct rollup *r)
{
    free(r->tops);
    free(r->follows);
    free(r->slots);
    free(r->addresses);
    free(r->order);
    tally_release(&r->tally);
    tuples_release(&r->groups);
}

void
rollup_restart(struct rollup *r, size_t width)
{
    tuples_restart(&r->groups, width);
    tally_restart(&r->tally);
    r->mode = ROLLUP_TUPLES;
    r->expected = r->slot_count = 0;
    r->merged = 0;
    r->any = r->totals = false;
}

/* So many slots, all of them empty. */
static int
clear_slots(struct rollup *r, size_t count, struct fault *f)
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
rollup_sizes(
    struct rollup *r, const uint32_t *sizes, uint64_t cells, uint64_t expected, struct fault *f)
{
    uint64_t domain = 1;

    if (r->groups.width > ROLLUP_ADDRESS_AXES)
        return 0;
    for (size_t k = r->groups.width; k-- > 0;) {
        r->weights[k] = domain;
        if (__builtin_mul_overflow(domain, (uint64_t)sizes[k], &domain) || domain > INT64_MAX)
            return 0;
    }
    if (expected > cells)
        expected = cells;
    if (expected > domain)
        expected = domain;
    r->domain = domain;
    r->expected = (size_t)expected;
    r->mode = ROLLUP_HASHED;
    if (array_reserve(&r->addresses, &r->address_room, r->expected + PIECE_CELLS,
            sizeof *r->addresses, f) != 0 ||
        array_reserve(&r->groups.codes, &r->groups.code_room, r->expected * r->groups.width + 1,
            sizeof *r->groups.codes, f) != 0 ||
        tally_expect(&r->tally, r->expected, f) != 0)
        return -1;
    if (domain <= DIRECT_SMALL || (domain <= DIRECT_LIMIT && domain / DIRECT_PER_CELL <= cells)) {
        r->mode = ROLLUP_DIRECT;
        return clear_slots(r, (size_t)domain + 1, f);
    }
    return 0;
}

static int
find_group(struct rollup *r, const uint32_t *tuple, uint32_t *group, struct fault *f)
{
    if (tuples_add(&r->groups, tuple, group, f) != 0)
        return -1;
    return *group < r->tally.count ? 0 : tally_reserve(&r->tally, r->groups.count, f);
}

int
rollup_merge(struct rollup *r, const uint32_t *tuple, const struct tally *from, size_t from_cell,
    struct fault *f)
{
    uint32_t group;

    if (find_group(r, tuple, &group, f) != 0)
        return -1;
    r->merged++;
    return tally_merge(&r->tally, group, from, from_cell, f);
}

/* ---- groups by address ---- */

/* Room for the addresses of as many groups more as a piece may bring. */
static int
expect_groups(struct rollup *r, struct fault *f)
{
    return array_reserve(
        &r->addresses, &r->address_room, r->groups.count + PIECE_CELLS, sizeof *r->addresses, f);
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
group_directly(struct rollup *r, struct piece *p, struct fault *f)
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
    size_t wanted = r->slot_count == 0 ? 4 * PIECE_CELLS : r->slot_count;

    while (wanted < (r->groups.count + PIECE_CELLS) * 2 || wanted < r->expected)
        wanted *= 2;
    if (wanted == r->slot_count)
        return 0;
    if (clear_slots(r, wanted, f) != 0)
        return -1;
    for (size_t i = 0; i < r->groups.count; i++)
        r->slots[address_slot(r, r->addresses[i])] = (uint32_t)i + 1;
    return 0;
}

static int
group_by_hash(struct rollup *r, struct piece *p, struct fault *f)
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
address_piece(
    const struct rollup *r, struct piece *p, const struct cells *c, const struct rollup_axis *axes)
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
group_by_tuples(struct rollup *r, struct piece *p, const struct cells *c,
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
        rc = find_group(r, tuple, &p->groups[i], f);
    }
    free(tuple);
    return rc;
}

static int
group_piece(struct rollup *r, struct piece *p, const struct cells *c,
    const struct rollup_axis *axes, struct fault *f)
{
    if (r->mode == ROLLUP_TUPLES)
        return group_by_tuples(r, p, c, axes, f);
    address_piece(r, p, c, axes);
    return r->mode == ROLLUP_DIRECT ? group_directly(r, p, f) : group_by_hash(r, p, f);
}

static void
filter_piece(struct piece *p, const struct cells *c, const struct rollup_filter *filters,
    size_t filter_count)
{
    p->filtered = filter_count > 0;
    for (size_t i = 0; p->filtered && i < p->count; i++)
        p->groups[i] = 0;
    for (size_t k = 0; k < filter_count; k++) {
        packed_read(&c->codes[filters[k].dimension], p->first, p->count, p->numbers);
        for (size_t i = 0; i < p->count; i++) {
            if (!filters[k].pass[p->numbers[i]])
                p->groups[i] = TUPLES_NONE;
        }
    }
}

/* ---- merging ---- */

/* The column's bits suffice for all sums added up; the carries run within it. */
static int
prepare_sums(struct rollup *r, size_t source, const struct cells *c, bool *ready, struct fault *f)
{
    const struct cell_source *s = &c->sources[source];
    struct exact_column *sum = &r->tally.sources[source].sum;
    int32_t top = s->sum_exponent + 8 * (int32_t)s->sum_bytes;
    int32_t carries = 64 - __builtin_clzll(r->merged | 1);

    if (!r->any || top > r->tops[source])
        r->tops[source] = top;
    if (exact_column_prepare(sum, s->sum_exponent, r->tops[source] + carries, f) != 0)
        return -1;
    *ready = sum->exponent == s->sum_exponent;
    return 0;
}

/* The limb at a byte, of which `bytes` (1 to 8) are its own. */
static inline uint64_t
limb_at(const unsigned char *at, uint32_t bytes)
{
    uint32_t unused = 64 - 8 * bytes;

    return (uint64_t)((int64_t)(bytes_get64(at) << unused) >> unused);
}

/* Sums of up to eight bytes into sums of one limb. */
static void
add_single_limbs(uint64_t *sums, const struct cell_source *s, const struct piece *p)
{
    const unsigned char *at = s->sums + p->first * s->sum_bytes;
    uint32_t bytes = s->sum_bytes;

    for (size_t i = 0; i < p->count; i++, at += bytes)
        sums[p->groups[i]] += limb_at(at, bytes);
}

/* Sums of up to sixteen bytes into sums of two limbs. */
static void
add_double_limbs(uint64_t *sums, const struct cell_source *s, const struct piece *p)
{
    const unsigned char *at = s->sums + p->first * s->sum_bytes;
    uint32_t bytes = s->sum_bytes;

    for (size_t i = 0; i < p->count; i++, at += bytes) {
        uint64_t low = bytes < 8 ? limb_at(at, bytes) : bytes_get64(at);
        uint64_t high = bytes > 8 ? limb_at(at + 8, bytes - 8) : (uint64_t)((int64_t)low >> 63);
        uint64_t *sum = sums + 2 * (size_t)p->groups[i];
        bool carry = __builtin_add_overflow(sum[0], low, &sum[0]);

        sum[1] += high + carry;
    }
}

static int
merge_any_sums(struct exact_column *sum, const struct cell_source *s, const struct piece *p,
    bool ready, struct fault *f)
{
    uint64_t limbs[EXACT_WIDTH_LIMIT];

    for (size_t i = 0; i < p->count; i++) {
        struct exact_number n;

        if (p->filtered && p->groups[i] == TUPLES_NONE)
            continue;
        n = cell_sum(s, p->first + i, limbs);
        if (ready)
            exact_add_ready(sum, p->groups[i], limbs, n.width);
        else if (exact_add_number(sum, p->groups[i], &n, f) != 0)
            return -1;
    }
    return 0;
}

static int
merge_sums(struct exact_column *sum, const struct cell_source *s, const struct piece *p, bool ready,
    struct fault *f)
{
    if (ready && !p->filtered && sum->width == 1 && s->sum_bytes <= 8)
        add_single_limbs(sum->limbs, s, p);
    else if (ready && !p->filtered && sum->width == 2 && s->sum_bytes <= 16)
        add_double_limbs(sum->limbs, s, p);
    else
        return merge_any_sums(sum, s, p, ready, f);
    return 0;
}

/* Order keys of a piece: numbers, or what they number. */
static void
read_bounds(const struct cell_bounds *b, const struct piece *p, uint64_t *keys)
{
    packed_read(&b->codes, p->first, p->count, keys);
    for (size_t i = 0; b->values != NULL && i < p->count; i++)
        keys[i] = bytes_get64(b->values + 8 * keys[i]);
}

static void
merge_bounds(struct tally_source *to, const struct cell_source *from, struct piece *p)
{
    read_bounds(&from->least, p, p->numbers);
    read_bounds(&from->greatest, p, p->addresses);
    for (size_t i = 0; i < p->count; i++) {
        if ((p->filtered && p->groups[i] == TUPLES_NONE) ||
            (!from->always && packed_get(&from->present, p->first + i) == 0))
            continue;
        tally_extend(to, p->groups[i], (int64_t)p->numbers[i], (int64_t)p->addresses[i]);
    }
}

static void
merge_counts(uint64_t *to, const struct packed *from, struct piece *p)
{
    packed_read(from, p->first, p->count, p->numbers);
    for (size_t i = 0; !p->filtered && i < p->count; i++)
        to[p->groups[i]] += p->numbers[i];
    for (size_t i = 0; p->filtered && i < p->count; i++) {
        if (p->groups[i] != TUPLES_NONE)
            to[p->groups[i]] += p->numbers[i];
    }
}

static int
merge_piece(
    struct rollup *r, const struct cells *c, struct piece *p, const bool *ready, struct fault *f)
{
    merge_counts(r->tally.rows, &c->rows, p);
    for (size_t i = 0; i < r->tally.model->source_count; i++) {
        struct tally_source *to = &r->tally.sources[i];
        const struct cell_source *from = &c->sources[i];

        if (!r->follows[i])
            merge_counts(to->present, &from->present, p);
        if ((from->keeps & CUBE_KEEP_SUM) != 0 && merge_sums(&to->sum, from, p, ready[i], f) != 0)
            return -1;
        if ((from->keeps & CUBE_KEEP_RANGE) != 0)
            merge_bounds(to, from, p);
    }
    return 0;
}

int
rollup_add(struct rollup *r, const struct cells *c, const struct rollup_axis *axes,
    const struct rollup_filter *filters, size_t filter_count, struct fault *f)
{
    size_t source_count = r->tally.model->source_count;
    struct piece *p = malloc(sizeof *p);
    bool *ready = calloc(source_count + 1, sizeof *ready);
    int rc = p == NULL || ready == NULL ? fault_set_memory(f) : 0;

    for (size_t i = 0; i < source_count; i++)
        r->follows[i] = c->sources[i].always && (r->follows[i] || r->merged == 0);
    r->merged += c->count;
    for (size_t i = 0; rc == 0 && i < source_count; i++) {
        if ((c->sources[i].keeps & CUBE_KEEP_SUM) != 0)
            rc = prepare_sums(r, i, c, &ready[i], f);
    }
    r->any = true;
    for (size_t first = 0; rc == 0 && first < c->count; first += PIECE_CELLS) {
        if (first % CELLS_FORGET == 0)
            cells_forget(c);
        p->first = first;
        p->count = c->count - first < PIECE_CELLS ? (size_t)c->count - first : PIECE_CELLS;
        filter_piece(p, c, filters, filter_count);
        if (group_piece(r, p, c, axes, f) != 0 || merge_piece(r, c, p, ready, f) != 0)
            rc = -1;
    }
    for (size_t i = 0; rc == 0 && i < source_count; i++) {
        if (r->follows[i] && r->tally.count > 0)
            memcpy(
                r->tally.sources[i].present, r->tally.rows, r->tally.count * sizeof *r->tally.rows);
    }
    free(ready);
    free(p);
    return rc;
}

/* ---- totals and order ---- */

int
rollup_total(struct rollup *r, size_t group_count, size_t row_count, size_t row_depth,
    size_t column_depth, struct fault *f)
{
    uint32_t *tuple = calloc(r->groups.width + 1, sizeof *tuple);
    int rc = tuple == NULL ? fault_set_memory(f) : 0;

    /* Totals have no address; they are found by their tuples from now on. */
    r->totals = true;
    for (size_t i = 0; rc == 0 && i < group_count; i++) {
        uint32_t group;

        for (size_t k = 0; k < r->groups.width; k++) {
            bool named = k < row_count ? k < row_depth : k - row_count < column_depth;

            tuple[k] = named ? tuples_get(&r->groups, i)[k] : ROLLUP_ALL;
        }
        if (find_group(r, tuple, &group, f) != 0 ||
            tally_merge(&r->tally, group, &r->tally, i, f) != 0)
            rc = -1;
    }
    free(tuple);
    return rc;
}

static int
compare_groups(const void *left, const void *right, void *state)
{
    const struct tuples *groups = state;
    const uint32_t *a = tuples_get(groups, *(const uint32_t *)left);
    const uint32_t *b = tuples_get(groups, *(const uint32_t *)right);

    for (size_t i = 0; i < groups->width; i++) {
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

/* Every address is looked at, in order. */
static void
order_directly(const struct rollup *r, uint32_t *order)
{
    size_t next = 0;

    for (uint64_t i = 0; i < r->domain; i++) {
        if (r->slots[i] != 0)
            order[next++] = r->slots[i] - 1;
    }
}

static void
order_by_tuples(const struct rollup *r, uint32_t *order)
{
    for (size_t i = 0; i < r->groups.count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, r->groups.count, sizeof *order, compare_groups, (void *)(uintptr_t)&r->groups);
}

const uint32_t *
rollup_order(struct rollup *r, struct fault *f)
{
    size_t count = r->groups.count;

    if (array_reserve(&r->order, &r->order_room, 2 * count + 1, sizeof *r->order, f) != 0)
        return NULL;
    if (!r->totals && r->mode == ROLLUP_HASHED)
        order_by_keys(r->addresses, count, r->order, r->order + count);
    else if (!r->totals && r->mode == ROLLUP_DIRECT && r->domain / 64 <= count)
        order_directly(r, r->order);
    else
        order_by_tuples(r, r->order);
    return r->order;
}
