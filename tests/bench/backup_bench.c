/*
 * backup_bench: what `make bench B=backup` measures besides the program itself: filling a database,
 * the bare block fetch and the bare insert of the same rows, and the time and memory of a command.
 * Prints "name<TAB>number" lines. See README.md.
 */
#include <sql.h>
#include <sqlext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/base/moment.h"
#include "etl/odbc/bulk.h"
#include "etl/odbc/cell.h"
#include "etl/odbc/table_writer.h"
#include "tests/bench/bench.h"

enum { COLUMNS = 5, BLOCK_ROWS = 1000, TEXT_BYTES = 64 };

static struct table_column columns[COLUMNS] = {
    {.name = "OrderID", .type = VALUE_TEXT, .length = 40, .not_null = true},
    {.name = "City", .type = VALUE_TEXT, .length = 50},
    {.name = "Quantity", .type = VALUE_INT},
    {.name = "Amount", .type = VALUE_FLOAT},
    {.name = "Received", .type = VALUE_TIME},
};

static const char *text_key[] = {"OrderID"}, *number_key[] = {"Quantity"};

/* A partition, by its name, has a number for a key. */
static bool
is_partition(const char *name)
{
    return strncmp(name, "bam_", 4) == 0;
}

static struct table
table_of(const char *name)
{
    return (struct table){.name = name,
        .columns = columns,
        .column_count = COLUMNS,
        .key = is_partition(name) ? number_key : text_key,
        .key_count = 1};
}

/* ---- rows ---- */

struct order {
    char id[24], city[24];
    int64_t quantity, received;
    double amount;
};

/* Every number gives one order: ids ascend, 500 cities, whole cents, milliseconds. */
static void
order_of(int64_t n, struct order *o)
{
    snprintf(o->id, sizeof o->id, "ORD-%09lld", (long long)n);
    snprintf(o->city, sizeof o->city, "City %03lld", (long long)(n * 7919 % 500));
    o->quantity = n * 104729 % 10007;
    o->amount = (double)(n * 15485863 % 10000019) / 100;
    o->received = INT64_C(1767225600000000) + n * 617283 / 1000 * 1000;
}

static int
fill(struct db *db, const char *name, int64_t first, int64_t count, struct fault *f)
{
    struct table t = table_of(name);
    struct table_writer *w;
    int rc;

    if (db_create_table(db, &t, f) != 0 || db_begin(db, f) != 0)
        return -1;
    rc = (w = table_writer_open(db, &t, f)) == NULL ? -1 : 0;
    for (int64_t n = first; rc == 0 && n < first + count; n++) {
        struct order o;

        order_of(n, &o);
        o.quantity = is_partition(name) ? n : o.quantity;
        rc = table_writer_add(w,
            (struct value[COLUMNS]){value_text(o.id), value_text(o.city), value_int(o.quantity),
                value_float(o.amount), value_time(o.received)},
            f);
        if (rc == 0 && n % 100000 == 0 && (rc = table_writer_finish(w, f)) == 0 &&
            (rc = db_commit(db, f)) == 0)
            rc = db_begin(db, f);
    }
    if (rc == 0)
        rc = table_writer_finish(w, f);
    table_writer_close(w);
    return db_end(db, rc, f);
}

/* ---- the bare block fetch ---- */

/* One column of a block. */
struct cells {
    SQLSMALLINT c_type;
    char bytes[BLOCK_ROWS][TEXT_BYTES];
    SQLLEN indicators[BLOCK_ROWS];
};

static void
add_select(struct text *sql, const struct db *db, const char *name)
{
    struct text column = TEXT_INIT;

    for (int i = 0; i < COLUMNS; i++) {
        text_add(sql, i == 0 ? "SELECT " : ", ");
        db_dialect(db)->add_read(sql, sql_set(&column, "%n", columns[i].name), columns[i].type);
    }
    sql_add(sql, " FROM %n", name);
    text_release(&column);
}

/* A statement that streams, as the dialect says how. */
static SQLHSTMT
open_stream(struct db *db)
{
    const struct dialect *dialect = db_dialect(db);
    SQLHSTMT s = NULL;

    if (dialect->stream_attribute != 0)
        SQLSetConnectAttr(
            db_connection_handle(db), dialect->stream_attribute, (SQLPOINTER)1, SQL_IS_UINTEGER);
    SQLAllocHandle(SQL_HANDLE_STMT, db_connection_handle(db), &s);
    SQLSetStmtAttr(s, SQL_ATTR_CURSOR_TYPE, (SQLPOINTER)SQL_CURSOR_FORWARD_ONLY, 0);
    return s;
}

