#include "etl/odbc/batch_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/number.h"
#include "etl/odbc/cell.h"

/* ---- strings ---- */

/* The character behind a backslash, where it is a byte of ASCII; -1 for any other, and for NUL. */
static int
unescape(const char **at, const char *end)
{
    static const char letters[] = "bfnrt\"\\/", meanings[] = "\b\f\n\r\t\"\\/";
    const char *found = **at == '\0' ? NULL : strchr(letters, **at);
    char hex[5] = "", *stop;
    long code;

    if (found != NULL) {
        ++*at;
        return meanings[found - letters];
    }
    if (**at != 'u' || end - *at < 5)
        return -1;
    memcpy(hex, *at + 1, 4);
    code = strtol(hex, &stop, 16);
    *at += 5;
    return *stop == '\0' && code > 0 && code < 0x80 ? (int)code : -1;
}

/* A string from behind its opening quote to behind the closing one; its content stays where it
 * begins, with a NUL behind it. False: it is not one of ours. */
static bool
take_string(char **at, char *end, size_t *length)
{
    char *from = *at, *to = *at, *begin = *at;

    for (;;) {
        char *quote = memchr(from, '"', (size_t)(end - from)), *slash;
        size_t plain;
        int c;

        if (quote == NULL)
            return false;
        slash = memchr(from, '\\', (size_t)(quote - from));
        plain = (size_t)((slash == NULL ? quote : slash) - from);
        if (to != from)
            memmove(to, from, plain);
        to += plain;
        if (slash == NULL) {
            *length = (size_t)(to - begin);
            *at = quote + 1;
            *to = '\0';
            return true;
        }
        from = slash + 1;
        if (from == end || (c = unescape((const char **)(void *)&from, end)) < 0)
            return false;
        *to++ = (char)c;
    }
}

/* ---- cells ---- */

static bool
take_text(struct batch_rows *to, size_t column, char **at, char *end, struct value *v)
{
    enum value_type type = to->table->columns[column].type;
    char *begin = ++*at;
    size_t length;

    if (type == VALUE_INT || !take_string(at, end, &length))
        return false;
    return cell_take_text(to->db, (int)column + 1, type, begin, length, v, NULL) == 0;
}

static bool
take_number(struct batch_rows *to, size_t column, char **at, char *end, struct value *v)
{
    enum value_type type = to->table->columns[column].type;
    char *begin = *at;
    int64_t number;

    while (*at < end && **at != ',' && **at != ']')
        ++*at;
    if (number_parse_int(begin, (size_t)(*at - begin), &number) != 0)
        return false;
    if (type == VALUE_FLOAT && to->powers[column] > 0)
        *v = value_float(ldexp((double)number, -to->powers[column]));
    else if (type == VALUE_INT)
        *v = value_int(number);
    else
        return false;
    return true;
}

static bool
take_cell(struct batch_rows *to, size_t column, char **at, char *end, struct value *v)
{
    static const char null[] = "null";

    if (*at == end)
        return false;
    if (**at == '"')
        return take_text(to, column, at, end, v);
    if ((size_t)(end - *at) < sizeof null - 1 || memcmp(*at, null, sizeof null - 1) != 0)
        return take_number(to, column, at, end, v);
    *at += sizeof null - 1;
    *v = value_null();
    return true;
}

/* ---- rows ---- */

static bool
take_row(struct batch_rows *to, char **at, char *end)
{
    struct value *row = batch_rows_add(to);

    for (size_t i = 0; row != NULL && i < to->table->column_count; i++) {
        if (*at == end || *(*at)++ != (i == 0 ? '[' : ',') || !take_cell(to, i, at, end, &row[i]))
            return false;
    }
    return row != NULL && *at < end && *(*at)++ == ']';
}

bool
batch_json_take(struct batch_rows *to, char *text, size_t length)
{
    char *at = text, *end = text + length;

    do {
        if (!take_row(to, &at, end))
            return false;
    } while (at < end && *at++ == ',');
    return at == end;
}
