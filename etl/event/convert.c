#include "etl/event/convert.h"

#include <math.h>
#include <string.h>

#include "config/base/moment.h"
#include "config/base/number.h"
#include "etl/event/utf8.h"

#define EXACT_LIMIT 9007199254740992.0 /* 2^53: whole doubles are exact up to here */

int
convert_whole(double number, int64_t *whole)
{
    if (!(number >= -EXACT_LIMIT && number <= EXACT_LIMIT) || number != floor(number))
        return -1;
    *whole = (int64_t)number;
    return 0;
}

static int
refuse(const char *bytes, size_t length, const char *what, struct fault *f)
{
    char excerpt[EXCERPT_BYTES];

    return fault_set(f, FAULT_DATA, "'%s' is not %s", utf8_excerpt(bytes, length, excerpt), what);
}

static bool
is_word(const char *bytes, size_t length, const char *word)
{
    return length == strlen(word) && memcmp(bytes, word, length) == 0;
}

static int
convert_int(const char *bytes, size_t length, bool is_boolean, struct value *v, struct fault *f)
{
    double number;

    v->type = VALUE_INT;
    if (number_parse_int(bytes, length, &v->as.integer) == 0)
        return 0;
    if (is_boolean && (is_word(bytes, length, "true") || is_word(bytes, length, "false"))) {
        v->as.integer = bytes[0] == 't';
        return 0;
    }
    if (number_parse_double(bytes, length, &number) == 0 &&
        convert_whole(number, &v->as.integer) == 0)
        return 0;
    return refuse(bytes, length, "a whole number of 64 bits", f);
}

static int
convert_float(const char *bytes, size_t length, struct value *v, struct fault *f)
{
    v->type = VALUE_FLOAT;
    if (number_parse_double(bytes, length, &v->as.real) == 0 && isfinite(v->as.real))
        return 0;
    return refuse(bytes, length, "a finite number", f);
}

int
convert_check_text(
    const char *what, const char *bytes, size_t length, size_t limit, struct fault *f)
{
    char excerpt[EXCERPT_BYTES];
    size_t characters;

    if (utf8_count(bytes, length, &characters) != 0)
        return fault_set(
            f, FAULT_DATA, "%s '%s' is not UTF-8", what, utf8_excerpt(bytes, length, excerpt));
    if (characters > limit)
        return fault_set(f, FAULT_DATA, "%s '%s' has %zu characters, at most %zu are allowed", what,
            utf8_excerpt(bytes, length, excerpt), characters, limit);
    return 0;
}

int
convert_text(const struct checkpoint *c, struct zone *z, const char *bytes, size_t length,
    bool is_boolean, struct value *v, struct fault *f)
{
    switch (c->type) {
    case VALUE_INT:
        return convert_int(bytes, length, is_boolean, v, f);
    case VALUE_FLOAT:
        return convert_float(bytes, length, v, f);
    case VALUE_TIME:
        v->type = VALUE_TIME;
        if (zone_parse(z, bytes, length, &v->as.time_us) == 0)
            return 0;
        return refuse(bytes, length, "a date and time", f);
    default:
        *v = value_text_n(bytes, length);
        return convert_check_text("text", bytes, length, (size_t)c->length, f);
    }
}