static int
fetch(struct db *db, const char *name, int64_t count, struct fault *f)
{
    static struct cells cells[COLUMNS];
    struct text sql = TEXT_INIT;
    double start = bench_seconds();
    SQLHSTMT s = open_stream(db);
    SQLULEN fetched = 0;
    SQLRETURN result;
    int64_t rows = 0;

    add_select(&sql, db, name);
    SQLSetStmtAttr(s, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)BLOCK_ROWS, 0);
    SQLSetStmtAttr(s, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0);
    result = SQLPrepare(s, (SQLCHAR *)text_get(&sql), SQL_NTS);
    if (SQL_SUCCEEDED(result))
        result = SQLExecute(s);
    for (int i = 0; SQL_SUCCEEDED(result) && i < COLUMNS; i++)
        result = SQLBindCol(s, (SQLUSMALLINT)(i + 1), cell_c_type(db, columns[i].type),
            cells[i].bytes, TEXT_BYTES, cells[i].indicators);
    while (SQL_SUCCEEDED(result) && SQL_SUCCEEDED(result = SQLFetch(s)))
        rows += (int64_t)fetched;
    text_release(&sql);
    if (result != SQL_NO_DATA)
        handle_fault(db, SQL_HANDLE_STMT, s, FAULT_INTERNAL, f);
    SQLFreeHandle(SQL_HANDLE_STMT, s);
    if (result != SQL_NO_DATA || rows != count)
        return f->kind != FAULT_NONE ? -1 : fault_set(f, FAULT_DATA, "%lld rows", (long long)rows);
    bench_print("fetch", bench_seconds() - start);
    return 0;
}

/* ---- the bare insert, the quickest way of each driver ---- */

/* A block of orders as each driver wants them: bound cells, or one array a column as text. */
struct block {
    struct cells cells[COLUMNS];
    struct text arrays[COLUMNS];
};

static void
put_text(struct block *b, int column, int row, const char *text)
{
    b->cells[column].indicators[row] =
        snprintf(b->cells[column].bytes[row], TEXT_BYTES, "%s", text);
}

static void
put_order(struct block *b, int row, int64_t n)
{
    char moment[MOMENT_TEXT_BYTES];
    struct order o;

    order_of(n, &o);
    put_text(b, 0, row, o.id);
    put_text(b, 1, row, o.city);
    /* Numbers lie one behind the other, whatever the size of the buffer. */
    memcpy((char *)b->cells[2].bytes + (size_t)row * sizeof o.quantity, &o.quantity,
        sizeof o.quantity);
    memcpy((char *)b->cells[3].bytes + (size_t)row * sizeof o.amount, &o.amount, sizeof o.amount);
    put_text(b, 4, row, moment_format_sql(o.received, moment));
}

/* One engine takes arrays as values: all of its block as five texts. */
static void
put_in_arrays(struct block *b, int row, int64_t n)
{
    char moment[MOMENT_TEXT_BYTES];
    struct order o;

    order_of(n, &o);
    for (int i = 0; i < COLUMNS; i++) {
        if (row == 0)
            text_clear(&b->arrays[i]);
        text_add_char(&b->arrays[i], row == 0 ? '{' : ',');
    }
    text_add(&b->arrays[0], o.id);
    text_add_format(&b->arrays[1], "\"%s\"", o.city);
    text_add_format(&b->arrays[2], "%lld", (long long)o.quantity);
    text_add_format(&b->arrays[3], "%.17g", o.amount);
    text_add_format(&b->arrays[4], "\"%s\"", moment_format_sql(o.received, moment));
}

static void
add_insert(struct text *sql, const struct dialect *dialect, const char *name)
{
    sql_add(sql,
        dialect->array_types != NULL ? "INSERT INTO %n SELECT * FROM unnest("
                                     : "INSERT INTO %n VALUES (",
        name);
    for (int i = 0; i < COLUMNS; i++) {
        text_add(sql, i == 0 ? "" : ", ");
        if (dialect->array_types != NULL)
            text_add_format(sql, "CAST(? AS %s)", dialect->array_types[columns[i].type]);
        else
            text_add(sql, "?");
    }
    text_add(sql, ")");
}

static void
bind(SQLHSTMT s, int column, SQLSMALLINT c_type, SQLSMALLINT sql_type, SQLULEN size, void *bytes,
    SQLLEN *indicators)
{
    SQLBindParameter(s, (SQLUSMALLINT)(column + 1), SQL_PARAM_INPUT, c_type, sql_type, size, 0,
        bytes, (SQLLEN)size, indicators);
}

static void
bind_cells(SQLHSTMT s, struct block *b)
{
    for (int i = 0; i < COLUMNS; i++) {
        struct cells *c = &b->cells[i];

        if (columns[i].type == VALUE_INT)
            bind(s, i, SQL_C_SBIGINT, SQL_BIGINT, TEXT_BYTES, c->bytes, c->indicators);
        else if (columns[i].type == VALUE_FLOAT)
            bind(s, i, SQL_C_DOUBLE, SQL_DOUBLE, TEXT_BYTES, c->bytes, c->indicators);
        else
            bind(s, i, SQL_C_CHAR, SQL_VARCHAR, TEXT_BYTES, c->bytes, c->indicators);
    }
}

