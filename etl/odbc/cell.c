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
    case VALUE_BYTES:
        return SQL_C_BINARY;
    default:
        return SQL_C_CHAR;
    }
}

/* ---- texts as numbers and times ---- */

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
    const char *mark = memchr(text, 'p', length);

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

int
cell_parse(struct db *db, int number, enum value_type type, const char *bytes, size_t length,
    struct value *v, struct fault *f)
{
    int rc = 0;

    v->type = type;
    if (type == VALUE_FLOAT)
        rc = parse_double(bytes, length, &v->as.real);
    else if (type == VALUE_TIME)
        rc = moment_parse(bytes, length, 0, &v->as.time_us);
    else
        *v = type == VALUE_BYTES ? value_bytes(bytes, length) : value_text_n(bytes, length);
    if (rc == 0)
        return 0;
    return fault_set(f, FAULT_DATA, "%s: column %d holds '%.80s', which is not of type %s",
        db_name(db), number, bytes, value_type_name(type));
}

/* ---- getting ---- */

/* A number as the driver gives it. */
static int
get_number(struct db *db, SQLHSTMT handle, SQLUSMALLINT number, enum value_type type,
    struct value *v, struct fault *f)
{
    SQLLEN indicator = 0;

    v->type = type;
    if (!SQL_SUCCEEDED(
            SQLGetData(handle, number, cell_c_type(db, type), &v->as, sizeof v->as, &indicator)))
        return handle_fault(db, SQL_HANDLE_STMT, handle, FAULT_UNAVAILABLE, f);
    if (indicator == SQL_NULL_DATA)
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

    if (c_type == SQL_C_SBIGINT || c_type == SQL_C_DOUBLE)
        return get_number(db, handle, (SQLUSMALLINT)number, type, v, f);
    rc = get_bytes(db, handle, (SQLUSMALLINT)number, c_type, bytes, f);
    if (rc <= 0) {
        *v = value_null();
        return rc;
    }
    return cell_parse(db, number, type, text_get(bytes), bytes->length, v, f);
}
