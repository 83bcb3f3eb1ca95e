#include "config/base/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DECIMAL_DIGITS = 15 }; /* as many digits every double keeps */

/* These are doubles (as all up to 10^22), so a quotient with one is rounded once. */
static const double powers[DECIMAL_DIGITS + 1] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/* The digits of `number`, at least `least` of them, end before `end`. Returns where they begin. */
static char *
put_digits(char *end, uint64_t number, int least)
{
    for (; number > 0 || least > 0; least--) {
        *--end = (char)('0' + number % 10);
        number /= 10;
    }
    return end;
}

char *
number_format_int(int64_t number, char buffer[NUMBER_TEXT_BYTES])
{
    char *end = buffer + NUMBER_TEXT_BYTES - 1;
    char *start = put_digits(end, number < 0 ? -(uint64_t)number : (uint64_t)number, 1);

    if (number < 0)
        *--start = '-';
    memmove(buffer, start, (size_t)(end - start));
    buffer[end - start] = '\0';
    return buffer;
}

/*
 * Most numbers that people keep have few decimals. When n / 10^k is the double and n has no more
 * digits than a double keeps, then n with its point set is the shortest text, and what "%.15g"
 * writes: no other decimal of so few digits is that double.
 */
static bool
format_decimal(double number, char buffer[NUMBER_TEXT_BYTES])
{
    enum { DECIMALS_MAX = 6 };
    double size = fabs(number), scaled;
    char digits[NUMBER_TEXT_BYTES], *end = digits + sizeof digits;

    if (size >= 1e15 || (size < 1e-4 && size != 0))
        return false; /* these are written with an exponent */
    for (int k = 0; k <= DECIMALS_MAX && (scaled = size * powers[k] + 0.5) < 1e15; k++) {
        uint64_t n = (uint64_t)scaled;
        size_t whole, length;
        char *start;

        if ((double)n / powers[k] != size)
            continue;
        start = put_digits(end, n, k + 1);
        length = (size_t)(end - start);
        whole = length - (size_t)k;
        if (signbit(number))
            *buffer++ = '-';
        memcpy(buffer, start, whole);
        buffer[whole] = k > 0 ? '.' : '\0';
        memcpy(buffer + whole + 1, start + whole, (size_t)k);
        buffer[length + (k > 0)] = '\0';
        return true;
    }
    return false;
}

char *
number_format_double(double number, char buffer[NUMBER_TEXT_BYTES])
{
    if (isnan(number) || isinf(number)) {
        snprintf(buffer, NUMBER_TEXT_BYTES, "%s",
            isnan(number) ? "nan"
            : number > 0  ? "inf"
                          : "-inf");
        return buffer;
    }
    if (format_decimal(number, buffer))
        return buffer;
    /* 15 digits are enough for most other numbers people write, 17 for every double. */
    for (int digits = DECIMAL_DIGITS; digits <= 17; digits++) {
        snprintf(buffer, NUMBER_TEXT_BYTES, "%.*g", digits, number);
        if (strtod(buffer, NULL) == number)
            break;
    }
    return buffer;
}

static bool
is_special(const char *text)
{
    return strcmp(text, "nan") == 0 || strcmp(text, "inf") == 0 || strcmp(text, "-inf") == 0;
}

/*
 * Digits with a point among them, as they come most: at most 15 digits are a whole number that a
 * double holds, and one division sets the point (Clinger, "How to Read Floating Point Numbers
 * Accurately", 1990). False when there is anything else.
 */
static bool
parse_decimal(const char *bytes, size_t length, double *number)
{
    size_t i = length > 0 && bytes[0] == '-', point = length, digits = 0;
    uint64_t n = 0;

    if (i == length || length > DECIMAL_DIGITS + 2)
        return false;
    for (; i < length; i++) {
        if (bytes[i] == '.' && point == length && digits > 0 && i + 1 < length) {
            point = i + 1;
            continue;
        }
        if (bytes[i] < '0' || bytes[i] > '9' || ++digits > DECIMAL_DIGITS)
            return false;
        n = n * 10 + (uint64_t)(bytes[i] - '0');
    }
    *number = (double)n / powers[length - point];
    if (bytes[0] == '-')
        *number = -*number;
    return true;
}

int
number_parse_double(const char *bytes, size_t length, double *number)
{
    char text[400];
    char *end;

    if (parse_decimal(bytes, length, number))
        return 0;
    if (length == 0 || length >= sizeof text)
        return -1;
    memcpy(text, bytes, length);
    text[length] = '\0';
    if (!is_special(text) && strspn(text, "0123456789.eE+-") != length)
        return -1;
    *number = strtod(text, &end);
    if (end != text + length)
        return -1;
    return isinf(*number) && !is_special(text) ? -1 : 0;
}

int
number_parse_int(const char *bytes, size_t length, int64_t *number)
{
    bool negative = length > 0 && bytes[0] == '-';
    size_t i = length > 0 && (bytes[0] == '-' || bytes[0] == '+') ? 1 : 0;
    int64_t result = 0; /* kept negative: the negative range is one larger */

    if (i == length)
        return -1;
    for (; i < length; i++) {
        if (bytes[i] < '0' || bytes[i] > '9')
            return -1;
        if (__builtin_mul_overflow(result, 10, &result) ||
            __builtin_sub_overflow(result, bytes[i] - '0', &result))
            return -1;
    }
    if (!negative && result == INT64_MIN)
        return -1;
    *number = negative ? result : -result;
    return 0;
}
