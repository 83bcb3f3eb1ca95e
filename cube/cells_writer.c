/* Writing cells: cells_write of cells.h. */
#include <stdlib.h>

#include "cube/bounds_writer.h"
#include "cube/cells.h"

static void
write_codes(struct emitter *e, const struct feed *from, size_t index)
{
    uint32_t width = packed_width(from->member_counts[index]);
    uint64_t numbers[FEED_CELLS];

    emit_number(e, width, 4);
    for (struct piece_range r = feed_begin(from); r.count > 0; r = feed_next(from, r)) {
        from->verbs->codes(from->state, index, r, numbers);
        emit_numbers(e, numbers, r.count, width);
    }
}

static uint64_t
write_rows(struct emitter *e, const struct feed *from)
{
    uint64_t rows[FEED_CELLS];
    uint64_t largest = 0, total = 0;

    for (struct piece_range r = feed_begin(from); r.count > 0; r = feed_next(from, r)) {
        from->verbs->rows(from->state, r, rows);
        for (size_t i = 0; i < r.count; i++) {
            largest = rows[i] > largest ? rows[i] : largest;
            total += rows[i];
        }
    }
    emit_number(e, packed_width(largest), 4);
    for (struct piece_range r = feed_begin(from); r.count > 0; r = feed_next(from, r)) {
        from->verbs->rows(from->state, r, rows);
        emit_numbers(e, rows, r.count, packed_width(largest));
    }
    return total;
}

/* When every fact has a value, their number says nothing new. */
static void
write_present(struct emitter *e, const struct feed *from, size_t source, uint64_t facts)
{
    uint64_t present[FEED_CELLS];
    uint64_t largest = 0, total = 0;

    for (struct piece_range r = feed_begin(from); r.count > 0; r = feed_next(from, r)) {
        from->verbs->present(from->state, source, r, present);
        for (size_t i = 0; i < r.count; i++) {
            largest = present[i] > largest ? present[i] : largest;
            total += present[i];
        }
    }
    emit_number(e, total == facts ? 0 : packed_width(largest), 4);
    if (total == facts)
        return;
    for (struct piece_range r = feed_begin(from); r.count > 0; r = feed_next(from, r)) {
        from->verbs->present(from->state, source, r, present);
        emit_numbers(e, present, r.count, packed_width(largest));
    }
}

/* ---- sums ---- */

enum { SHORT_SUM_BYTES = 16 };

/* What all sums of a column have in common. */
struct shape {
    uint32_t bits;    /* of the longest, without its sign, from 2^exponent on */
    int32_t exponent; /* the largest multiple of 32 that every sum is a multiple of */
};

/* Bits that any of the sums has: set ones, and ones that differ from the sign. */
struct bits {
    uint64_t set[EXACT_WIDTH_LIMIT];
    uint64_t long_ones[EXACT_WIDTH_LIMIT];
};

static void
gather_bits(struct bits *b, const struct exact_column *sums, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint64_t *limbs = sums->limbs + i * sums->width;
        uint64_t sign = (uint64_t)((int64_t)limbs[sums->width - 1] >> 63);

        for (uint32_t k = 0; k < sums->width; k++) {
            b->set[k] |= limbs[k];
            b->long_ones[k] |= limbs[k] ^ sign;
        }
    }
}

/* The shape depends on the sums alone, not on what the column once held. */
static struct shape
shape_of(const struct bits *b, int32_t exponent)
{
    const struct exact_number longest = {b->long_ones, EXACT_WIDTH_LIMIT, 0};
    struct shape shape = {0, 0};
    uint32_t zeros = 0;

    while (zeros < EXACT_WIDTH_LIMIT * 64 && (b->set[zeros / 64] >> zeros % 64 & 1) == 0)
        zeros++;
    if (zeros == EXACT_WIDTH_LIMIT * 64)
        return shape;
    zeros -= zeros % 32;
    while (exponent + (int32_t)zeros > EXACT_EXPONENT_MAX)
        zeros -= 32;
    shape.exponent = exponent + (int32_t)zeros;
    shape.bits = exact_number_bits(&longest);
    shape.bits = shape.bits > zeros ? shape.bits - zeros : 0;
    return shape;
}

