/* What comes in batches is what comes row by row. */
#include <string.h>

#include "etl/odbc/batch.h"
#include "etl/odbc/batch_marks.h"
#include "etl/odbc/table_reader.h"
#include "etl/odbc/table_shape.h"
#include "tests/etl/fixture.h"

static void
run(struct db *db, const char *sql)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(db_run(db, sql, NULL, &f), &f);
}

/* NULL: this is another engine's turn. */
static struct db *
open_here(void)
{
    struct fault f = FAULT_INIT;
    struct db *db;

    if (test_engine() != ENGINE_POSTGRESQL)
        return NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(db = fixture_open_on(ENGINE_POSTGRESQL, "Batches", &f));
    return db;
}

/* More of it in a row than a function takes arguments; some never NULL, some always. */
static void
make_table(struct db *db)
{
    struct text sql = TEXT_INIT;

    text_add(&sql, "CREATE TABLE x(n bigint NOT NULL, b boolean, s smallint, r real, u numeric, "
                   "d double precision, at timestamp, z timestamptz, day date, t varchar(200), "
                   "c char(5), \"it's \"\"\" text, pair record_of_two");
    for (int i = 0; i < 100; i++)
        text_add_format(&sql, ", c%d integer%s", i, i % 3 == 0 ? " NOT NULL DEFAULT 7" : "");
    text_add(&sql, ")");
    run(db, "CREATE TYPE record_of_two AS (a integer, b text)");
    run(db, text_get(&sql));
    text_release(&sql);
}

/* Rows of all kinds of values: every `nulls`th of a column is NULL. */
static void
fill(struct db *db)
{
    run(db,
        "INSERT INTO x SELECT i, nullif(i % 3, 2) = 1, i % 7, i / 7.0, i / 3.0, "
        "CASE i % 9 WHEN 0 THEN NULL WHEN 1 THEN 'NaN' WHEN 2 THEN '-Infinity' WHEN 3 THEN 5e-324 "
        "WHEN 4 THEN -0.0 ELSE exp(i / 10.0 - 200) END, "
        "CAST('0001-01-01' AS timestamp) + i * CAST('631 days 23:59:59.999999' AS interval), "
        "CAST('2026-03-29 00:59:59.5+01' AS timestamptz) + i * CAST('1 hour' AS interval), "
        "CAST('1900-02-27' AS date) + i, "
        "CASE WHEN i % 5 = 0 THEN NULL WHEN i % 5 = 1 THEN '' ELSE repeat(chr(i % 19 + 1), i % 7) "
        "|| "
        "'Zürich \"東京\" \\, 😀' END, 'ab', CASE WHEN i % 2 = 0 THEN repeat('long ', i % 50) END, "
        "CASE i % 3 WHEN 0 THEN ROW(NULL, NULL)::record_of_two WHEN 1 THEN ROW(i, "
        "'b')::record_of_two END "
        "FROM generate_series(1, 3000) AS i");
}

static void
describe(struct db *db, struct arena *memory, struct table *t)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(table_shape_read(db, "x", memory, t, &f), &f);
}

/* The sum over what a batch brings and over what it leaves, and whether it leaves any. */
static bool
read_batches(struct db *db, const struct table *t, struct rowsum *sum)
{
    struct fault f = FAULT_INIT;
    const struct value *row;
    struct batch *b;
    int rc;

    ASSERT_OK(rowsum_init(sum, t->column_count, &f), &f);
    CU_ASSERT_EQUAL_FATAL(batch_open(db, t, NULL, false, &b, &f), 1);
    while ((rc = batch_next(b, &row, &f)) == 1)
        rowsum_add(sum, row);
    CU_ASSERT(rc == 0 || rc == BATCH_LEAVES);
    batch_close(b);
    return rc == BATCH_LEAVES;
}

/* In order, rows come one by one. */
static void
read_rows(struct db *db, const struct table *t, struct rowsum *sum)
{
    struct fault f = FAULT_INIT;
    struct table_reader *r = table_reader_open(db, t, NULL, &f);
    const struct value *row;
    int rc;

    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    ASSERT_OK(rowsum_init(sum, t->column_count, &f), &f);
    while ((rc = table_reader_next(r, &row, &f)) == 1)
        rowsum_add(sum, row);
    ASSERT_OK(rc, &f);
    table_reader_close(r);
}

static void
expect_the_same(struct db *db, bool leaves)
{
    struct rowsum rows = ROWSUM_INIT, batches = ROWSUM_INIT, all = ROWSUM_INIT;
    struct arena memory = ARENA_INIT;
    struct fault f = FAULT_INIT;
    struct table t;

    describe(db, &memory, &t);
    read_rows(db, &t, &rows);
    CU_ASSERT_EQUAL(read_batches(db, &t, &batches), leaves);
    CU_ASSERT(leaves || rowsum_equal(&rows, &batches));
    ASSERT_OK(table_rowsum(db, &t, &all, &f), &f);
    CU_ASSERT(rowsum_equal(&rows, &all));
    rowsum_release(&rows);
    rowsum_release(&batches);
    rowsum_release(&all);
    arena_release(&memory);
}

