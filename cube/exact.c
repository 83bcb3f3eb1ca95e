#include "cube/exact.h"

#include <stdlib.h>
#include <string.h>

#include "cube/array.h"

/* A number is shifted by at most this many limbs before it is added. */
enum { SCRATCH_LIMBS = EXACT_WIDTH_LIMIT + (EXACT_EXPONENT_MAX - EXACT_EXPONENT_MIN) / 64 + 2 };

static uint64_t
sign_of(uint64_t limb)
{
    return (limb >> 63) != 0 ? UINT64_MAX : 0;
}

static int32_t
floor32(int32_t exponent)
{
    return exponent >= 0 ? exponent / 32 * 32 : -((-exponent + 31) / 32 * 32);
}

void
exact_column_init(struct exact_column *c)
{
    *c = (struct exact_column){.width = 1};
}

void
exact_column_release(struct exact_column *c)
{
    free(c->limbs);
    exact_column_init(c);
}

void
exact_column_restart(struct exact_column *c)
{
    *c = (struct exact_column){.limbs = c->limbs, .room = c->room, .width = 1};
}

int
exact_column_expect(struct exact_column *c, size_t count, struct fault *f)
{
    if (count > SIZE_MAX / 64 / EXACT_WIDTH_LIMIT)
        return fault_set_memory(f);
    return array_reserve(&c->limbs, &c->room, count * c->width, sizeof *c->limbs, f);
}

int
exact_column_resize(struct exact_column *c, size_t count, struct fault *f)
{
    if (count > c->count) {
        if (count > SIZE_MAX / 64 / EXACT_WIDTH_LIMIT)
            return fault_set_memory(f);
        if (array_reserve(&c->limbs, &c->room, count * c->width, sizeof *c->limbs, f) != 0)
            return -1;
        memset(c->limbs + c->count * c->width, 0, (count - c->count) * c->width * sizeof *c->limbs);
    }
    c->count = count;
    return 0;
}

struct exact_number
exact_column_get(const struct exact_column *c, size_t index)
{
    return (struct exact_number){c->limbs + index * c->width, c->width, c->exponent};
}

uint32_t
exact_number_width(const struct exact_number *n)
{
    uint32_t width = n->width;

    while (width > 1 && n->limbs[width - 1] == sign_of(n->limbs[width - 2]))
        width--;
    return width;
}

uint32_t
exact_number_bits(const struct exact_number *n)
{
    uint32_t used = exact_number_width(n);
    uint64_t top = n->limbs[used - 1] ^ sign_of(n->limbs[used - 1]);

    return (used - 1) * 64 + (top == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(top));
}

static uint32_t
limbs_for(uint64_t bits)
{
    return (uint32_t)(bits / 64 + 1); /* one bit more, for the sign */
}

/* Spreads the sums over more limbs each, from the last one down so that nothing is overwritten. */
static int
widen(struct exact_column *c, uint32_t width, struct fault *f)
{
    if (width <= c->width)
        return 0;
    if (width > EXACT_WIDTH_LIMIT)
        return fault_set(f, FAULT_DATA, "a sum exceeds %d bits", EXACT_WIDTH_LIMIT * 64);
    if (c->count > SIZE_MAX / 64 / EXACT_WIDTH_LIMIT)
        return fault_set_memory(f);
    if (array_reserve(&c->limbs, &c->room, c->count * width, sizeof *c->limbs, f) != 0)
        return -1;
    for (size_t i = c->count; i-- > 0;) {
        uint64_t *from = c->limbs + i * c->width;
        uint64_t *to = c->limbs + i * width;
        uint64_t sign = sign_of(from[c->width - 1]);

        memmove(to, from, c->width * sizeof *to);
        for (uint32_t k = c->width; k < width; k++)
            to[k] = sign;
    }
    c->width = width;
    return 0;
}

/* Shifts in place by `bits`; the result must fit. */
static void
shift_left(uint64_t *limbs, uint32_t width, uint32_t bits)
{
    uint32_t whole = bits / 64;
    uint32_t rest = bits % 64;

    for (uint32_t k = width; k-- > 0;) {
        uint64_t high = k >= whole ? limbs[k - whole] : 0;
        uint64_t low = k >= whole + 1 ? limbs[k - whole - 1] : 0;

        limbs[k] = rest == 0 ? high : (high << rest) | (low >> (64 - rest));
    }
}

/* Lowers the column's exponent to hold bits of 2^exponent. */
static int
refine(struct exact_column *c, int32_t exponent, struct fault *f)
{
    uint32_t longest = 0;
    uint32_t bits;

    if (!c->any) {
        c->exponent = exponent;
        c->any = true;
        return 0;
    }
    if (exponent >= c->exponent)
        return 0;
    bits = (uint32_t)(c->exponent - exponent);
    for (size_t i = 0; i < c->count; i++) {
        struct exact_number n = exact_column_get(c, i);
        uint32_t length = exact_number_bits(&n);

        longest = length > longest ? length : longest;
    }
    if (widen(c, limbs_for((uint64_t)longest + bits), f) != 0)
        return -1;
    for (size_t i = 0; i < c->count; i++)
        shift_left(c->limbs + i * c->width, c->width, bits);
    c->exponent = exponent;
    return 0;
}

