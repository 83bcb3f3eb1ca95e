/* Finished sums: the conversions declared at the end of exact.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cube/exact.h"

/* Room for a magnitude with 128 bits more below, and for one shifted up by the largest exponent. */
enum { MAGNITUDE_LIMBS = EXACT_WIDTH_LIMIT + EXACT_EXPONENT_MAX / 64 + 2 };

/* A number without its sign: limbs * 2^exponent. */
struct magnitude {
    uint64_t limbs[MAGNITUDE_LIMBS];
    uint32_t width; /* the top limb is not zero; 0 for zero */
    int32_t exponent;
    bool negative;
};

static void
trim(struct magnitude *m)
{
    while (m->width > 0 && m->limbs[m->width - 1] == 0)
        m->width--;
}

static void
magnitude_init(struct magnitude *m, const struct exact_number *n)
{
    bool carry;

    m->width = n->width;
    m->exponent = n->exponent;
    m->negative = (n->limbs[n->width - 1] >> 63) != 0;
    carry = m->negative;
    for (uint32_t k = 0; k < n->width; k++) {
        m->limbs[k] = m->negative ? ~n->limbs[k] : n->limbs[k];
        carry = __builtin_add_overflow(m->limbs[k], (uint64_t)carry, &m->limbs[k]);
    }
    trim(m);
}

/* 64 bits of the magnitude from bit `at` on. */
static uint64_t
bits_from(const struct magnitude *m, uint32_t at)
{
    uint32_t limb = at / 64;
    uint32_t rest = at % 64;
    uint64_t low = limb < m->width ? m->limbs[limb] : 0;
    uint64_t high = limb + 1 < m->width ? m->limbs[limb + 1] : 0;

    return rest == 0 ? low : (low >> rest) | (high << (64 - rest));
}

/* True when any bit below `at` is set. */
static bool
any_below(const struct magnitude *m, uint32_t at)
{
    for (uint32_t k = 0; k < at / 64 && k < m->width; k++) {
        if (m->limbs[k] != 0)
            return true;
    }
    return at % 64 != 0 && at / 64 < m->width && m->limbs[at / 64] << (64 - at % 64) != 0;
}

/* Rounds to nearest, ties to even; `sticky`: something beyond the lowest bit was already cut off.
 */
static double
magnitude_round(const struct magnitude *m, bool sticky)
{
    uint32_t length;
    int32_t top, lowest;
    uint64_t mantissa;
    double result;

    if (m->width == 0)
        return 0;
    length = m->width * 64 - (uint32_t)__builtin_clzll(m->limbs[m->width - 1]);
    top = (int32_t)length - 1 + m->exponent;
    /* 53 bits of a normal number, fewer of a subnormal one. */
    lowest = top - 52 < -1074 ? -1074 : top - 52;
    if (top > 1023) {
        result = INFINITY;
    } else if (lowest <= m->exponent) {
        result = ldexp((double)m->limbs[0], m->exponent);
    } else {
        uint32_t cut = (uint32_t)(lowest - m->exponent);
        bool half = (bits_from(m, cut - 1) & 1) != 0;
        bool more = sticky || any_below(m, cut - 1);

        mantissa = bits_from(m, cut);
        mantissa += half && (more || (mantissa & 1) != 0);
        result = ldexp((double)mantissa, lowest);
    }
    return m->negative ? -result : result;
}

double
exact_number_double(const struct exact_number *n)
{
    struct magnitude m;

    magnitude_init(&m, n);
    return magnitude_round(&m, false);
}

/* Divides in place and returns the remainder. */
static uint64_t
divide(struct magnitude *m, uint64_t divisor)
{
    uint64_t remainder = 0;

    for (uint32_t k = m->width; k-- > 0;) {
        unsigned __int128 part = ((unsigned __int128)remainder << 64) | m->limbs[k];

        m->limbs[k] = (uint64_t)(part / divisor);
        remainder = (uint64_t)(part % divisor);
    }
    trim(m);
    return remainder;
}

/* Two limbs of zeros below: the quotient keeps at least 64 significant bits. */
double
exact_number_quotient(const struct exact_number *n, uint64_t divisor)
{
    struct magnitude m;
    uint64_t remainder;

    magnitude_init(&m, n);
    memmove(m.limbs + 2, m.limbs, m.width * sizeof m.limbs[0]);
    m.limbs[0] = m.limbs[1] = 0;
    m.width += 2;
    m.exponent -= 128;
    trim(&m);
    remainder = divide(&m, divisor);
    return magnitude_round(&m, remainder != 0);
}