static void
brings_what_rows_bring(void)
{
    struct db *db = open_here();

    if (db == NULL)
        return;
    make_table(db);
    fill(db);
    expect_the_same(db, false);
    /* Blocks without rows, and rows in another place. */
    run(db, "DELETE FROM x WHERE n BETWEEN 500 AND 1500 OR n > 2900");
    run(db, "UPDATE x SET t = 'moved' WHERE n % 10 = 0");
    expect_the_same(db, false);
    run(db, "DELETE FROM x");
    expect_the_same(db, false);
    db_close(db);
}

/* A text with a mark in it, in the first, a middle and the last block. */
static void
leaves_texts_with_marks(void)
{
    static const int rows[] = {1, 1234, 3000};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct db *db = open_here();
        struct text sql = TEXT_INIT;

        if (db == NULL)
            return;
        make_table(db);
        fill(db);
        text_add_format(&sql, "UPDATE x SET t = 'a' || chr(%d) WHERE n = %d",
            i == 1 ? BATCH_NULL : BATCH_MARK, rows[i]);
        run(db, text_get(&sql));
        expect_the_same(db, true);
        text_release(&sql);
        db_close(db);
    }
}

static void
refuses_what_rows_refuse(void)
{
    static const char *const moments[] = {"infinity", "0044-03-15 BC", "10000-01-01"};

    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        struct db *db = open_here();
        struct arena memory = ARENA_INIT;
        struct rowsum sum = ROWSUM_INIT;
        struct fault f = FAULT_INIT;
        struct text sql = TEXT_INIT;
        struct table t;

        if (db == NULL)
            return;
        make_table(db);
        fill(db);
        run(db, sql_set(&sql, "UPDATE x SET at = %t WHERE n = 2500", moments[i]));
        describe(db, &memory, &t);
        ASSERT_FAULT(table_rowsum(db, &t, &sum, &f), &f, FAULT_DATA, "'at'");
        rowsum_release(&sum);
        text_release(&sql);
        arena_release(&memory);
        db_close(db);
    }
}

/* The first fault is told, not that the transaction is spoilt. */
static void
tells_what_the_server_said(void)
{
    struct db *db = open_here();
    struct arena memory = ARENA_INIT;
    struct rowsum sum = ROWSUM_INIT;
    struct fault f = FAULT_INIT;
    struct table t;

    if (db == NULL)
        return;
    make_table(db);
    fill(db);
    describe(db, &memory, &t);
    run(db, "ALTER TABLE x DROP COLUMN c99");
    ASSERT_OK(db_begin(db, &f), &f);
    ASSERT_FAULT(table_rowsum(db, &t, &sum, &f), &f, FAULT_DATA, "c99");
    db_rollback(db);
    rowsum_release(&sum);
    arena_release(&memory);
    db_close(db);
}

static void
leaves_other_tables_alone(void)
{
    static const char *const tables[] = {
        "CREATE TABLE x AS SELECT i AS n FROM generate_series(1, 10) AS i", /* small */
        "CREATE TABLE x AS SELECT CAST('x' AS bytea) AS b FROM generate_series(1, 9999)",
        "CREATE VIEW x AS SELECT relname FROM pg_class",
        "CREATE TABLE x(n bigint) PARTITION BY RANGE (n)",
        "CREATE TABLE x AS SELECT CAST(i AS bigint) AS n FROM generate_series(1, 9999) AS i; "
        "CREATE TABLE y() INHERITS (x)",
        /* not compressible: kept elsewhere */
        "CREATE TABLE x AS SELECT i AS n, (SELECT string_agg(md5(CAST(i * k AS text)), '') FROM "
        "generate_series(1, 100) AS k) AS t FROM generate_series(1, 2000) AS i",
    };

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct db *db = open_here();
        struct arena memory = ARENA_INIT;
        struct fault f = FAULT_INIT;
        struct batch *b;
        struct table t;

        if (db == NULL)
            return;
        run(db, tables[i]);
        describe(db, &memory, &t);
        CU_ASSERT_EQUAL(batch_open(db, &t, NULL, false, &b, &f), 0);
        arena_release(&memory);
        db_close(db);
    }
}

const struct test suite_etl_odbc_batch_postgresql[] = {
    {"brings what rows bring", brings_what_rows_bring},
    {"leaves texts with marks", leaves_texts_with_marks},
    {"refuses what rows refuse", refuses_what_rows_refuse},
    {"tells what the server said", tells_what_the_server_said},
    {"leaves other tables alone", leaves_other_tables_alone},
    {NULL, on_each_engine},
};
