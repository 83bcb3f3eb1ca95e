#include "config/base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

/* What the C library says is the shortest text of 15 to 17 digits. */
static void
format_slowly(double number, char buffer[NUMBER_TEXT_BYTES])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(buffer, NUMBER_TEXT_BYTES, "%.*g", digits, number);
        if (strtod(buffer, NULL) == number)
            return;
    }
}

static bool
has_these_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void
expect_double(double number)
{
    char text[NUMBER_TEXT_BYTES], expected[NUMBER_TEXT_BYTES];
    double back = NAN;

    format_slowly(number, expected);
    CU_ASSERT_STRING_EQUAL(number_format_double(number, text), expected);
    CU_ASSERT_EQUAL(number_parse_double(text, strlen(text), &back), 0);
    CU_ASSERT(has_these_bits(back, number));
}

static void
writes_and_reads_what_the_library_does(void)
{
    static const double numbers[] = {0, -0.0, 1, -1, 0.1, 0.1 + 0.2, 1.5, 100, 1e14, 1e15, 1e16,
        999999999999999, 0.0001, 0.00009, 123456789.123456, 1.0000001, 5e-324,
        1.7976931348623157e308, 9007199254740992, 4503599627370495.5, 2.5e-5, 0.30000000000000004,
        1e22, 1e23};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        expect_double(numbers[i]);
}

/* Sums of money, ratios and any bits at all. */
static void
agrees_with_the_library_on_any_double(void)
{
    uint64_t random = 88172645463325252u;

    for (int i = 0; i < 30000; i++) {
        double any, money;

        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        memcpy(&any, &random, sizeof any);
        money = (double)(int64_t)(random >> 24) / (double[]){1, 10, 100, 1000, 1e6}[i % 5];
        expect_double(money);
        expect_double(money / 3);
        if (isfinite(any))
            expect_double(any);
    }
}

static void
writes_integers(void)
{
    static const int64_t numbers[] = {0, 1, -1, 10, INT64_MAX, INT64_MIN};
    char text[NUMBER_TEXT_BYTES], expected[NUMBER_TEXT_BYTES];

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        snprintf(expected, sizeof expected, "%lld", (long long)numbers[i]);
        CU_ASSERT_STRING_EQUAL(number_format_int(numbers[i], text), expected);
    }
}

static void
refuses_what_is_no_number(void)
{
    static const char *const texts[] = {
        "", "-", ".", ".5", "1.", "1.2.3", "--1", "1e", "0x10", "1 ", "1,5", "12a", "1e999"};
    double number;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double library;
        char *end;

        if (texts[i][0] == '.' || strcmp(texts[i], "1.") == 0) {
            library = strtod(texts[i], &end); /* what the library reads may be read */
            if (number_parse_double(texts[i], strlen(texts[i]), &number) == 0)
                CU_ASSERT_EQUAL(number, library);
            continue;
        }
        CU_ASSERT_EQUAL(number_parse_double(texts[i], strlen(texts[i]), &number), -1);
    }
}

const struct test suite_config_base_number[] = {
    {"writes and reads what the library does", writes_and_reads_what_the_library_does},
    {"agrees with the library on any double", agrees_with_the_library_on_any_double},
    {"writes integers", writes_integers},
    {"refuses what is no number", refuses_what_is_no_number},
    {0},
};
