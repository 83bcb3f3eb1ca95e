#include "etl/odbc/row_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "etl/odbc/table_writer.h"
#include "tests/harness.h"

enum { ROWS = 20000, COLUMNS = 8 };

static struct table_column columns[COLUMNS] = {
    {.name = "RecordID", .type = VALUE_INT, .not_null = true},
    {.name = "City_Key", .type = VALUE_INT},
    {.name = "Day_Key", .type = VALUE_INT},
    {.name = "Pieces", .type = VALUE_INT},
    {.name = "Amount", .type = VALUE_FLOAT},
    {.name = "Rate", .type = VALUE_FLOAT},
    {.name = "Received", .type = VALUE_TIME},
    {.name = "City", .type = VALUE_TEXT, .length = 20},
};

static const struct row_column wanted[COLUMNS] = {
    {"RecordID", VALUE_INT},
    {"City_Key", VALUE_INT},
    {"Day_Key", VALUE_INT},
    {"Pieces", VALUE_INT},
    {"Amount", VALUE_FLOAT},
    {"Rate", VALUE_FLOAT},
    {"Received", VALUE_TIME},
    {"City", VALUE_TEXT},
};

static const char *key[] = {"RecordID"};

static const struct table facts = {
    .name = "facts", .columns = columns, .column_count = COLUMNS, .key = key, .key_count = 1};

/* The numbers that a double can hold and a quick way could lose. */
static const double rates[] = {0.1 + 0.2, 0x1p-1074, 1e308, -1e308, 0.25, 0, 1e-5, -3.75, 123456789,
    9007199254740993.0, 0x1.fffffffffffffp-1, -0x1.fffffffffffffp+60, 511.999};

static struct db *
open_here(void)
{
    struct fault f = FAULT_INIT;
    char connection[600];
    struct db *db;

    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "test", connection, sizeof connection), 0);
    db = db_open("Test", connection, DB_CREATE, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    ASSERT_OK(db_create_table(db, &facts, &f), &f);
    return db;
}

/* Row n: keys that grow, measures that leave every range now and then, gaps in the keys. */
static void
make_row(int64_t n, struct value row[COLUMNS])
{
    row[0] = value_int(n < ROWS / 2 ? n : n * 1000);
    row[1] = n % 701 == 700 ? value_null() : value_int(n % 7 + n / 1000);
    row[2] = value_int(n % 5000 == 4999 ? INT64_MAX - n : n * 31 % 730);
    row[3] = n > 5000 && n < 9000 && n % 2 == 0 ? value_null() : value_int(n % 777 - 300);
    row[4] = value_float((double)(n % 100000 + 1) * 0.37 * (n % 3 == 0 ? -1 : 1));
    row[5] = n > 15000 ? value_float(rates[n % (int64_t)(sizeof rates / sizeof rates[0])])
                       : value_float((double)(n % 4) * 0.5);
    row[6] = n % 11 == 0 ? value_null() : value_time(n * 86400000001);
    row[7] = n % 2 == 0 ? value_text("東京\n;") : value_null();
}

