#include "config/base/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    /* 15 digits are enough for most numbers people write, 17 for every double. */
    for (int digits = 15; digits <= 17; digits++) {
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

int
number_parse_double(const char *bytes, size_t length, double *number)
{
    char text[400];
    char *end;

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
