#include "tests/harness.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "cube/exact.h"
#include "tests/cube/sample.h"

static double
sum_of(const double *numbers, size_t count)
{
    struct exact_column c;
    struct exact_number n;
    struct fault f = FAULT_INIT;
    double sum;

    exact_column_init(&c);
    ASSERT_OK(exact_column_resize(&c, 1, &f), &f);
    for (size_t i = 0; i < count; i++)
        ASSERT_OK(exact_add_double(&c, 0, numbers[i], &f), &f);
    n = exact_column_get(&c, 0);
    sum = exact_number_double(&n);
    exact_column_release(&c);
    return sum;
}

#define SUM_OF(...)                                                                                \
    sum_of((const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static void
small_survives_between_large(void)
{
    CU_ASSERT_EQUAL(SUM_OF(1e308, 1, -1e308), 1);
    CU_ASSERT_EQUAL(SUM_OF(1e300, 5e-324, -1e300), 5e-324);
    CU_ASSERT_EQUAL(SUM_OF(1e16, 1, 1, -1e16), 2);
}

static void
single_values_come_back(void)
{
    const double numbers[] = {0, 1, -1, 0.1, -0.3, DBL_MAX, -DBL_MAX, DBL_MIN, -5e-324, 5e-324,
        1e-310, 4503599627370497.5, 0x1p-1022, 0x1.fffffffffffffp-1023, 0x1p1023};

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        CU_ASSERT_EQUAL(sum_of(&numbers[i], 1), numbers[i]);
}

static void
ties_go_to_even(void)
{
    CU_ASSERT_EQUAL(SUM_OF(0x1p53, 1), 0x1p53);
    CU_ASSERT_EQUAL(SUM_OF(0x1p53, 2, 1), 0x1p53 + 4);
    CU_ASSERT_EQUAL(SUM_OF(0x1p53, 1, 5e-324), 0x1p53 + 2);
    CU_ASSERT_EQUAL(SUM_OF(-0x1p53, -1), -0x1p53);
    CU_ASSERT_EQUAL(SUM_OF(-0x1p53, -1, -5e-324), -0x1p53 - 2);
}

static void
beyond_the_largest_is_infinite(void)
{
    CU_ASSERT_EQUAL(SUM_OF(DBL_MAX, DBL_MAX), INFINITY);
    CU_ASSERT_EQUAL(SUM_OF(-DBL_MAX, -DBL_MAX), -INFINITY);
    CU_ASSERT_EQUAL(SUM_OF(DBL_MAX, 0x1p970), INFINITY);
    CU_ASSERT_EQUAL(SUM_OF(DBL_MAX, 0x1p969), DBL_MAX);
}

static void
order_does_not_matter(void)
{
    double numbers[200];
    uint64_t state = 1;
    double sum;

    for (size_t i = 0; i < 200; i++) {
        uint64_t bits = sample_random(&state);

        bits &= ~(UINT64_C(1) << 62); /* finite, and small enough not to overflow */
        memcpy(&numbers[i], &bits, sizeof bits);
        if (!isfinite(numbers[i]))
            numbers[i] = 0;
    }
    sum = sum_of(numbers, 200);
    for (int round = 0; round < 50; round++) {
        for (size_t i = 199; i > 0; i--) {
            size_t k = sample_random(&state) % (i + 1);
            double swapped = numbers[i];

            numbers[i] = numbers[k];
            numbers[k] = swapped;
        }
        CU_ASSERT_EQUAL(sum_of(numbers, 200), sum);
    }
}

/* Against 128-bit integers in units of 2^-60. */
static void
agrees_with_fixed_point(void)
{
    uint64_t state = 2;

    for (int round = 0; round < 300; round++) {
        double numbers[40];
        __int128 expected = 0;

        for (size_t i = 0; i < 40; i++) {
            int shift = (int)(sample_random(&state) % 60);
            int64_t mantissa = (int64_t)(sample_random(&state) >> 11) - (INT64_C(1) << 52);

            numbers[i] = ldexp((double)mantissa, shift - 60);
            expected += mantissa * ((__int128)1 << shift);
        }
        CU_ASSERT_EQUAL(sum_of(numbers, 40), ldexp((double)expected, -60));
    }
}

static void
merging_gives_the_sum_of_all(void)
{
    uint64_t state = 3;
    struct exact_column c;
    struct fault f = FAULT_INIT;

    for (int round = 0; round < 100; round++) {
        double numbers[30];

        exact_column_init(&c);
        ASSERT_OK(exact_column_resize(&c, 3, &f), &f);
        for (size_t i = 0; i < 30; i++) {
            numbers[i] = ldexp(
                (double)(int64_t)sample_random(&state), (int)(sample_random(&state) % 1900) - 1070);
            ASSERT_OK(exact_add_double(&c, i % 3, numbers[i], &f), &f);
        }
        for (size_t i = 1; i < 3; i++) {
            struct exact_number n = exact_column_get(&c, i);

            ASSERT_OK(exact_add_number(&c, 0, &n, &f), &f);
        }
        struct exact_number n = exact_column_get(&c, 0);
        CU_ASSERT_EQUAL(exact_number_double(&n), sum_of(numbers, 30));
        exact_column_release(&c);
    }
}

static void
merges_columns_of_other_scale(void)
{
    struct exact_column fine, coarse;
    struct exact_number n;
    struct fault f = FAULT_INIT;

    exact_column_init(&fine);
    exact_column_init(&coarse);
    ASSERT_OK(exact_column_resize(&fine, 1, &f), &f);
    ASSERT_OK(exact_column_resize(&coarse, 2, &f), &f);
    ASSERT_OK(exact_add_double(&fine, 0, -0x1p-1074, &f), &f);
    ASSERT_OK(exact_add_double(&coarse, 1, -0x1p1000, &f), &f);
    n = exact_column_get(&coarse, 1);
    ASSERT_OK(exact_add_number(&fine, 0, &n, &f), &f);
    ASSERT_OK(exact_add_double(&fine, 0, 0x1p1000, &f), &f);
    n = exact_column_get(&fine, 0);
    CU_ASSERT_EQUAL(exact_number_double(&n), -0x1p-1074);
    ASSERT_OK(exact_add_number(&coarse, 0, &n, &f), &f);
    n = exact_column_get(&coarse, 0);
    CU_ASSERT_EQUAL(exact_number_double(&n), -0x1p-1074);
    n = exact_column_get(&coarse, 1);
    CU_ASSERT_EQUAL(exact_number_double(&n), -0x1p1000);
    exact_column_release(&coarse);
    exact_column_release(&fine);
}

static void
integers_overflow_into_doubles(void)
{
    struct exact_column c;
    struct exact_number n;
    struct fault f = FAULT_INIT;
    int64_t integer = 0;

    exact_column_init(&c);
    ASSERT_OK(exact_column_resize(&c, 1, &f), &f);
    ASSERT_OK(exact_add_int(&c, 0, INT64_MIN, &f), &f);
    n = exact_column_get(&c, 0);
    CU_ASSERT(exact_number_int(&n, &integer));
    CU_ASSERT_EQUAL(integer, INT64_MIN);
    ASSERT_OK(exact_add_int(&c, 0, -1, &f), &f);
    n = exact_column_get(&c, 0);
    CU_ASSERT_FALSE(exact_number_int(&n, &integer));
    CU_ASSERT_EQUAL(exact_number_double(&n), -0x1p63);
    ASSERT_OK(exact_add_int(&c, 0, INT64_MAX, &f), &f);
    ASSERT_OK(exact_add_int(&c, 0, 2, &f), &f);
    n = exact_column_get(&c, 0);
    CU_ASSERT(exact_number_int(&n, &integer));
    CU_ASSERT_EQUAL(integer, 0);
    exact_column_release(&c);
}

static void
a_fraction_is_no_integer(void)
{
    struct exact_column c;
    struct exact_number n;
    struct fault f = FAULT_INIT;
    int64_t integer;

    exact_column_init(&c);
    ASSERT_OK(exact_column_resize(&c, 1, &f), &f);
    ASSERT_OK(exact_add_double(&c, 0, 2.5, &f), &f);
    n = exact_column_get(&c, 0);
    CU_ASSERT_FALSE(exact_number_int(&n, &integer));
    exact_column_release(&c);
}

/* Division of doubles rounds once too, so both must agree bit for bit. */
static void
quotients_are_rounded_once(void)
{
    uint64_t state = 4;
    struct exact_column c;
    struct fault f = FAULT_INIT;

    for (int i = 0; i < 2000; i++) {
        int64_t numerator = (int64_t)(sample_random(&state) >> 11) - (INT64_C(1) << 52);
        uint64_t divisor = (sample_random(&state) >> (11 + i % 50)) + 1;
        struct exact_number n;

        exact_column_init(&c);
        ASSERT_OK(exact_column_resize(&c, 1, &f), &f);
        ASSERT_OK(exact_add_int(&c, 0, numerator, &f), &f);
        n = exact_column_get(&c, 0);
        CU_ASSERT_EQUAL(exact_number_quotient(&n, divisor), (double)numerator / (double)divisor);
        exact_column_release(&c);
    }
}

/* 1 / n lies above a tie by less than the quotient's last bit: only the remainder tells. */
static void
quotients_notice_a_remainder(void)
{
    const uint64_t one = 1;
    const struct exact_number n = {&one, 1, 0};

    CU_ASSERT_EQUAL(exact_number_quotient(&n, 5219976439916181), 1.0 / 5219976439916181.0);
    CU_ASSERT_EQUAL(exact_number_quotient(&n, 6314221219220897), 1.0 / 6314221219220897.0);
}

static void
quotients_of_huge_and_tiny_sums(void)
{
    struct exact_column c;
    struct exact_number n;
    struct fault f = FAULT_INIT;

    exact_column_init(&c);
    ASSERT_OK(exact_column_resize(&c, 2, &f), &f);
    for (int i = 0; i < 3; i++) {
        ASSERT_OK(exact_add_double(&c, 0, DBL_MAX, &f), &f);
        ASSERT_OK(exact_add_double(&c, 1, 5e-324, &f), &f);
    }
    n = exact_column_get(&c, 0);
    CU_ASSERT_EQUAL(exact_number_quotient(&n, 3), DBL_MAX);
    n = exact_column_get(&c, 1);
    CU_ASSERT_EQUAL(exact_number_quotient(&n, 3), 5e-324);
    CU_ASSERT_EQUAL(exact_number_quotient(&n, 7), 0);
    exact_column_release(&c);
}

static void
expect_text(const double *numbers, size_t count, const char *expected)
{
    struct text t = TEXT_INIT;
    struct exact_column c;
    struct exact_number n;
    struct fault f = FAULT_INIT;

    exact_column_init(&c);
    ASSERT_OK(exact_column_resize(&c, 1, &f), &f);
    for (size_t i = 0; i < count; i++)
        ASSERT_OK(exact_add_double(&c, 0, numbers[i], &f), &f);
    n = exact_column_get(&c, 0);
    exact_number_add_text(&t, &n);
    CU_ASSERT_STRING_EQUAL(text_get(&t), expected);
    text_release(&t);
    exact_column_release(&c);
}

static void
text_has_all_digits(void)
{
    expect_text((const double[]){0}, 1, "0");
    expect_text((const double[]){-12.375}, 1, "-12.375");
    expect_text(
        (const double[]){0.1}, 1, "0.1000000000000000055511151231257827021181583404541015625");
    expect_text((const double[]){1e22, 1}, 2, "10000000000000000000001");
    expect_text((const double[]){-0x1p-40}, 1, "-0.0000000000009094947017729282379150390625");
    expect_text((const double[]){0x1p100}, 1, "1267650600228229401496703205376");
    expect_text((const double[]){0x1p64, 0.5}, 2, "18446744073709551616.5");
}

const struct test suite_cube_exact[] = {
    {"a small value survives between large ones", small_survives_between_large},
    {"single values come back bit for bit", single_values_come_back},
    {"ties are rounded to even", ties_go_to_even},
    {"beyond the largest double is infinite", beyond_the_largest_is_infinite},
    {"the order of values does not matter", order_does_not_matter},
    {"agrees with 128-bit fixed point", agrees_with_fixed_point},
    {"merging gives the sum of all", merging_gives_the_sum_of_all},
    {"columns of different scale merge", merges_columns_of_other_scale},
    {"integers overflow into doubles", integers_overflow_into_doubles},
    {"a fraction is no integer", a_fraction_is_no_integer},
    {"quotients are rounded once", quotients_are_rounded_once},
    {"quotients notice a remainder", quotients_notice_a_remainder},
    {"quotients of huge and tiny sums", quotients_of_huge_and_tiny_sums},
    {"the text has all digits", text_has_all_digits},
    {0},
};
