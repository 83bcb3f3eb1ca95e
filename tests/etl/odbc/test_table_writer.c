#include "etl/odbc/table_writer.h"

#include "etl/odbc/pair.h"
#include "etl/odbc/table_reader.h"
#include "tests/harness.h"

enum { ROWS = 4500 };

static struct table_column columns[] = {
    {.name = "n", .type = VALUE_INT, .not_null = true},
    {.name = "t", .type = VALUE_TEXT, .length = 20},
};

static const char *key[] = {"n"};

static const struct table sample = {
    .name = "sample", .columns = columns, .column_count = 2, .key = key, .key_count = 1};

/* Two connections, each in a transaction; false where there is one writer at a time. */
static bool
open_two(struct db *dbs[2])
{
    struct fault f = FAULT_INIT;
    char connection[600];

    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "writer", connection, sizeof connection), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(dbs[0] = db_open("Test", connection, DB_CREATE, &f));
    if (!pair_helps(dbs[0])) {
        db_close(dbs[0]);
        return false;
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(dbs[1] = db_open("Test", connection, DB_CREATE, &f));
    ASSERT_OK(db_create_table(dbs[0], &sample, &f), &f);
    ASSERT_OK(db_begin(dbs[0], &f), &f);
    ASSERT_OK(db_begin(dbs[1], &f), &f);
    return true;
}

static int64_t
count(struct db *db)
{
    struct fault f = FAULT_INIT;
    int64_t rows = -1;

    ASSERT_OK(db_get_int(db, "SELECT count(*) FROM sample", 0, &rows, &f), &f);
    return rows;
}

static int
add(struct table_writer *w, int64_t n, struct rowsum *sum, struct fault *f)
{
    const struct value row[] = {value_int(n), value_text("Z\xc3\xbcrich")};

    rowsum_add(sum, row);
    return table_writer_add(w, row, f);
}

/* Each has some of the rows, and all are there in the end: some from before, and in two goes. */
static void
two_connections_share_the_rows(void)
{
    struct rowsum written = ROWSUM_INIT, read = ROWSUM_INIT;
    struct fault f = FAULT_INIT;
    struct table_writer *w;
    struct db *dbs[2];

    if (!open_two(dbs))
        return;
    ASSERT_OK(rowsum_init(&written, sample.column_count, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(dbs[0], &sample, &f));
    for (int n = 0; n < ROWS; n++) {
        if (n == 700)
            ASSERT_OK(table_writer_share(w, dbs[1], &f), &f);
        if (n == 4000)
            ASSERT_OK(table_writer_finish(w, &f), &f);
        ASSERT_OK(add(w, n, &written, &f), &f);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    CU_ASSERT(count(dbs[0]) >= 1500);
    CU_ASSERT(count(dbs[1]) >= 1500);
    CU_ASSERT_EQUAL(count(dbs[0]) + count(dbs[1]), ROWS);
    ASSERT_OK(db_commit(dbs[1], &f), &f);
    ASSERT_OK(db_commit(dbs[0], &f), &f);
    ASSERT_OK(table_rowsum(dbs[0], &sample, &read, &f), &f);
    CU_ASSERT(rowsum_equal(&written, &read));
    rowsum_release(&written);
    rowsum_release(&read);
    db_close(dbs[1]);
    db_close(dbs[0]);
}

/* Whichever connection it goes over, and nobody uses either of them once it is told. */
static void
a_row_that_the_engine_refuses_is_told(void)
{
    static const int64_t doubles[] = {500, 1500, 2500, ROWS - 1};

    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
        struct rowsum sum = ROWSUM_INIT;
        struct fault f = FAULT_INIT;
        struct table_writer *w;
        struct db *dbs[2];
        int rc = 0;

        if (!open_two(dbs))
            return;
        ASSERT_OK(rowsum_init(&sum, sample.column_count, &f), &f);
        CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(dbs[0], &sample, &f));
        ASSERT_OK(table_writer_share(w, dbs[1], &f), &f);
        for (int n = 0; rc == 0 && n < ROWS; n++)
            rc = add(w, n == doubles[i] ? n - 1 : n, &sum, &f);
        if (rc == 0)
            rc = table_writer_finish(w, &f);
        CU_ASSERT_EQUAL(rc, -1);
        CU_ASSERT(test_contains(f.text, "write table 'sample', rows"));
        db_rollback(dbs[0]);
        db_rollback(dbs[1]);
        table_writer_close(w);
        CU_ASSERT_EQUAL(count(dbs[0]), 0);
        rowsum_release(&sum);
        db_close(dbs[1]);
        db_close(dbs[0]);
    }
}

/* So many columns that SQLite could not take thirty rows of them in one statement. */
static void
wide_rows_are_written_like_others(void)
{
    enum { COLUMNS = 1100, WIDE_ROWS = 7 };
    static struct table_column wide[COLUMNS];
    static char names[COLUMNS][8];
    static struct value row[COLUMNS];
    struct table t = {
        .name = "wide", .columns = wide, .column_count = COLUMNS, .key = key, .key_count = 1};
    struct rowsum written = ROWSUM_INIT, read = ROWSUM_INIT;
    struct fault f = FAULT_INIT;
    struct table_writer *w;
    struct db *db;

    if (test_engine() != ENGINE_SQLITE)
        return;
    for (size_t c = 0; c < COLUMNS; c++) {
        snprintf(names[c], sizeof names[c], c == 0 ? "n" : "c%zu", c);
        wide[c] = (struct table_column){.name = names[c], .type = VALUE_INT, .not_null = c == 0};
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(
        db = db_open("Test", "Driver=SQLite3;Database=wide.db", DB_CREATE, &f));
    ASSERT_OK(db_create_table(db, &t, &f), &f);
    ASSERT_OK(rowsum_init(&written, COLUMNS, &f), &f);
    ASSERT_OK(db_begin(db, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(db, &t, &f));
    for (int64_t n = 0; n < WIDE_ROWS; n++) {
        for (int64_t c = 0; c < COLUMNS; c++)
            row[c] = value_int(n * COLUMNS + c);
        rowsum_add(&written, row);
        ASSERT_OK(table_writer_add(w, row, &f), &f);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    ASSERT_OK(db_commit(db, &f), &f);
    ASSERT_OK(table_rowsum(db, &t, &read, &f), &f);
    CU_ASSERT(rowsum_equal(&written, &read));
    rowsum_release(&written);
    rowsum_release(&read);
    db_close(db);
}

const struct test suite_etl_odbc_table_writer[] = {
    {"two connections share the rows", two_connections_share_the_rows},
    {"a row that the engine refuses is told", a_row_that_the_engine_refuses_is_told},
    {"wide rows are written like others", wide_rows_are_written_like_others},
    {NULL, on_each_engine},
};
