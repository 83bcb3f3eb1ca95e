#include "etl/odbc/batch.h"
#include "etl/odbc/table_shape.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "etl/odbc/table_reader.h"
#include "etl/odbc/table_writer.h"
#include "tests/harness.h"

enum { SQLITE_ROWS = 64 }; /* in a batch of that engine */

static struct table_column columns[] = {
    {.name = "n", .type = VALUE_INT, .not_null = true},
    {.name = "t \"", .type = VALUE_TEXT, .length = 100},
    {.name = "d", .type = VALUE_FLOAT},
    {.name = "e", .type = VALUE_FLOAT},
    {.name = "at", .type = VALUE_TIME},
};

static const char *key[] = {"n"};

static const struct table sample = {
    .name = "it's", .columns = columns, .column_count = 5, .key = key, .key_count = 1};

static struct db *
open_here(void)
{
    struct fault f = FAULT_INIT;
    char connection[600];
    struct db *db;

    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(ENGINE_SQLITE, "test", connection, sizeof connection), 0);
    db = db_open("Test", connection, DB_CREATE, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    return db;
}

static void
run(struct db *db, const char *sql)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(db_run(db, sql, NULL, &f), &f);
}

/* Texts of all that JSON writes in another way, and doubles of all sizes. */
static void
make_row(int n, char text[64], struct value row[5])
{
    static const char *const texts[] = {"", "plain", "\"", "\\", "\\\\\"", "a\nb\tc\r\b\f",
        "\x01\x1f\x7f", "Z\xc3\xbcrich \xe6\x9d\xb1 \xf0\x9f\x98\x80", "[\"x\",null]", "null", "/",
        "\\u0041"};
    static const double doubles[] = {0, 0.1, -0.1, 1.0 / 3, 1e-300, 5e-324, 1e300,
        -1.7976931348623157e308, 9007199254740993.0, 123456.78, -99999999.01, 4611686018427387904.0,
        1e-5, INFINITY, -INFINITY};

    snprintf(text, 64, "%s %d", texts[n % 12], n);
    row[0] = value_int((int64_t)n * n * (n % 2 == 0 ? 1 : -1));
    row[1] = n % 13 == 0 ? value_null() : n % 12 == 0 ? value_text("") : value_text(text);
    row[2] = n % 17 == 0 ? value_null() : value_float(doubles[n % 15]);
    row[3] = value_float((double)(n * 7919 % 100003) / 100);
    row[4] = n % 11 == 0 ? value_null()
                         : value_time(INT64_C(1700000000000000) + n * INT64_C(86399999999));
}

