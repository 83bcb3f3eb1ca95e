/* Writing cells: cells_write of cells.h. */
#include <stdlib.h>

#include "cube/cells.h"
#include "cube/order.h"

/* Columns are gathered in pieces, in the order of the cells. */
enum { PIECE_CELLS = 1024 };

/* More distinct bounds than this are stored as they are. */
enum { DISTINCT_LIMIT = 65536, DISTINCT_SLOTS = 4 * DISTINCT_LIMIT };

static size_t
piece_count(const struct cell_list *l, size_t first)
{
    return l->count - first < PIECE_CELLS ? l->count - first : PIECE_CELLS;
}

static void
write_codes(struct emitter *e, const struct cell_list *l, size_t index)
{
    uint32_t width = packed_width(l->member_counts[index]);
    const uint32_t *places = l->places == NULL ? NULL : l->places[index];
    uint64_t numbers[PIECE_CELLS];

    emit_number(e, width, 4);
    for (size_t first = 0; first < l->count; first += PIECE_CELLS) {
        size_t count = piece_count(l, first);

        for (size_t i = 0; i < count; i++) {
            uint32_t code = tuples_get(l->tuples, l->order[first + i])[index];

            numbers[i] = places == NULL ? code : places[code];
        }
        emit_numbers(e, numbers, count, width);
    }
}

static void
write_counts(struct emitter *e, const struct cell_list *l, const uint64_t *counts, uint32_t width)
{
    uint64_t numbers[PIECE_CELLS];

    emit_number(e, width, 4);
    for (size_t first = 0; first < l->count; first += PIECE_CELLS) {
        size_t count = piece_count(l, first);

        for (size_t i = 0; i < count; i++)
            numbers[i] = counts[l->order[first + i]];
        emit_numbers(e, numbers, count, width);
    }
}

static uint64_t
write_rows(struct emitter *e, const struct cell_list *l)
{
    const uint64_t *rows = l->tally->rows;
    uint64_t largest = 0, total = 0;

    for (size_t i = 0; i < l->count; i++) {
        largest = rows[i] > largest ? rows[i] : largest;
        total += rows[i];
    }
    write_counts(e, l, rows, packed_width(largest));
    return total;
}

static void
write_present(struct emitter *e, const struct cell_list *l, const uint64_t *present)
{
    uint64_t largest = 0;
    bool always = true;

    for (size_t i = 0; i < l->count; i++) {
        largest = present[i] > largest ? present[i] : largest;
        always = always && present[i] == l->tally->rows[i];
    }
    if (always)
        emit_number(e, 0, 4);
    else
        write_counts(e, l, present, packed_width(largest));
}

/* No wider than the widest sum needs: the file does not tell what the column once held. */
static uint32_t
sum_bytes(const struct exact_column *sum)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < sum->count; i++) {
        struct exact_number n = exact_column_get(sum, i);
        uint32_t needed = exact_number_bits(&n);

        bits = needed > bits ? needed : bits;
    }
    return bits / 8 + 1;
}

static void
write_sums(
    struct emitter *e, const struct cell_list *l, const struct exact_column *sum, uint32_t bytes)
{
    unsigned char number[EXACT_WIDTH_LIMIT * 8];

    for (size_t i = 0; i < l->count; i++) {
        struct exact_number n = exact_column_get(sum, l->order[i]);
        uint32_t left = bytes;

        for (uint32_t k = 0; left > 0; k++) {
            uint32_t piece = left < 8 ? left : 8;
            uint64_t limb = k < n.width ? n.limbs[k] : n.limbs[n.width - 1] >> 63 ? UINT64_MAX : 0;

            bytes_put(number + 8 * k, limb, piece);
            left -= piece;
        }
        emit_bytes(e, number, bytes);
    }
}

/* The distinct bounds of a source, while there are not too many. */
struct distinct {
    uint64_t *values;
    uint32_t *slots; /* index of the value + 1 */
    uint32_t *ranks; /* of each value in ascending order */
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

static void
distinct_release(struct distinct *d)
{
    free(d->values);
    free(d->slots);
    free(d->ranks);
}

/* The bounds of a cell without values are stored as zero. */
static int64_t
stored_bound(const struct tally_source *s, const int64_t *bounds, size_t cell)
{
    return s->present[cell] == 0 ? 0 : bounds[cell];
}

static int
distinct_init(
    struct distinct *d, const struct cell_list *l, const struct tally_source *s, struct fault *f)
{
    uint32_t *order = malloc(DISTINCT_LIMIT * sizeof *order);
    int rc = 0;

