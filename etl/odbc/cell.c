#include "etl/odbc/cell.h"

#include <math.h>
#include <sql.h>
#include <sqlext.h>
#include <string.h>

#include "config/base/moment.h"
#include "config/base/number.h"

int16_t
cell_c_type(const struct db *db, enum value_type type)
{
    switch (type) {
    case VALUE_INT:
        return SQL_C_SBIGINT;
    case VALUE_FLOAT:
        return db_dialect(db)->float_cells_as_text ? SQL_C_CHAR : SQL_C_DOUBLE;
    case VALUE_TIME:
        return db_dialect(db)->time_cells_as_text ? SQL_C_CHAR : SQL_C_TYPE_TIMESTAMP;
    case VALUE_BYTES:
        return SQL_C_BINARY;
    default:
        return SQL_C_CHAR;
    }
}

/* ---- texts as numbers and times ---- */

/* Two integers around a "q": a double's whole part, and its fraction in 2^-62. Both and their sum
 * are doubles, so that nothing is rounded. */
static int
parse_split(const char *text, const char *mark, const char *end, double *number)
{
    int64_t whole, fraction;

    if (number_parse_int(text, (size_t)(mark - text), &whole) != 0 ||
        number_parse_int(mark + 1, (size_t)(end - mark - 1), &fraction) != 0)
        return -1;
    *number = (double)whole + (double)fraction * 0x1p-62;
    return 0;
}

/* Digits and "p744": times a power of two, for a dialect that must scale before it writes digits.
 */
static int
parse_scaled(const char *text, const char *mark, double *number)
{
    int64_t power;

    if (number_parse_double(text, (size_t)(mark - text), number) != 0 ||
        number_parse_int(mark + 1, strlen(mark + 1), &power) != 0 || power < 0 || power > 1023)
        return -1;
    *number = ldexp(*number, (int)power);
    return isfinite(*number) ? 0 : -1;
}

/* Engines say Inf, Infinity, NaN. */
static int
parse_double(const char *text, size_t length, double *number)
{
    bool negative = text[0] == '-';
    const char *split = memchr(text, 'q', length), *mark = memchr(text, 'p', length);

    if (split != NULL)
        return parse_split(text, split, text + length, number);
    if (mark != NULL)
        return parse_scaled(text, mark, number);
    if (strncasecmp(text + negative, "inf", 3) == 0)
        *number = negative ? -INFINITY : INFINITY;
    else if (strcasecmp(text, "nan") == 0)
        *number = NAN;
    else
        return number_parse_double(text, length, number);
    return 0;
}

/* False for what is no moment of ours: a zero date, a year before 1. */
static bool
take_timestamp(const char *cell, struct value *v)
{
    SQL_TIMESTAMP_STRUCT t;
    struct civil c;

    memcpy(&t, cell, sizeof t);
    c = (struct civil){.year = t.year,
        .month = t.month,
        .day = t.day,
        .hour = t.hour,
        .minute = t.minute,
        .second = t.second,
        .micros = (int)(t.fraction / 1000)};
    if (!moment_is_civil(&c) || t.fraction % 1000 != 0)
        return false;
    v->as.time_us = moment_from_civil(&c);
    return true;
}

static bool
take(int16_t c_type, const char *cell, size_t length, struct value *v)
{
    if (c_type == SQL_C_TYPE_TIMESTAMP)
        return take_timestamp(cell, v);
    if (c_type == SQL_C_SBIGINT || c_type == SQL_C_DOUBLE) {
        memcpy(&v->as, cell, sizeof v->as.integer);
        return true;
    }
    if (v->type == VALUE_FLOAT)
        return parse_double(cell, length, &v->as.real) == 0;
    if (v->type == VALUE_TIME)
        return moment_parse(cell, length, 0, &v->as.time_us) == 0;
    v->as.text.bytes = cell;
    v->as.text.length = length;
    return true;
}

static int
misfit(struct db *db, int number, const char *cell, enum value_type type, struct fault *f)
{
    return fault_set(f, FAULT_DATA, "%s: column %d holds '%.80s', which is not of type %s",
        db_name(db), number, cell, value_type_name(type));
}

int
cell_take(struct db *db, int number, int16_t c_type, enum value_type type, const char *cell,
    size_t length, struct value *v, struct fault *f)
{
    v->type = type;
    if (take(c_type, cell, length, v))
        return 0;
    return misfit(db, number, c_type == SQL_C_CHAR ? cell : "a time beyond our years", type, f);
}

int
cell_take_text(struct db *db, int number, enum value_type type, const char *cell, size_t length,
    struct value *v, struct fault *f)
{
    v->type = type;
    if (type == VALUE_INT ? number_parse_int(cell, length, &v->as.integer) == 0
                          : take(SQL_C_CHAR, cell, length, v))
        return 0;
    return misfit(db, number, cell, type, f);
}

/* ---- getting ---- */

/* A number or a time as the driver gives it. */
static int
get_fixed(struct db *db, SQLHSTMT handle, SQLUSMALLINT number, enum value_type type,
    struct value *v, struct fault *f)
{
    int16_t c_type = cell_c_type(db, type);
    SQLLEN indicator = 0;
    char cell[64];

    if (!SQL_SUCCEEDED(SQLGetData(handle, number, c_type, cell, sizeof cell, &indicator)))
        return handle_fault(db, SQL_HANDLE_STMT, handle, FAULT_UNAVAILABLE, f);
    if (indicator != SQL_NULL_DATA)
        return cell_take(db, number, c_type, type, cell, 0, v, f);
    *v = value_null();
    return 0;
}

/* A whole text or binary. 1 when there is a value, 0 for NULL. */
static int
get_bytes(struct db *db, SQLHSTMT handle, SQLUSMALLINT number, SQLSMALLINT c_type,
    struct text *bytes, struct fault *f)
{
    size_t closing_nul = c_type == SQL_C_CHAR ? 1 : 0;
    char piece[4096];

    text_clear(bytes);
    for (;;) {
        SQLLEN left = 0;
        SQLRETURN result = SQLGetData(handle, number, c_type, piece, sizeof piece, &left);
        size_t room = sizeof piece - closing_nul;

        if (result == SQL_NO_DATA)
            break;
        if (!SQL_SUCCEEDED(result))
            return handle_fault(db, SQL_HANDLE_STMT, handle, FAULT_UNAVAILABLE, f);
        if (left == SQL_NULL_DATA)
            return 0;
        text_add_bytes(
            bytes, piece, left == SQL_NO_TOTAL || (size_t)left > room ? room : (size_t)left);
        if (result == SQL_SUCCESS)
            break;
    }
    text_add_bytes(bytes, "", 0);
    return text_check(bytes, f) == 0 ? 1 : -1;
}

int
cell_get(struct db *db, void *handle, int number, enum value_type type, struct text *bytes,
    struct value *v, struct fault *f)
{
    int16_t c_type = cell_c_type(db, type);
    int rc;

    if (c_type != SQL_C_CHAR && c_type != SQL_C_BINARY)
        return get_fixed(db, handle, (SQLUSMALLINT)number, type, v, f);
    rc = get_bytes(db, handle, (SQLUSMALLINT)number, c_type, bytes, f);
    if (rc <= 0) {
        *v = value_null();
        return rc;
    }
    return cell_take(db, number, c_type, type, text_get(bytes), bytes->length, v, f);
}
