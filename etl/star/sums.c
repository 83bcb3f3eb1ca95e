#include "etl/star/sums.h"

#include "etl/odbc/sql.h"

enum { WHOLE_POWER = 32, HUGE_POWER = 62 }; /* the former of the dialects' sum_high */

#define HUGE_DIVISOR "4611686018427387904.0"
#define HUGE_FROM "8.4527124981706439e270"

int
sums_power(enum value_type type)
{
    return type == VALUE_FLOAT ? HUGE_POWER : WHOLE_POWER;
}

/* NaN is above all numbers, or unknown: never below. */
static void
add_low(struct text *sql, const char *column, const char *term)
{
    sql_add(sql, "sum(CASE WHEN abs(%s) < " HUGE_FROM " THEN %s END)", column, term);
}

static void
add_high(struct text *sql, const struct dialect *d, const char *column, const char *term)
{
    sql_add(sql, "sum(CASE WHEN abs(%s) >= " HUGE_FROM, column);
    if (d->infinity != NULL)
        sql_add(sql, " AND abs(%s) < %s", column, d->infinity);
    sql_add(sql, " THEN %s / " HUGE_DIVISOR " END)", term);
}

void
sums_add_low_double(struct text *sql, const struct dialect *d, const char *column)
{
    (void)d;
    add_low(sql, column, column);
}

void
sums_add_high_double(struct text *sql, const struct dialect *d, const char *column)
{
    add_high(sql, d, column, column);
}

void
sums_add_low(struct text *sql, const struct dialect *d, const char *column, enum value_type type)
{
    if (type == VALUE_FLOAT)
        sums_add_low_double(sql, d, column);
    else
        sql_add(sql, d->sum_low, column);
}

void
sums_add_high(struct text *sql, const struct dialect *d, const char *column, enum value_type type)
{
    if (type == VALUE_FLOAT)
        sums_add_high_double(sql, d, column);
    else
        sql_add(sql, d->sum_high, column);
}

void
sums_add_low_size(struct text *sql, const struct dialect *d, const char *column)
{
    struct text size = TEXT_INIT;

    (void)d;
    add_low(sql, column, sql_set(&size, "abs(%s)", column));
    text_release(&size);
}

void
sums_add_high_size(struct text *sql, const struct dialect *d, const char *column)
{
    struct text size = TEXT_INIT;

    add_high(sql, d, column, sql_set(&size, "abs(%s)", column));
    text_release(&size);
}

void
sums_add_finite(struct text *sql, const struct dialect *d, const char *column, enum value_type type)
{
    if (type == VALUE_FLOAT && d->infinity != NULL)
        sql_add(sql, "CASE WHEN abs(%s) < %s THEN %s END", column, d->infinity, column);
    else
        text_add(sql, column);
}