/* Multiplies by 2^exponent when that is a whole number of bits up; leaves exponent <= 0. */
static void
settle_exponent(struct magnitude *m)
{
    uint32_t whole, rest;

    if (m->exponent <= 0 || m->width == 0)
        return;
    whole = (uint32_t)m->exponent / 64;
    rest = (uint32_t)m->exponent % 64;
    memmove(m->limbs + whole, m->limbs, m->width * sizeof m->limbs[0]);
    memset(m->limbs, 0, whole * sizeof m->limbs[0]);
    m->width += whole;
    m->limbs[m->width++] = 0;
    for (uint32_t k = m->width; rest != 0 && k-- > 0;)
        m->limbs[k] = (m->limbs[k] << rest) | (k > 0 ? m->limbs[k - 1] >> (64 - rest) : 0);
    m->exponent = 0;
    trim(m);
}

/* Takes the bits below 2^0 away into `fraction` (same exponent); what stays has exponent 0. */
static void
split_fraction(struct magnitude *m, struct magnitude *fraction)
{
    uint32_t bits;
    uint32_t width = m->width;

    settle_exponent(m);
    *fraction = *m;
    if (m->exponent >= 0) {
        fraction->width = 0;
        return;
    }
    bits = (uint32_t)-m->exponent;
    for (uint32_t k = 0; k < width; k++) {
        uint64_t whole = bits_from(fraction, bits + k * 64);

        m->limbs[k] = whole;
    }
    m->exponent = 0;
    trim(m);
    if (bits / 64 < fraction->width) {
        fraction->limbs[bits / 64] &= (UINT64_C(1) << (bits % 64)) - 1;
        fraction->width = bits / 64 + 1;
    }
    trim(fraction);
}

bool
exact_number_int(const struct exact_number *n, int64_t *integer)
{
    struct magnitude m, fraction;
    uint64_t limit = INT64_MAX;

    magnitude_init(&m, n);
    split_fraction(&m, &fraction);
    if (fraction.width != 0 || m.width > 1)
        return false;
    limit += m.negative;
    if (m.width == 1 && m.limbs[0] > limit)
        return false;
    *integer = m.width == 0 ? 0 : (int64_t)(m.negative ? -m.limbs[0] : m.limbs[0]);
    return true;
}

#define CHUNK UINT64_C(10000000000000000000) /* 10^19 */

static void
add_whole(struct text *t, struct magnitude *m)
{
    /* 19 digits a chunk; a limb has at most 19.27. */
    uint64_t chunks[MAGNITUDE_LIMBS + 2 + MAGNITUDE_LIMBS / 32];
    size_t count = 0;

    do
        chunks[count++] = divide(m, CHUNK);
    while (m->width > 0);
    text_add_format(t, "%llu", (unsigned long long)chunks[--count]);
    while (count > 0)
        text_add_format(t, "%019llu", (unsigned long long)chunks[--count]);
}

/* Each multiplication by 10^19 moves 19 more digits above the point, until nothing is left below.
 */
static void
add_fraction(struct text *t, struct magnitude *m)
{
    uint32_t bits = (uint32_t)-m->exponent;

    text_add_char(t, '.');
    while (m->width > 0) {
        uint64_t carry = 0;
        uint64_t digits;

        for (uint32_t k = 0; k < m->width; k++) {
            unsigned __int128 part = (unsigned __int128)m->limbs[k] * CHUNK + carry;

            m->limbs[k] = (uint64_t)part;
            carry = (uint64_t)(part >> 64);
        }
        m->limbs[m->width++] = carry;
        digits = bits_from(m, bits);
        text_add_format(t, "%019llu", (unsigned long long)digits);
        if (bits / 64 < m->width) {
            m->limbs[bits / 64] &= (UINT64_C(1) << (bits % 64)) - 1;
            m->width = bits / 64 + 1;
        }
        trim(m);
    }
    while (t->length > 0 && t->bytes[t->length - 1] == '0')
        text_cut(t, t->length - 1);
}

void
exact_number_add_text(struct text *t, const struct exact_number *n)
{
    struct magnitude m, fraction;

    magnitude_init(&m, n);
    if (m.negative)
        text_add_char(t, '-');
    split_fraction(&m, &fraction);
    add_whole(t, &m);
    if (fraction.width > 0)
        add_fraction(t, &fraction);
}
