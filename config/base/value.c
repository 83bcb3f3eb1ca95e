#include "config/base/value.h"

#include <math.h>
#include <openssl/evp.h>
#include <string.h>

#include "config/base/moment.h"
#include "config/base/number.h"

static const char *const type_names[VALUE_TYPE_COUNT] = {
    [VALUE_NULL] = "null",
    [VALUE_INT] = "int",
    [VALUE_FLOAT] = "float",
    [VALUE_TIME] = "time",
    [VALUE_TEXT] = "text",
    [VALUE_BYTES] = "bytes",
};

const char *
value_type_name(enum value_type type)
{
    return type < VALUE_TYPE_COUNT ? type_names[type] : "?";
}

enum value_type
value_type_find(const char *name)
{
    enum value_type type = VALUE_NULL;

    while (type < VALUE_TYPE_COUNT && strcmp(type_names[type], name) != 0)
        type++;
    return type;
}

struct value
value_null(void)
{
    return (struct value){.type = VALUE_NULL};
}

struct value
value_int(int64_t integer)
{
    return (struct value){.type = VALUE_INT, .as.integer = integer};
}

struct value
value_float(double real)
{
    return (struct value){.type = VALUE_FLOAT, .as.real = real};
}

struct value
value_time(int64_t time_us)
{
    return (struct value){.type = VALUE_TIME, .as.time_us = time_us};
}

struct value
value_text(const char *string)
{
    return string == NULL ? value_null() : value_text_n(string, strlen(string));
}

struct value
value_text_n(const char *bytes, size_t length)
{
    return (struct value){.type = VALUE_TEXT, .as.text = {bytes, length}};
}

struct value
value_bytes(const void *bytes, size_t length)
{
    return (struct value){.type = VALUE_BYTES, .as.text = {bytes, length}};
}

static int
compare_int(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Doubles in a total order: the bits, with the negative half turned round. */
static int64_t
double_order(double number)
{
    int64_t bits;

    if (isnan(number))
        return INT64_MAX;
    memcpy(&bits, &number, sizeof bits);
    return bits < 0 ? INT64_MIN - bits - 1 : bits;
}

int
value_compare(const struct value *a, const struct value *b)
{
    size_t shorter;
    int order;

    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    switch (a->type) {
    case VALUE_INT:
        return compare_int(a->as.integer, b->as.integer);
    case VALUE_TIME:
        return compare_int(a->as.time_us, b->as.time_us);
    case VALUE_FLOAT:
        return compare_int(double_order(a->as.real), double_order(b->as.real));
    case VALUE_TEXT:
    case VALUE_BYTES:
        shorter = a->as.text.length < b->as.text.length ? a->as.text.length : b->as.text.length;
        order = shorter == 0 ? 0 : memcmp(a->as.text.bytes, b->as.text.bytes, shorter);
        if (order == 0 && a->as.text.length != b->as.text.length)
            order = a->as.text.length < b->as.text.length ? -1 : 1;
        return order;
    default:
        return 0;
    }
}

/* Adds base64 in pieces that end on a three-byte border, so that padding stands only at the end. */
static void
add_base64(struct text *t, const char *bytes, size_t length)
{
    unsigned char piece[1025];

    for (size_t at = 0; at < length; at += 768) {
        size_t size = length - at < 768 ? length - at : 768;
        int written = EVP_EncodeBlock(piece, (const unsigned char *)bytes + at, (int)size);

        text_add_bytes(t, piece, (size_t)written);
    }
}

void
value_add_text(struct text *t, const struct value *v)
{
    char buffer[MOMENT_TEXT_BYTES];

    _Static_assert((int)MOMENT_TEXT_BYTES >= (int)NUMBER_TEXT_BYTES, "one buffer serves both");

    switch (v->type) {
    case VALUE_INT:
        text_add(t, number_format_int(v->as.integer, buffer));
        break;
    case VALUE_FLOAT:
        text_add(t, number_format_double(v->as.real, buffer));
        break;
    case VALUE_TIME:
        text_add(t, moment_format(v->as.time_us, buffer));
        break;
    case VALUE_TEXT:
        text_add_bytes(t, v->as.text.bytes, v->as.text.length);
        break;
    case VALUE_BYTES:
        add_base64(t, v->as.text.bytes, v->as.text.length);
        break;
    default:
        break;
    }
}

static int
parse_base64(
    const char *bytes, size_t length, struct text *scratch, struct value *v, struct fault *f)
{
    size_t padding = 0;
    size_t start = scratch->length;

    if (length % 4 != 0)
        return fault_set(f, FAULT_DATA, "base64 of %zu characters", length);
    while (padding < 2 && padding < length && bytes[length - 1 - padding] == '=')
        padding++;
    for (size_t at = 0; at < length; at += 1024) {
        unsigned char piece[768];
        size_t size = length - at < 1024 ? length - at : 1024;
        int written = EVP_DecodeBlock(piece, (const unsigned char *)bytes + at, (int)size);

        if (written < 0)
            return fault_set(f, FAULT_DATA, "malformed base64");
        text_add_bytes(scratch, piece, (size_t)written);
    }
    if (text_check(scratch, f) != 0)
        return -1;
    if (length > 0)
        text_cut(scratch, scratch->length - padding);
    *v = value_bytes(text_get(scratch) + start, scratch->length - start);
    return 0;
}

int
value_parse(enum value_type type, const char *bytes, size_t length, struct text *scratch,
    struct value *v, struct fault *f)
{
    int rc = 0;

    v->type = type;
    switch (type) {
    case VALUE_INT:
        rc = number_parse_int(bytes, length, &v->as.integer);
        break;
    case VALUE_FLOAT:
        rc = number_parse_double(bytes, length, &v->as.real);
        break;
    case VALUE_TIME:
        rc = moment_parse(bytes, length, 0, &v->as.time_us);
        break;
    case VALUE_TEXT:
        *v = value_text_n(bytes, length);
        break;
    case VALUE_BYTES:
        return parse_base64(bytes, length, scratch, v, f);
    default:
        rc = -1;
    }
    if (rc != 0)
        return fault_set(f, FAULT_DATA, "'%.*s' is not of type %s",
            (int)(length < 80 ? length : 80), bytes, value_type_name(type));
    return 0;
}
