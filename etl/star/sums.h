/*
 * sums: sums in SQL that no engine overflows or rounds more than it must, in two terms each.
 *
 * Integers are summed in halves, both sums whole. Doubles above 2^900 are summed at a 2^62nd of
 * their size, apart from the others: engines differ in what comes of a sum beyond all doubles, and
 * of a product below them. Dividing by a power of two rounds nothing.
 */
#ifndef ETL_STAR_SUMS_H
#define ETL_STAR_SUMS_H

#include "config/base/text.h"
#include "config/base/value.h"
#include "etl/odbc/dialect.h"

/* The sum is the low term + the high term * 2^power. */
int sums_power(enum value_type type);

/* SQL for the two terms over a column (quoted SQL) of type INT or FLOAT; they are of that type.
 * Doubles that are no finite number are left out. */
void sums_add_low(
    struct text *sql, const struct dialect *d, const char *column, enum value_type type);
void sums_add_high(
    struct text *sql, const struct dialect *d, const char *column, enum value_type type);

/* Of doubles alone, and of their sizes. */
void sums_add_low_double(struct text *sql, const struct dialect *d, const char *column);
void sums_add_high_double(struct text *sql, const struct dialect *d, const char *column);
void sums_add_low_size(struct text *sql, const struct dialect *d, const char *column);
void sums_add_high_size(struct text *sql, const struct dialect *d, const char *column);

/* The column where it holds a value that a cube takes, otherwise NULL. */
void sums_add_finite(
    struct text *sql, const struct dialect *d, const char *column, enum value_type type);

#endif