/* Adds `width` limbs (at most the column's) to a sum from limb `at` on, sign-extended. */
static int
add_limbs(struct exact_column *c, size_t index, const uint64_t *limbs, uint32_t width, uint32_t at,
    struct fault *f)
{
    uint64_t *sum = c->limbs + index * c->width;
    /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): the caller has filled `width` limbs. */
    uint64_t sign = sign_of(limbs[width - 1]);
    uint64_t before = sign_of(sum[c->width - 1]);
    uint32_t top = c->width;
    bool carry = false;

    for (uint32_t k = at; k < top; k++) {
        uint64_t addend = k - at < width ? limbs[k - at] : sign;
        bool first = __builtin_add_overflow(sum[k], addend, &addend);

        carry = __builtin_add_overflow(addend, (uint64_t)carry, &sum[k]) || first;
    }
    /* Two numbers of one sign gave the other sign: the true sign goes to a limb of its own. */
    if (before == sign && sign_of(sum[top - 1]) != sign) {
        if (widen(c, top + 1, f) != 0)
            return -1;
        c->limbs[index * c->width + top] = sign;
    }
    return 0;
}

/* Adds mantissa * 2^exponent; mantissa != 0. */
static int
add_scaled(
    struct exact_column *c, size_t index, int64_t mantissa, int32_t exponent, struct fault *f)
{
    uint64_t limbs[2];
    unsigned __int128 shifted;
    uint32_t shift;
    uint64_t magnitude = mantissa < 0 ? -(uint64_t)mantissa : (uint64_t)mantissa;

    if (refine(c, floor32(exponent), f) != 0)
        return -1;
    shift = (uint32_t)(exponent - c->exponent);
    if (widen(c, limbs_for((uint64_t)shift + 64 - (uint32_t)__builtin_clzll(magnitude)), f) != 0)
        return -1;
    shifted = (unsigned __int128)(__int128)mantissa << (shift % 64);
    limbs[0] = (uint64_t)shifted;
    limbs[1] = (uint64_t)(shifted >> 64);
    return add_limbs(c, index, limbs, 2, shift / 64, f);
}

/* Adds where one or two limbs hold everything and nothing must be rescaled. False: they do not, and
 * nothing was added. */
static bool
add_short(struct exact_column *c, size_t index, int64_t mantissa, int32_t exponent)
{
    uint64_t *sum = c->limbs + index * c->width;
    int32_t shift = exponent - c->exponent;
    __int128 shifted, total;

    if (!c->any || shift < 0 || shift > 63)
        return false;
    shifted = (__int128)((unsigned __int128)(__int128)mantissa << shift);
    if (c->width == 1) {
        total = shifted + (int64_t)sum[0];
        if (total != (int64_t)total)
            return false;
        sum[0] = (uint64_t)total;
        return true;
    }
    if (c->width != 2)
        return false;
    total = (__int128)((unsigned __int128)sum[1] << 64 | sum[0]);
    if (__builtin_add_overflow(total, shifted, &total))
        return false;
    sum[0] = (uint64_t)total;
    sum[1] = (uint64_t)((unsigned __int128)total >> 64);
    return true;
}

int
exact_add_int(struct exact_column *c, size_t index, int64_t value, struct fault *f)
{
    if (value == 0 || add_short(c, index, value, 0))
        return 0;
    return add_scaled(c, index, value, 0, f);
}

int
exact_add_scaled(struct exact_column *c, size_t index, int64_t integer, int power, struct fault *f)
{
    return integer == 0 ? 0 : add_scaled(c, index, integer, power, f);
}

/* A double is mantissa * 2^exponent with at most 53 bits (IEEE 754 binary64), here without trailing
 * zeros. */
int
exact_add_double(struct exact_column *c, size_t index, double value, struct fault *f)
{
    uint64_t bits, fraction;
    int32_t exponent;
    int trailing;
    int64_t mantissa;

    if (value == 0)
        return 0;
    memcpy(&bits, &value, sizeof bits);
    fraction = bits & (((uint64_t)1 << 52) - 1);
    exponent = (int32_t)(bits >> 52 & 0x7FF);
    if (exponent != 0)
        fraction |= (uint64_t)1 << 52;
    else
        exponent = 1;
    trailing = __builtin_ctzll(fraction);
    mantissa = (int64_t)(fraction >> trailing);
    if (bits >> 63 != 0)
        mantissa = -mantissa;
    exponent += trailing - 1075;
    if (add_short(c, index, mantissa, exponent))
        return 0;
    return add_scaled(c, index, mantissa, exponent, f);
}

int
exact_column_prepare(struct exact_column *c, int32_t exponent, int32_t top, struct fault *f)
{
    if (refine(c, exponent, f) != 0)
        return -1;
    return top <= c->exponent ? 0 : widen(c, limbs_for((uint64_t)(top - c->exponent)), f);
}

int
exact_add_number(
    struct exact_column *c, size_t index, const struct exact_number *n, struct fault *f)
{
    uint64_t limbs[SCRATCH_LIMBS];
    uint32_t used = exact_number_width(n);
    uint32_t shift;
    struct exact_number moved = {limbs, 0, 0};

    if (used == 1 && n->limbs[0] == 0)
        return 0;
    if (refine(c, floor32(n->exponent), f) != 0)
        return -1;
    shift = (uint32_t)(n->exponent - c->exponent);
    moved.width = used + shift / 64 + 1;
    if (moved.width > SCRATCH_LIMBS)
        return fault_set(f, FAULT_DATA, "a sum exceeds %d bits", EXACT_WIDTH_LIMIT * 64);
    for (uint32_t k = 0; k < moved.width; k++)
        limbs[k] = k < used ? n->limbs[k] : sign_of(n->limbs[used - 1]);
    shift_left(limbs, moved.width, shift);
    moved.width = exact_number_width(&moved);
    if (widen(c, moved.width, f) != 0)
        return -1;
    return add_limbs(c, index, limbs, moved.width, 0, f);
}