static void
bind_arrays(SQLHSTMT s, struct block *b)
{
    for (int i = 0; i < COLUMNS; i++) {
        text_add_char(&b->arrays[i], '}');
        b->cells[i].indicators[0] = (SQLLEN)b->arrays[i].length;
        bind(s, i, SQL_C_CHAR, SQL_VARCHAR, b->arrays[i].length, b->arrays[i].bytes,
            b->cells[i].indicators);
    }
}

/* Orders n to n + rows - 1 in as many calls of the driver as it takes. */
static SQLRETURN
insert_block(const struct dialect *dialect, SQLHSTMT s, struct block *b, int64_t n, int rows)
{
    SQLRETURN result = SQL_SUCCESS;

    for (int row = 0; dialect->array_types != NULL && row < rows; row++)
        put_in_arrays(b, row, n + row);
    for (int row = 0; dialect->bulk == &bulk_parameters && row < rows; row++)
        put_order(b, row, n + row);
    if (dialect->array_types != NULL)
        bind_arrays(s, b);
    if (dialect->bulk == &bulk_parameters)
        SQLSetStmtAttr(s, SQL_ATTR_PARAMSET_SIZE, (SQLPOINTER)(SQLULEN)rows, 0);
    if (dialect->array_types != NULL || dialect->bulk == &bulk_parameters)
        return SQLExecute(s);
    for (int row = 0; SQL_SUCCEEDED(result) && row < rows; row++) {
        put_order(b, 0, n + row);
        result = SQLExecute(s);
    }
    return result;
}

static int
insert(struct db *db, const char *name, int64_t count, struct fault *f)
{
    static struct block block;
    struct table t = table_of(name);
    struct text sql = TEXT_INIT;
    SQLRETURN result;
    SQLHSTMT s = NULL;
    double start;

    if (db_create_table(db, &t, f) != 0)
        return -1;
    start = bench_seconds();
    if (db_begin(db, f) != 0)
        return -1;
    add_insert(&sql, db_dialect(db), name);
    SQLAllocHandle(SQL_HANDLE_STMT, db_connection_handle(db), &s);
    result = SQLPrepare(s, (SQLCHAR *)text_get(&sql), SQL_NTS);
    bind_cells(s, &block);
    for (int64_t n = 1; SQL_SUCCEEDED(result) && n <= count; n += BLOCK_ROWS)
        result = insert_block(db_dialect(db), s, &block, n,
            count - n + 1 < BLOCK_ROWS ? (int)(count - n + 1) : BLOCK_ROWS);
    if (!SQL_SUCCEEDED(result))
        handle_fault(db, SQL_HANDLE_STMT, s, FAULT_INTERNAL, f);
    SQLFreeHandle(SQL_HANDLE_STMT, s);
    text_release(&sql);
    if (db_end(db, SQL_SUCCEEDED(result) ? 0 : -1, f) != 0)
        return -1;
    bench_print("insert", bench_seconds() - start);
    return 0;
}

/* ---- a command ---- */

static double
seconds_of(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

/* Its output goes to stderr: stdout is for figures. */
static int
run(const char *name, char **command)
{
    double start = bench_seconds();
    struct rusage usage;
    char figure[64];
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execvp(command[0], command);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 0)
        return 1;
    bench_print(name, bench_seconds() - start);
    snprintf(figure, sizeof figure, "%s_cpu", name);
    bench_print(figure, seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
    snprintf(figure, sizeof figure, "%s_peak_bytes", name);
    bench_print(figure, (double)usage.ru_maxrss * 1024);
    return 0;
}

static int
usage(void)
{
    fputs("usage: backup-bench fill CONNECTION TABLE FIRST COUNT\n"
          "       backup-bench fetch|insert CONNECTION TABLE COUNT\n"
          "       backup-bench run NAME COMMAND...\n",
        stderr);
    return 64;
}

int
main(int argc, char **argv)
{
    struct fault f = FAULT_INIT;
    struct db *db;
    int rc = -1;

    if (argc >= 4 && strcmp(argv[1], "run") == 0)
        return run(argv[2], argv + 3);
    if (argc < 5)
        return usage();
    if ((db = db_open("bench", argv[2], DB_CREATE, &f)) == NULL)
        return bench_failed(&f);
    if (strcmp(argv[1], "fill") == 0 && argc == 6)
        rc = fill(db, argv[3], atoll(argv[4]), atoll(argv[5]), &f);
    else if (strcmp(argv[1], "fetch") == 0)
        rc = fetch(db, argv[3], atoll(argv[4]), &f);
    else if (strcmp(argv[1], "insert") == 0)
        rc = insert(db, argv[3], atoll(argv[4]), &f);
    else
        fault_set(&f, FAULT_USAGE, "'%s'?", argv[1]);
    db_close(db);
    return rc == 0 ? 0 : bench_failed(&f);
}