    *d = (struct distinct){.values = malloc(DISTINCT_LIMIT * sizeof *d->values),
        .slots = calloc(DISTINCT_SLOTS, sizeof *d->slots),
        .ranks = malloc(DISTINCT_LIMIT * sizeof *d->ranks)};
    if (order == NULL || d->values == NULL || d->slots == NULL || d->ranks == NULL)
        rc = fault_set_memory(f);
    for (size_t i = 0; rc == 0 && i < l->count && !d->many; i++) {
        distinct_add(d, stored_bound(s, s->least, i));
        distinct_add(d, stored_bound(s, s->greatest, i));
    }
    /* Where nearly all differ, numbering them saves nothing. */
    d->many = d->many || d->count * 2 > l->count;
    if (rc == 0 && !d->many) {
        rc = order_by_keys(d->values, d->count, order, f);
        for (uint32_t i = 0; rc == 0 && i < d->count; i++)
            d->ranks[order[i]] = i;
    }
    free(order);
    return rc;
}

static void
write_bound(struct emitter *e, const struct cell_list *l, const struct tally_source *s,
    const int64_t *bounds, const struct distinct *d)
{
    uint32_t width = d->many ? 8 : packed_width(d->count);
    uint64_t numbers[PIECE_CELLS];

    for (size_t first = 0; first < l->count; first += PIECE_CELLS) {
        size_t count = piece_count(l, first);

        for (size_t i = 0; i < count; i++) {
            int64_t key = stored_bound(s, bounds, l->order[first + i]);

            numbers[i] = d->many ? (uint64_t)key
                                 : d->ranks[d->slots[distinct_slot(d, unsigned_order(key))] - 1];
        }
        emit_numbers(e, numbers, count, width);
    }
}

static void
write_bounds(struct emitter *e, const struct cell_list *l, const struct tally_source *s)
{
    struct distinct d;
    uint64_t *sorted = NULL;

    if (distinct_init(&d, l, s, e->f) != 0) {
        e->failed = true;
    } else if (d.many) {
        emit_number(e, 0, 4);
    } else if ((sorted = malloc((d.count + 1) * sizeof *sorted)) == NULL) {
        fault_set_memory(e->f);
        e->failed = true;
    } else {
        for (size_t i = 0; i < d.count; i++)
            sorted[d.ranks[i]] = unsigned_order((int64_t)d.values[i]);
        emit_number(e, d.count, 4);
        emit_numbers(e, sorted, d.count, 8);
        emit_number(e, packed_width(d.count), 4);
    }
    if (!e->failed) {
        write_bound(e, l, s, s->least, &d);
        write_bound(e, l, s, s->greatest, &d);
    }
    free(sorted);
    distinct_release(&d);
}

static void
write_source(struct emitter *e, const struct cell_list *l, const struct tally_source *s)
{
    bool summed = (s->keeps & CUBE_KEEP_SUM) != 0;
    uint32_t bytes = summed ? sum_bytes(&s->sum) : 0;

    emit_number(e, s->type, 4);
    emit_number(e, s->keeps, 4);
    emit_number(e, bytes, 4);
    emit_number(e, summed && s->sum.any ? (uint32_t)s->sum.exponent : 0, 4);
    write_present(e, l, s->present);
    if (summed)
        write_sums(e, l, &s->sum, bytes);
    if ((s->keeps & CUBE_KEEP_RANGE) != 0)
        write_bounds(e, l, s);
}

uint64_t
cells_write(struct emitter *e, const struct cell_list *l)
{
    uint64_t facts;

    for (size_t i = 0; i < l->tuples->width; i++)
        write_codes(e, l, i);
    facts = write_rows(e, l);
    for (size_t i = 0; i < l->tally->model->source_count; i++)
        write_source(e, l, &l->tally->sources[i]);
    return facts;
}
