#include "tests/bench/bare.h"

#include <sql.h>
#include <sqlext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "etl/odbc/bulk.h"
#include "tests/bench/bench.h"

enum { BLOCK_ROWS = 1000 };

const char *const bare_columns[BARE_COLUMNS] = {
    "RecordID", "ActivityID", "Customer", "Quantity", "Amount", "Received", "LastModified"};

/* Keys rise, as those of orders do. */
void
bare_make(long long i, struct bare_row *r)
{
    long long seconds = i % 31536000, days = seconds / 86400;

    r->record = i + 1;
    snprintf(r->id, sizeof r->id, "PO%09lld", i % 1000000000);
    snprintf(r->customer, sizeof r->customer, "Customer number %05lld", i * 7919 % 100000);
    r->quantity = i * 31 % 1000;
    r->amount = (double)(i * 37 % 1000003) * 0.37;
    snprintf(r->received, sizeof r->received, "2026-%02lld-%02lld %02lld:%02lld:%02lld",
        days / 28 % 12 + 1, days % 28 + 1, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    memcpy(r->modified, "2026-11-20 08:00:00", sizeof "2026-11-20 08:00:00");
}

/* ---- one connection and one statement ---- */

struct bare {
    SQLHENV env;
    SQLHDBC dbc;
    SQLHSTMT st;
};

static int
say_why(SQLSMALLINT type, SQLHANDLE handle)
{
    SQLCHAR state[6] = "", message[512] = "";
    SQLINTEGER native;
    SQLSMALLINT length;

    SQLGetDiagRec(type, handle, 1, state, &native, message, sizeof message, &length);
    fprintf(stderr, "bench: bare: %s %s\n", (char *)state, (char *)message);
    return -1;
}

static int
run_bare(struct bare *b, const char *sql)
{
    SQLRETURN result = SQLExecDirect(b->st, (SQLCHAR *)(uintptr_t)sql, SQL_NTS);

    SQLFreeStmt(b->st, SQL_CLOSE);
    return SQL_SUCCEEDED(result) || result == SQL_NO_DATA ? 0 : say_why(SQL_HANDLE_STMT, b->st);
}

static int
connect_bare(struct bare *b, const struct dialect *dialect, const char *connection)
{
    char full[2048];

    snprintf(full, sizeof full, "%s;%s%s", connection, dialect->attributes,
        dialect->stream_attribute != 0 ? ";UseDeclareFetch=1" : "");
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &b->env);
    SQLSetEnvAttr(b->env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
    SQLAllocHandle(SQL_HANDLE_DBC, b->env, &b->dbc);
    if (!SQL_SUCCEEDED(SQLDriverConnect(
            b->dbc, NULL, (SQLCHAR *)full, SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT)))
        return say_why(SQL_HANDLE_DBC, b->dbc);
    SQLAllocHandle(SQL_HANDLE_STMT, b->dbc, &b->st);
    for (const char *const *sql = dialect->session; *sql != NULL; sql++) {
        if (run_bare(b, *sql) != 0)
            return -1;
    }
    return 0;
}

static void
disconnect_bare(struct bare *b)
{
    SQLFreeHandle(SQL_HANDLE_STMT, b->st);
    SQLDisconnect(b->dbc);
    SQLFreeHandle(SQL_HANDLE_DBC, b->dbc);
    SQLFreeHandle(SQL_HANDLE_ENV, b->env);
}

/* ---- inserting ---- */

static struct bare_row rows[BLOCK_ROWS];

/* Parameters lie in the rows themselves: row-wise binding, one block an execution. */
static int
bind_rows(struct bare *b)
{
    static SQLLEN lengths[BARE_COLUMNS] = {0, SQL_NTS, SQL_NTS, 0, 0, SQL_NTS, SQL_NTS};
    const struct {
        SQLSMALLINT c_type, sql_type;
        size_t size;
        void *at;
    } columns[BARE_COLUMNS] = {
        {SQL_C_SBIGINT, SQL_BIGINT, 0, &rows->record},
        {SQL_C_CHAR, SQL_VARCHAR, sizeof rows->id, rows->id},
        {SQL_C_CHAR, SQL_VARCHAR, sizeof rows->customer, rows->customer},
        {SQL_C_SBIGINT, SQL_BIGINT, 0, &rows->quantity},
        {SQL_C_DOUBLE, SQL_DOUBLE, 0, &rows->amount},
        {SQL_C_CHAR, SQL_VARCHAR, sizeof rows->received, rows->received},
        {SQL_C_CHAR, SQL_VARCHAR, sizeof rows->modified, rows->modified},
    };

    for (SQLUSMALLINT i = 0; i < BARE_COLUMNS; i++) {
        if (!SQL_SUCCEEDED(SQLBindParameter(b->st, (SQLUSMALLINT)(i + 1), SQL_PARAM_INPUT,
                columns[i].c_type, columns[i].sql_type, columns[i].size, 0, columns[i].at,
                (SQLLEN)columns[i].size, &lengths[i])))
            return say_why(SQL_HANDLE_STMT, b->st);
    }
    return 0;
}

/* SQLite: a row an execution, always from the same place. */
static int
insert_rows(struct bare *b, int count)
{
    struct bare_row first = rows[0];
    int rc = 0;

    for (int i = 0; rc == 0 && i < count; i++) {
        if (i > 0)
            rows[0] = rows[i];
        if (!SQL_SUCCEEDED(SQLExecute(b->st)))
            rc = say_why(SQL_HANDLE_STMT, b->st);
    }
    rows[0] = first;
    return rc;
}

/* MariaDB: arrays of parameters, column by column. */
static struct {
    SQLBIGINT record[BLOCK_ROWS];
    char id[BLOCK_ROWS][sizeof rows->id];
    char customer[BLOCK_ROWS][sizeof rows->customer];
    SQLBIGINT quantity[BLOCK_ROWS];
    double amount[BLOCK_ROWS];
    char received[BLOCK_ROWS][sizeof rows->received];
    char modified[BLOCK_ROWS][sizeof rows->modified];
    SQLLEN lengths[BARE_COLUMNS][BLOCK_ROWS];
} columns;

static void
bind_texts(struct bare *b, SQLUSMALLINT number, void *cells, SQLLEN stride)
{
    SQLBindParameter(b->st, number, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, (SQLULEN)stride, 0,
        cells, stride, columns.lengths[number - 1]);
}

static int
bind_columns_once(struct bare *b)
{
    bind_texts(b, 2, columns.id, sizeof rows->id);
    bind_texts(b, 3, columns.customer, sizeof rows->customer);
    bind_texts(b, 6, columns.received, sizeof rows->received);
    bind_texts(b, 7, columns.modified, sizeof rows->modified);
    SQLBindParameter(b->st, 1, SQL_PARAM_INPUT, SQL_C_SBIGINT, SQL_BIGINT, 0, 0, columns.record, 0,
        columns.lengths[0]);
    SQLBindParameter(b->st, 4, SQL_PARAM_INPUT, SQL_C_SBIGINT, SQL_BIGINT, 0, 0, columns.quantity,
        0, columns.lengths[3]);
    SQLBindParameter(b->st, 5, SQL_PARAM_INPUT, SQL_C_DOUBLE, SQL_DOUBLE, 0, 0, columns.amount, 0,
        columns.lengths[4]);
    return 0;
}

static int
insert_columns(struct bare *b, int count)
{
    for (int i = 0; i < count; i++) {
        columns.record[i] = rows[i].record;
        memcpy(columns.id[i], rows[i].id, sizeof rows->id);
        memcpy(columns.customer[i], rows[i].customer, sizeof rows->customer);
        columns.quantity[i] = rows[i].quantity;
        columns.amount[i] = rows[i].amount;
        memcpy(columns.received[i], rows[i].received, sizeof rows->received);
        memcpy(columns.modified[i], rows[i].modified, sizeof rows->modified);
        columns.lengths[1][i] = (SQLLEN)strlen(rows[i].id);
        columns.lengths[2][i] = (SQLLEN)strlen(rows[i].customer);
        columns.lengths[5][i] = (SQLLEN)strlen(rows[i].received);
        columns.lengths[6][i] = (SQLLEN)strlen(rows[i].modified);
    }
    SQLSetStmtAttr(b->st, SQL_ATTR_PARAMSET_SIZE, (SQLPOINTER)(SQLULEN)count, 0);
    return SQL_SUCCEEDED(SQLExecute(b->st)) ? 0 : say_why(SQL_HANDLE_STMT, b->st);
}

/* PostgreSQL: each column one array, written as text. */
static int
insert_arrays(struct bare *b, int count)
{
    static char arrays[BARE_COLUMNS][BLOCK_ROWS * 40];
    static SQLLEN lengths[BARE_COLUMNS];
    char *end[BARE_COLUMNS];

    for (int k = 0; k < BARE_COLUMNS; k++)
        end[k] = arrays[k];
    for (int i = 0; i < count; i++) {
        end[0] += sprintf(end[0], ",%lld", rows[i].record);
        end[1] += sprintf(end[1], ",%s", rows[i].id);
        end[2] += sprintf(end[2], ",%s", rows[i].customer);
        end[3] += sprintf(end[3], ",%lld", rows[i].quantity);
        end[4] += sprintf(end[4], ",%.17g", rows[i].amount);
        end[5] += sprintf(end[5], ",%s", rows[i].received);
        end[6] += sprintf(end[6], ",%s", rows[i].modified);
    }
    for (SQLUSMALLINT k = 0; k < BARE_COLUMNS; k++) {
        arrays[k][0] = '{';
        *end[k]++ = '}';
        lengths[k] = end[k] - arrays[k];
        SQLBindParameter(b->st, (SQLUSMALLINT)(k + 1), SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR,
            (SQLULEN)lengths[k], 0, arrays[k], lengths[k], &lengths[k]);
    }
    return SQL_SUCCEEDED(SQLExecute(b->st)) ? 0 : say_why(SQL_HANDLE_STMT, b->st);
}

static void
write_insert(char *sql, size_t size, const char *table, bool unnest)
{
    int used = snprintf(sql, size, "INSERT INTO \"%s\"(", table);

    for (int i = 0; i < BARE_COLUMNS; i++)
        used += snprintf(
            sql + used, size - (size_t)used, i == 0 ? "\"%s\"" : ", \"%s\"", bare_columns[i]);
    snprintf(sql + used, size - (size_t)used, "%s",
        unnest
            ? ") SELECT * FROM unnest(CAST(? AS bigint[]), CAST(? AS text[]), CAST(? AS text[]), "
              "CAST(? AS bigint[]), CAST(? AS double precision[]), CAST(? AS timestamp[]), "
              "CAST(? AS timestamp[]))"
            : ") VALUES (?, ?, ?, ?, ?, ?, ?)");
}

static double
insert_all(struct bare *b, const struct dialect *dialect, long long count)
{
    double measured = 0;

    for (long long at = 0; at < count; at += BLOCK_ROWS) {
        int block = count - at < BLOCK_ROWS ? (int)(count - at) : BLOCK_ROWS;
        double start;
        int rc;

        for (int i = 0; i < block; i++)
            bare_make(at + i, &rows[i]);
        start = bench_seconds();
        rc = dialect->bulk == &bulk_unnest       ? insert_arrays(b, block)
             : dialect->bulk == &bulk_parameters ? insert_columns(b, block)
                                                 : insert_rows(b, block);
        if (rc != 0)
            return -1;
        measured += bench_seconds() - start;
    }
    return measured;
}

double
bare_insert(
    const struct dialect *dialect, const char *connection, const char *table, long long count)
{
    struct bare b = {0};
    struct bare control = {0};
    double measured = -1, start;
    char sql[1000];

    write_insert(sql, sizeof sql, table, dialect->bulk == &bulk_unnest);
    if (connect_bare(&b, dialect, connection) != 0)
        return -1;
    control = b;
    SQLAllocHandle(SQL_HANDLE_STMT, b.dbc, &control.st);
    if (run_bare(&control, dialect->begin) == 0 &&
        SQL_SUCCEEDED(SQLPrepare(b.st, (SQLCHAR *)sql, SQL_NTS)) &&
        (dialect->bulk == &bulk_unnest ||
            (dialect->bulk == &bulk_parameters ? bind_columns_once(&b) : bind_rows(&b)) == 0))
        measured = insert_all(&b, dialect, count);
    start = bench_seconds();
    if (measured >= 0 && run_bare(&control, dialect->commit) != 0)
        measured = -1;
    measured += measured >= 0 ? bench_seconds() - start : 0;
    SQLFreeHandle(SQL_HANDLE_STMT, control.st);
    disconnect_bare(&b);
    return measured;
}

/* ---- fetching ---- */

static struct {
    SQLBIGINT integer[2][BLOCK_ROWS];
    double real[BLOCK_ROWS];
    char text[BARE_COLUMNS][BLOCK_ROWS][40];
    SQLLEN lengths[BARE_COLUMNS][BLOCK_ROWS];
} fetched;

static void
bind_columns(struct bare *b)
{
    for (SQLUSMALLINT i = 0; i < BARE_COLUMNS; i++) {
        if (i == 0 || i == 3)
            SQLBindCol(b->st, (SQLUSMALLINT)(i + 1), SQL_C_SBIGINT, fetched.integer[i == 3], 0,
                fetched.lengths[i]);
        else if (i == 4)
            SQLBindCol(b->st, 5, SQL_C_DOUBLE, fetched.real, 0, fetched.lengths[i]);
        else
            SQLBindCol(b->st, (SQLUSMALLINT)(i + 1), SQL_C_CHAR, fetched.text[i],
                sizeof fetched.text[i][0], fetched.lengths[i]);
    }
}

double
bare_fetch(
    const struct dialect *dialect, const char *connection, const char *table, long long count)
{
    struct bare b = {0};
    SQLULEN block = 0;
    long long seen = 0;
    char sql[1000];
    double start;
    int used = snprintf(sql, sizeof sql, "SELECT");

    if (connect_bare(&b, dialect, connection) != 0)
        return -1;
    for (int i = 0; i < BARE_COLUMNS; i++)
        used += snprintf(sql + used, sizeof sql - (size_t)used, "%s\"%s\"", i == 0 ? " " : ", ",
            bare_columns[i]);
    snprintf(sql + used, sizeof sql - (size_t)used, " FROM \"%s\"", table);
    SQLSetStmtAttr(b.st, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)BLOCK_ROWS, 0);
    SQLSetStmtAttr(b.st, SQL_ATTR_ROWS_FETCHED_PTR, &block, 0);
    bind_columns(&b);
    start = bench_seconds();
    if (!SQL_SUCCEEDED(SQLExecDirect(b.st, (SQLCHAR *)sql, SQL_NTS)))
        say_why(SQL_HANDLE_STMT, b.st);
    while (SQL_SUCCEEDED(SQLFetch(b.st)))
        seen += (long long)block;
    start = bench_seconds() - start;
    disconnect_bare(&b);
    return seen == count ? start : -1;
}