static void
fill(struct db *db)
{
    struct fault f = FAULT_INIT;
    struct value row[COLUMNS];
    struct table_writer *w;

    ASSERT_OK(db_begin(db, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(db, &facts, &f));
    for (int64_t n = 0; n < ROWS; n++) {
        make_row(n, row);
        ASSERT_OK(table_writer_add(w, row, &f), &f);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    ASSERT_OK(db_end(db, 0, &f), &f);
}

static bool
is_row(const struct value *row, int64_t n)
{
    struct value expected[COLUMNS];

    make_row(n, expected);
    if (expected[7].type == VALUE_TEXT)
        expected[7] = value_text("");
    for (size_t i = 0; i < COLUMNS; i++) {
        if (row[i].type != expected[i].type || value_compare(&row[i], &expected[i]) != 0)
            return false;
    }
    return true;
}

/* Reads with several readers in turn, each of its own connection, and checks each row. Returns how
 * many there were. */
static int
read_all(struct db *db, const struct row_order *order, size_t readers)
{
    struct fault f = FAULT_INIT;
    struct row_share *share = row_share_new(db, order, readers, &f);
    struct db *own[4];
    struct row_reader *r[4];
    unsigned char *seen = calloc(ROWS, 1);
    size_t going = readers;
    int rows = 0, wrong = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(share);
    for (size_t i = 0; i < readers; i++) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(own[i] = db_open_again(db, &f));
        CU_ASSERT_PTR_NOT_NULL_FATAL(r[i] = row_reader_open(own[i], share, i, &f));
    }
    for (size_t i = 0; going > 0; i = (i + 1) % readers) {
        const struct value *row;
        int64_t n;
        int rc;

        if (r[i] == NULL)
            continue;
        if ((rc = row_reader_next(r[i], &row, &f)) != 1) {
            ASSERT_OK(rc, &f);
            row_reader_close(r[i]);
            r[i] = NULL;
            going--;
            continue;
        }
        n = row[0].as.integer < ROWS / 2 ? row[0].as.integer : row[0].as.integer / 1000;
        if (n < 0 || n >= ROWS || seen[n] || !is_row(row, n))
            wrong++;
        else
            seen[n] = 1;
        rows++;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    for (size_t i = 0; i < readers; i++)
        db_close(own[i]);
    free(seen);
    row_share_free(share);
    return rows;
}

static const struct row_order everything = {.table = "facts",
    .columns = wanted,
    .count = COLUMNS,
    .key = "RecordID",
    .first = INT64_MIN,
    .last = INT64_MAX,
    .whole = true};

static void
every_row_comes_once_with_every_bit(void)
{
    struct db *db = open_here();

    fill(db);
    CU_ASSERT_EQUAL(read_all(db, &everything, 1), ROWS);
    CU_ASSERT_EQUAL(read_all(db, &everything, 3), ROWS);
    db_close(db);
}

static void
a_window_has_its_rows_and_no_others(void)
{
    struct row_order o = everything;
    struct db *db = open_here();

    fill(db);
    o.first = 4000;
    o.last = ROWS / 2 * 1000;
    CU_ASSERT_EQUAL(read_all(db, &o, 2), ROWS / 2 - 4000 + 1);
    o.whole = false;
    CU_ASSERT_EQUAL(read_all(db, &o, 2), ROWS / 2 - 4000 + 1);
    o.first = 5;
    o.last = 4;
    CU_ASSERT_EQUAL(read_all(db, &o, 2), 0);
    db_close(db);
}

static void
an_empty_table_has_none(void)
{
    struct db *db = open_here();

    CU_ASSERT_EQUAL(read_all(db, &everything, 2), 0);
    db_close(db);
}

/* Puts something else where a number must be, far behind what was learnt. */
static void
expect_refusal(struct db *db, const char *change, const char *words)
{
    struct fault f = FAULT_INIT;
    struct row_share *share;
    struct row_reader *r;
    const struct value *row;
    int rc;

    ASSERT_OK(db_run(db, change, NULL, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(share = row_share_new(db, &everything, 1, &f));
    CU_ASSERT_PTR_NOT_NULL_FATAL(r = row_reader_open(db, share, 0, &f));
    while ((rc = row_reader_next(r, &row, &f)) == 1)
        ;
    ASSERT_FAULT(rc, &f, FAULT_DATA, words);
    row_reader_close(r);
    row_share_free(share);
    fault_clear(&f);
}

/* Only SQLite lets them in. */
static void
misfits_are_refused(void)
{
    struct db *db;

    if (test_engine() != ENGINE_SQLITE)
        return;
    db = open_here();
    fill(db);
    expect_refusal(db, "UPDATE facts SET City_Key = 'Rome' WHERE RecordID = 8000", "City_Key");
    expect_refusal(
        db, "UPDATE facts SET City_Key = 'a' || x'0A' || 'b' WHERE RecordID = 8000", "City_Key");
    expect_refusal(db, "UPDATE facts SET City_Key = 2.5 WHERE RecordID = 8000", "not whole");
    expect_refusal(
        db, "UPDATE facts SET City_Key = 2, Amount = 'dear' WHERE RecordID = 8000", "Amount");
    expect_refusal(
        db, "UPDATE facts SET Amount = 1, Received = 'soon' WHERE RecordID = 8000", "Received");
    db_close(db);
}

const struct test suite_etl_odbc_row_reader[] = {
    {"every row comes once with every bit", every_row_comes_once_with_every_bit},
    {"a window has its rows and no others", a_window_has_its_rows_and_no_others},
    {"an empty table has none", an_empty_table_has_none},
    {"misfits are refused", misfits_are_refused},
    {NULL, on_each_engine},
};