static void
fill(struct db *db, int rows, struct rowsum *sum)
{
    struct fault f = FAULT_INIT;
    struct table_writer *w;
    char text[64];

    ASSERT_OK(rowsum_init(sum, 5, &f), &f);
    ASSERT_OK(db_create_table(db, &sample, &f), &f);
    ASSERT_OK(db_begin(db, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(db, &sample, &f));
    for (int n = 0; n < rows; n++) {
        struct value row[5];

        make_row(n, text, row);
        ASSERT_OK(table_writer_add(w, row, &f), &f);
        rowsum_add(sum, row);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    ASSERT_OK(db_end(db, 0, &f), &f);
}

/* What batches alone bring, and what is left. */
static void
expect_batches(struct db *db, const struct rowsum *written)
{
    struct batch *b = NULL;
    struct rowsum read = ROWSUM_INIT;
    struct fault f = FAULT_INIT;
    const struct value *row;
    int rc;

    CU_ASSERT_EQUAL_FATAL(batch_open(db, &sample, NULL, false, &b, &f), 1);
    ASSERT_OK(rowsum_init(&read, 5, &f), &f);
    while ((rc = batch_next(b, &row, &f)) == 1)
        rowsum_add(&read, row);
    CU_ASSERT_EQUAL(rc, 0);
    CU_ASSERT_EQUAL(batch_next(b, &row, &f), 0);
    CU_ASSERT(rowsum_equal(&read, written));
    batch_close(b);
    rowsum_release(&read);
}

static void
brings_all_rows_exactly(void)
{
    static const int sizes[] = {
        0, 1, SQLITE_ROWS - 1, SQLITE_ROWS, SQLITE_ROWS + 1, 2 * SQLITE_ROWS, 5000};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct rowsum written = ROWSUM_INIT;
        struct db *db = open_here();

        fill(db, sizes[i], &written);
        expect_batches(db, &written);
        /* Rowids far apart, and down to the least there is. */
        run(db, "UPDATE \"it's\" SET rowid = rowid * 1000003 - 5");
        run(db, "UPDATE \"it's\" SET rowid = -9223372036854775807 WHERE rowid = (SELECT max(rowid) "
                "FROM "
                "\"it's\")");
        expect_batches(db, &written);
        rowsum_release(&written);
        db_close(db);
    }
}

/* Where batches do not understand a value it is read as ever, before and behind it too. */
static void
leaves_to_others_what_is_not_usual(void)
{
    static const struct {
        const char *change;
        bool refused;
    } cases[] = {
        {"UPDATE \"it's\" SET d = 'text' WHERE rowid = 200", true},
        {"UPDATE \"it's\" SET d = '1,5' WHERE rowid = 200", true},
        {"UPDATE \"it's\" SET d = x'00' WHERE rowid = 1", true},
        {"UPDATE \"it's\" SET \"t \"\"\" = x'41' WHERE rowid = 300", true},
        {"UPDATE \"it's\" SET at = 7 WHERE rowid = 64", true},
        {"UPDATE \"it's\" SET n = 1.5 WHERE rowid = 65", true},
        {"UPDATE \"it's\" SET at = '2026-01-01' WHERE rowid = 64", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rowsum sum = ROWSUM_INIT, read = ROWSUM_INIT, ordered = ROWSUM_INIT;
        struct fault f = FAULT_INIT;
        struct db *db = open_here();
        struct table_reader *r;
        const struct value *row;
        int rc;

        fill(db, 300, &sum);
        run(db, cases[i].change);
        rc = table_rowsum(db, &sample, &read, &f);
        CU_ASSERT_EQUAL(rc, cases[i].refused ? -1 : 0);
        CU_ASSERT_EQUAL(f.kind, cases[i].refused ? FAULT_DATA : FAULT_NONE);
        /* In order, all come cell by cell. */
        CU_ASSERT_PTR_NOT_NULL_FATAL(r = table_reader_open(db, &sample, NULL, NULL));
        ASSERT_OK(rowsum_init(&ordered, 5, &f), &f);
        while ((rc = table_reader_next(r, &row, NULL)) == 1)
            rowsum_add(&ordered, row);
        CU_ASSERT_EQUAL(rc, cases[i].refused ? -1 : 0);
        CU_ASSERT(cases[i].refused || rowsum_equal(&read, &ordered));
        table_reader_close(r);
        rowsum_release(&sum);
        rowsum_release(&read);
        rowsum_release(&ordered);
        db_close(db);
    }
}

/* 0: all rows came; BATCH_LEAVES; -1 with a fault. */
static int
read_batches(struct db *db, const struct table *t, struct fault *f)
{
    const struct value *row;
    struct batch *b = NULL;
    int rc = batch_open(db, t, NULL, false, &b, f);

    if (rc == 0)
        return BATCH_LEAVES;
    while (rc == 1)
        rc = batch_next(b, &row, f);
    batch_close(b);
    return rc;
}

/* Where something is to be committed afterwards, no other way is taken. */
static void
a_spoilt_transaction_is_told(void)
{
    struct rowsum sum = ROWSUM_INIT;
    struct fault f = FAULT_INIT;
    struct db *db = open_here();

    fill(db, 300, &sum);
    run(db, "UPDATE \"it's\" SET \"t \"\"\" = x'41' WHERE rowid = 200");
    CU_ASSERT_EQUAL(read_batches(db, &sample, &f), BATCH_LEAVES);
    ASSERT_OK(db_begin(db, &f), &f);
    ASSERT_FAULT(read_batches(db, &sample, &f), &f, FAULT_INTERNAL, "BLOB");
    CU_ASSERT(db_is_spoilt(db));
    db_rollback(db);
    CU_ASSERT_FALSE(db_is_spoilt(db));
    rowsum_release(&sum);
    db_close(db);
}

/* Everything behind a value that only batches mind is still there, whatever the batch it is in. */
static void
goes_on_behind_them(void)
{
    struct rowsum written = ROWSUM_INIT, read = ROWSUM_INIT;
    struct fault f = FAULT_INIT;
    struct db *db = open_here();
    struct table t = sample;

    fill(db, 1000, &written);
    /* No affinity makes a whole number of these: batches read them as no integers. */
    run(db, "CREATE TABLE odd(n, \"t \"\"\", d, e, at)");
    run(db, "INSERT INTO odd SELECT * FROM \"it's\"");
    run(db, "UPDATE odd SET n = CAST(n AS REAL) WHERE rowid IN (500, 700)");
    t.name = "odd";
    ASSERT_OK(table_rowsum(db, &t, &read, &f), &f);
    CU_ASSERT(rowsum_equal(&read, &written));
    rowsum_release(&written);
    rowsum_release(&read);
    db_close(db);
}

static void
leaves_other_tables_alone(void)
{
    static const char *const tables[] = {
        "CREATE TABLE x(n BIGINT PRIMARY KEY) WITHOUT ROWID",
        "CREATE TABLE x(n BIGINT, rowid BIGINT)",
        "CREATE TABLE x(n BIGINT, t TEXT)",
        "CREATE TABLE x(n BIGINT, b BLOB)",
        "CREATE VIEW x AS SELECT 1 AS n",
    };

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct arena memory = ARENA_INIT;
        struct fault f = FAULT_INIT;
        struct db *db = open_here();
        struct batch *b;
        struct table t;

        run(db, tables[i]);
        ASSERT_OK(table_shape_read(db, "x", &memory, &t, &f), &f);
        CU_ASSERT_EQUAL(batch_open(db, &t, NULL, false, &b, &f), 0);
        arena_release(&memory);
        db_close(db);
    }
}

const struct test suite_etl_odbc_batch[] = {
    {"brings all rows exactly", brings_all_rows_exactly},
    {"leaves to others what is not usual", leaves_to_others_what_is_not_usual},
    {"a spoilt transaction is told", a_spoilt_transaction_is_told},
    {"goes on behind them", goes_on_behind_them},
    {"leaves other tables alone", leaves_other_tables_alone},
    {0},
};