/* The 64 bits from bit `shift` on; the sign goes on for ever. */
static inline uint64_t
bits_from(const uint64_t *limbs, uint32_t width, uint32_t shift)
{
    uint64_t sign = (uint64_t)((int64_t)limbs[width - 1] >> 63);
    uint32_t at = shift / 64, rest = shift % 64;
    uint64_t low = at < width ? limbs[at] : sign;
    uint64_t high = at + 1 < width ? limbs[at + 1] : sign;

    return rest == 0 ? low : low >> rest | high << (64 - rest);
}

/* Sums of up to sixteen bytes, each written over the end of the one before. */
static void
emit_short_sums(struct emitter *e, const struct exact_column *sums, size_t count, uint32_t shift,
    uint32_t bytes)
{
    unsigned char numbers[(FEED_CELLS + 1) * SHORT_SUM_BYTES], *to = numbers;

    for (size_t i = 0; i < count; i++, to += bytes) {
        const uint64_t *limbs = sums->limbs + i * sums->width;

        bytes_put64(to, bits_from(limbs, sums->width, shift));
        if (bytes > 8)
            bytes_put64(to + 8, bits_from(limbs, sums->width, shift + 64));
    }
    emit_bytes(e, numbers, count * bytes);
}

static void
emit_sum(struct emitter *e, const struct exact_number *n, uint32_t shift, uint32_t bytes)
{
    unsigned char number[EXACT_WIDTH_LIMIT * 8];

    for (uint32_t at = 0; at < bytes; at += 8)
        bytes_put(number + at, bits_from(n->limbs, n->width, shift + 8 * at),
            bytes - at < 8 ? bytes - at : 8);
    emit_bytes(e, number, bytes);
}

static int
find_shape(const struct feed *from, size_t source, struct exact_column *sums, struct shape *shape,
    struct fault *f)
{
    struct bits b = {{0}, {0}};

    for (struct piece_range r = feed_begin(from); r.count > 0; r = feed_next(from, r)) {
        if (from->verbs->sums(from->state, source, r, sums, f) != 0)
            return -1;
        gather_bits(&b, sums, r.count);
    }
    *shape = shape_of(&b, sums->exponent);
    return 0;
}

static int
emit_sums(struct emitter *e, const struct feed *from, size_t source, struct exact_column *sums,
    const struct shape *shape)
{
    for (struct piece_range r = feed_begin(from); r.count > 0; r = feed_next(from, r)) {
        uint32_t shift, bytes = shape->bits / 8 + 1;

        if (from->verbs->sums(from->state, source, r, sums, e->f) != 0)
            return -1;
        shift = (uint32_t)(shape->exponent - sums->exponent);
        if (bytes <= SHORT_SUM_BYTES) {
            emit_short_sums(e, sums, r.count, shift, bytes);
            continue;
        }
        for (size_t i = 0; i < r.count; i++) {
            struct exact_number n = exact_column_get(sums, i);

            emit_sum(e, &n, shift, bytes);
        }
    }
    return 0;
}

static void
write_source(struct emitter *e, const struct feed *from, size_t source, uint64_t facts)
{
    unsigned keeps = cube_model_keeps(from->model, source);
    bool summed = (keeps & CUBE_KEEP_SUM) != 0;
    struct shape shape = {0, 0};
    struct exact_column sums;

    exact_column_init(&sums);
    if (summed && (exact_column_resize(&sums, FEED_CELLS, e->f) != 0 ||
                      find_shape(from, source, &sums, &shape, e->f) != 0))
        e->failed = true;
    emit_number(e, from->model->sources[source].type, 4);
    emit_number(e, keeps, 4);
    emit_number(e, summed ? shape.bits / 8 + 1 : 0, 4);
    emit_number(e, (uint32_t)shape.exponent, 4);
    write_present(e, from, source, facts);
    if (summed && !e->failed && emit_sums(e, from, source, &sums, &shape) != 0)
        e->failed = true;
    if ((keeps & CUBE_KEEP_RANGE) != 0 && !e->failed)
        bounds_write(e, from, source);
    exact_column_release(&sums);
}

uint64_t
cells_write(struct emitter *e, const struct feed *from)
{
    uint64_t facts;

    for (size_t i = 0; i < from->width; i++)
        write_codes(e, from, i);
    facts = write_rows(e, from);
    for (size_t i = 0; i < from->model->source_count && !e->failed; i++)
        write_source(e, from, i, facts);
    return facts;
}
