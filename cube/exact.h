/*
 * exact: sums without any rounding, so that they do not depend on the order of the values.
 *
 * A sum is a whole number of 64-bit limbs (two's complement, lowest first) times 2^exponent. All
 * sums of a column share width and exponent; a value with finer bits lowers the exponent, a larger
 * one widens the column. The exponent is a multiple of 32, so that a column is rescaled at most 67
 * times whatever comes. 34 limbs hold the sum of 2^63 doubles of any size (IEEE 754: bits 2^-1074
 * to 2^1023).
 */
#ifndef CUBE_EXACT_H
#define CUBE_EXACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/text.h"

enum {
    EXACT_WIDTH_LIMIT = 40,     /* limbs */
    EXACT_EXPONENT_MIN = -1088, /* below the smallest bit of a double */
    EXACT_EXPONENT_MAX = 992,   /* above the exponent of any double's lowest bit */
    EXACT_TOP_LIMIT =
        1088 + 2 * 64 /* exponent + 64 * width of a stored column: headroom for counts */
};

/* One sum, wherever its limbs lie (borrowed). */
struct exact_number {
    const uint64_t *limbs;
    uint32_t width;
    int32_t exponent;
};

struct exact_column {
    uint64_t *limbs; /* count * width; owned */
    size_t count;
    uint32_t width;
    int32_t exponent;
    bool any; /* something other than zero was added: the exponent means something */
    /* private */
    size_t room; /* in limbs */
};

/* A column without sums; `exponent` 0 and one limb until more is needed. */
void exact_column_init(struct exact_column *c);
void exact_column_release(struct exact_column *c);

/* Forgets all sums and keeps their memory. */
void exact_column_restart(struct exact_column *c);

/* Appends zeros up to `count` sums, or cuts. */
int exact_column_resize(struct exact_column *c, size_t count, struct fault *f);

/* Makes room for `count` sums of the column's present width. */
int exact_column_expect(struct exact_column *c, size_t count, struct fault *f);

struct exact_number exact_column_get(const struct exact_column *c, size_t index);

/* Adds to one sum. 0, or -1: out of memory; FAULT_DATA when a sum leaves every range. The double is
 * finite; the number may be one of the column's own. */
int exact_add_int(struct exact_column *c, size_t index, int64_t value, struct fault *f);
int exact_add_double(struct exact_column *c, size_t index, double value, struct fault *f);
int exact_add_number(
    struct exact_column *c, size_t index, const struct exact_number *n, struct fault *f);

/* Adds integer * 2^power; -1088 <= power <= 1088. */
int exact_add_scaled(
    struct exact_column *c, size_t index, int64_t integer, int power, struct fault *f);

/*
 * Makes the column ready for sums of numbers with these bits: lowest bit 2^exponent (a multiple of
 * 32), highest below 2^top with all of them added up. From then on sums whose exponent is the
 * column's may be added by exact_add_ready.
 */
int exact_column_prepare(struct exact_column *c, int32_t exponent, int32_t top, struct fault *f);

/* Adds a number of the column's exponent, with no more limbs than the column, in a prepared column.
 */
static inline void
exact_add_ready(struct exact_column *c, size_t index, const uint64_t *limbs, uint32_t width)
{
    uint64_t *sum = c->limbs + index * c->width;
    uint64_t sign = limbs[width - 1] >> 63 != 0 ? UINT64_MAX : 0;
    bool carry = false;

    for (uint32_t k = 0; k < c->width; k++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): the caller has filled them. */
        uint64_t addend = k < width ? limbs[k] : sign;
        bool first = __builtin_add_overflow(sum[k], addend, &addend);

        carry = __builtin_add_overflow(addend, (uint64_t)carry, &sum[k]) || first;
    }
}

/* Bits of a number without its sign. */
uint32_t exact_number_bits(const struct exact_number *n);

/* Fewest limbs (at least 1) that hold the number. */
uint32_t exact_number_width(const struct exact_number *n);

/* The nearest double, ties to even; infinite beyond the largest. */
double exact_number_double(const struct exact_number *n);

/* The same of the number divided by `divisor` (> 0): rounded once. */
double exact_number_quotient(const struct exact_number *n, uint64_t divisor);

/* The number as an integer; false when it has a fraction or does not fit. */
bool exact_number_int(const struct exact_number *n, int64_t *integer);

/* Adds all decimal digits: "-12.375". */
void exact_number_add_text(struct text *t, const struct exact_number *n);

#endif
