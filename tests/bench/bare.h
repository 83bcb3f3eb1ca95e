/*
 * bare: what a driver can do without us: rows made in memory into a table, and a table into memory,
 * by the quickest way known for each engine, with nothing checked, converted or kept.
 */
#ifndef TESTS_BENCH_BARE_H
#define TESTS_BENCH_BARE_H

#include "etl/odbc/dialect.h"

enum { BARE_COLUMNS = 7 };

/* The columns of a completed order, in order. */
extern const char *const bare_columns[BARE_COLUMNS];

struct bare_row {
    long long record; /* RecordID, from 1 */
    char id[16];      /* ActivityID, rising */
    char customer[32];
    long long quantity;
    double amount;
    char received[32]; /* 2026-01-01 00:00:00, on */
    char modified[32]; /* LastModified, the same in all rows */
};

/* Row i, from 0. */
void bare_make(long long i, struct bare_row *r);

/* Inserts rows 0 .. count - 1 in one transaction. Returns its seconds, negative when it fails;
 * making the rows does not count. */
double bare_insert(
    const struct dialect *dialect, const char *connection, const char *table, long long count);

/* Fetches all rows of a table. Returns its seconds, negative when it fails or the count differs. */
double bare_fetch(
    const struct dialect *dialect, const char *connection, const char *table, long long count);

#endif
