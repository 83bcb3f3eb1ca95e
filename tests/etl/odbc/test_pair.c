#include "etl/odbc/pair.h"

#include "etl/odbc/table_writer.h"
#include "tests/harness.h"

enum { ROWS = 60000 };

static struct table_column columns[] = {
    {.name = "n", .type = VALUE_INT, .not_null = true},
    {.name = "t", .type = VALUE_TEXT},
};

static const char *key[] = {"n"};

static const struct table sample = {
    .name = "Half and half", .columns = columns, .column_count = 2, .key = key, .key_count = 1};

static void
add_rows(struct db *db, int first, int count)
{
    struct fault f = FAULT_INIT;
    struct table_writer *w = table_writer_open(db, &sample, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(w);
    for (int n = first; n < first + count; n++) {
        const struct value row[] = {value_int(n), value_text("a text of some length, so that the "
                                                             "table has blocks enough")};

        ASSERT_OK(table_writer_add(w, row, &f), &f);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
}

struct three {
    struct db *first, *second, *writer;
};

static struct three
open_three(int rows)
{
    struct fault f = FAULT_INIT;
    char connection[600];
    struct three t;

    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "pair", connection, sizeof connection), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(t.writer = db_open("Test", connection, DB_CREATE, &f));
    CU_ASSERT_PTR_NOT_NULL_FATAL(t.first = db_open("Test", connection, DB_CREATE, &f));
    CU_ASSERT_PTR_NOT_NULL_FATAL(t.second = db_open("Test", connection, DB_CREATE, &f));
    ASSERT_OK(db_create_table(t.writer, &sample, &f), &f);
    add_rows(t.writer, 0, rows);
    return t;
}

static void
close_three(struct three *t)
{
    db_close(t->first);
    db_close(t->second);
    db_close(t->writer);
}

/* Reads all rows: each of 0 to `rows` - 1 once and no other. True when two have read. */
static bool
expect_rows(struct db *first, struct db *second, int rows)
{
    static unsigned char seen[2 * ROWS];
    struct fault f = FAULT_INIT;
    struct pair_reader *p = pair_reader_open(first, second, &sample, &f);
    bool in_order = true, right = true;
    const struct value *row;
    int64_t last = -1;
    int count = 0, rc;

    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    memset(seen, 0, sizeof seen);
    while ((rc = pair_reader_next(p, &row, &f)) == 1) {
        int64_t n = row[0].as.integer;

        in_order = in_order && n > last;
        last = n;
        right = right && n >= 0 && n < rows && seen[n]++ == 0;
        count++;
    }
    ASSERT_OK(rc, &f);
    CU_ASSERT(right);
    CU_ASSERT_EQUAL(count, rows);
    pair_reader_close(p);
    return !in_order;
}

static void
both_see_one_moment(void)
{
    struct three t = open_three(ROWS);
    struct fault f = FAULT_INIT;

    if (!pair_can_join(t.first)) {
        close_three(&t);
        return;
    }
    CU_ASSERT(pair_is_worthwhile(t.first));
    ASSERT_OK(db_run(t.first, db_dialect(t.first)->begin_snapshot, NULL, &f), &f);
    CU_ASSERT_EQUAL(db_has_row(t.first, "SELECT 1", &f), 1);
    /* Between the two the table grows, and rows of either half change their place. */
    add_rows(t.writer, ROWS, ROWS / 4);
    ASSERT_OK(db_run(t.writer, "DELETE FROM \"Half and half\" WHERE n % 9 = 1", NULL, &f), &f);
    ASSERT_OK(
        db_run(t.writer, "UPDATE \"Half and half\" SET t = 'moved' WHERE n % 9 = 0", NULL, &f), &f);
    ASSERT_OK(pair_join(t.first, t.second, &f), &f);
    add_rows(t.writer, ROWS + ROWS / 4, ROWS / 4);
    CU_ASSERT(expect_rows(t.first, t.second, ROWS));
    close_three(&t);
}

static void
one_reads_alone(void)
{
    struct three t = open_three(1000);
    struct fault f = FAULT_INIT;

    CU_ASSERT_FALSE(expect_rows(t.first, NULL, 1000));
    CU_ASSERT_FALSE(pair_is_worthwhile(t.first));
    if (pair_can_join(t.first)) {
        ASSERT_OK(db_run(t.first, db_dialect(t.first)->begin_snapshot, NULL, &f), &f);
        ASSERT_OK(pair_join(t.first, t.second, &f), &f);
        CU_ASSERT_FALSE(expect_rows(t.first, t.second, 1000)); /* too small for two */
    }
    close_three(&t);
}

static void
may_be_closed_early(void)
{
    struct three t = open_three(ROWS);
    struct fault f = FAULT_INIT;
    const struct value *row;
    bool two = pair_can_join(t.first);

    if (two) {
        ASSERT_OK(db_run(t.first, db_dialect(t.first)->begin_snapshot, NULL, &f), &f);
        ASSERT_OK(pair_join(t.first, t.second, &f), &f);
    }
    for (int rows = 0; rows < 200; rows += 66) {
        struct pair_reader *p = pair_reader_open(t.first, two ? t.second : NULL, &sample, &f);

        CU_ASSERT_PTR_NOT_NULL_FATAL(p);
        for (int i = 0; i < rows; i++)
            CU_ASSERT_EQUAL(pair_reader_next(p, &row, &f), 1);
        pair_reader_close(p);
    }
    pair_reader_close(NULL);
    close_three(&t);
}

static void
two_add_up_to_what_one_does(void)
{
    struct three t = open_three(ROWS);
    struct rowsum alone = ROWSUM_INIT, both = ROWSUM_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(table_rowsum(t.first, &sample, &alone, &f), &f);
    for (uint64_t rows = 10; rows <= 2 * ROWS; rows += ROWS - 10) {
        ASSERT_OK(pair_rowsum(t.first, t.second, &sample, rows, &both, &f), &f);
        CU_ASSERT_EQUAL(both.rows, ROWS);
        CU_ASSERT(rowsum_equal(&alone, &both));
        rowsum_release(&both);
    }
    ASSERT_OK(db_run(t.writer, "DROP TABLE \"Half and half\"", NULL, &f), &f);
    CU_ASSERT_EQUAL(pair_rowsum(t.first, t.second, &sample, ROWS, &both, &f), -1);
    CU_ASSERT_NOT_EQUAL(f.kind, FAULT_NONE);
    rowsum_release(&both);
    rowsum_release(&alone);
    close_three(&t);
}

const struct test suite_etl_odbc_pair[] = {
    {"both see one moment", both_see_one_moment},
    {"one reads alone", one_reads_alone},
    {"may be closed early", may_be_closed_early},
    {"two add up to what one does", two_add_up_to_what_one_does},
    {NULL, on_each_engine},
};
