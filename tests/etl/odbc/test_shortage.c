/* Statements while memory runs out: what was cut off never runs, and what is read is whole. */
#include "tests/shortage.h"

#include "etl/odbc/db.h"
#include "etl/odbc/sql.h"
#include "etl/odbc/table_reader.h"
#include "etl/odbc/table_writer.h"
#include "tests/harness.h"

/* With it a text's first 64 bytes end in front of the condition. */
#define NAME "bam_PurchaseOrderOfOneCompany_ActiveRelationships"

static struct db *db;

/* No row is of that kind; without the condition all are. */
static int
delete_few(struct fault *f)
{
    struct text sql = TEXT_INIT, where = TEXT_INIT;
    int rc;

    sql_add(&where,
        "\"Key\" = %d AND \"Text\" IN (%t, 'a condition of more than one line', 'which takes more "
        "memory than a text begins with, or than it has after its first steps')",
        (int64_t)7, "it's");
    rc = db_run(db, sql_set(&sql, "DELETE FROM %n WHERE %s", NAME, text_hand_on(&where)), NULL, f);
    text_release(&where);
    text_release(&sql);
    return rc;
}

static void
a_statement_runs_whole_or_not_at_all(void)
{
    struct fault f = FAULT_INIT;
    int64_t left = 0;

    db = db_open("here", "Driver=SQLite3;Database=here.db", DB_CREATE, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    ASSERT_OK(
        db_run(db, "CREATE TABLE \"" NAME "\" (\"Key\" INTEGER, \"Text\" TEXT)", NULL, &f), &f);
    ASSERT_OK(db_run(db, "INSERT INTO \"" NAME "\" VALUES (1, 'one'), (2, 'two')", NULL, &f), &f);
    shortage_everywhere(delete_few, 4);
    ASSERT_OK(db_get_int(db, "SELECT count(*) FROM \"" NAME "\"", 0, &left, &f), &f);
    CU_ASSERT_EQUAL(left, 2);
    db_close(db);
}

enum { READ_ROWS = 300 };

static struct table_column read_columns[] = {
    {.name = "n", .type = VALUE_INT, .not_null = true},
    {.name = "t", .type = VALUE_TEXT, .length = 20},
    {.name = "x", .type = VALUE_FLOAT},
};

static const char *const read_key[] = {"n"};

static const struct table read_table = {.name = "read",
    .columns = read_columns,
    .column_count = 3,
    .key = (const char **)read_key,
    .key_count = 1};

/* In batches, and where there is no memory for these in another way. */
static int
read_all(struct fault *f)
{
    struct rowsum sum = ROWSUM_INIT;
    int rc = table_rowsum(db, &read_table, &sum, f);

    if (rc == 0)
        CU_ASSERT_EQUAL(sum.rows, READ_ROWS);
    rowsum_release(&sum);
    return rc;
}

static void
fill_table(void)
{
    struct fault f = FAULT_INIT;
    struct table_writer *w;

    ASSERT_OK(db_create_table(db, &read_table, &f), &f);
    ASSERT_OK(db_begin(db, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(db, &read_table, &f));
    for (int64_t n = 0; n < READ_ROWS; n++) {
        const struct value row[] = {
            value_int(n), value_text("some text"), value_float((double)n / 4)};

        ASSERT_OK(table_writer_add(w, row, &f), &f);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    ASSERT_OK(db_commit(db, &f), &f);
}

static void
a_table_is_read_whole_or_not_at_all(void)
{
    struct fault f = FAULT_INIT;
    char connection[600];

    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "read", connection, sizeof connection), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(db = db_open("Test", connection, DB_CREATE, &f));
    fill_table();
    shortage_everywhere(read_all, 10);
    db_close(db);
}

/* In whatever place it was to stand. */
static void
what_is_lost_takes_along_what_it_is_put_into(void)
{
    static const char *const formats[] = {"%s", "a %n b", "ATTACH %t"};
    struct text lost = {.failed = true};

    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        struct text sql = TEXT_INIT;
        struct fault f = FAULT_INIT;

        sql_add(&sql, formats[i], text_hand_on(&lost));
        ASSERT_FAULT(text_check(&sql, &f), &f, FAULT_INTERNAL, "out of memory");
        CU_ASSERT_PTR_EQUAL(text_hand_on(&sql), text_lost);
        text_release(&sql);
    }
}

const struct test suite_etl_odbc_shortage[] = {
    {"a statement runs whole or not at all", a_statement_runs_whole_or_not_at_all},
    {"what is lost takes along what it is put into", what_is_lost_takes_along_what_it_is_put_into},
    {"a table is read whole or not at all", a_table_is_read_whole_or_not_at_all},
    {NULL, on_each_engine},
};
