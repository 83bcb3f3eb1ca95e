#include "etl/odbc/table_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "etl/odbc/table_writer.h"
#include "tests/harness.h"

enum { ROWS = 3000 };

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
    return db;
}

static struct table_column columns[] = {
    {.name = "n", .type = VALUE_INT, .not_null = true},
    {.name = "t", .type = VALUE_TEXT},
    {.name = "short", .type = VALUE_TEXT, .length = 20},
    {.name = "b", .type = VALUE_BYTES},
};

static const char *key[] = {"n"};

static const struct table sample = {
    .name = "sample", .columns = columns, .column_count = 4, .key = key, .key_count = 1};

/* Rows with a text of `length_of(n)` characters; what was written in `sum`. */
static void
fill(struct db *db, size_t (*length_of)(int n), struct rowsum *sum)
{
    struct fault f = FAULT_INIT;
    char *text = malloc(4000000);
    struct table_writer *w;

    memset(text, 'x', 4000000);
    ASSERT_OK(rowsum_init(sum, 4, &f), &f);
    ASSERT_OK(db_create_table(db, &sample, &f), &f);
    ASSERT_OK(db_begin(db, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(db, &sample, &f));
    for (int n = 0; n < ROWS; n++) {
        const struct value row[] = {value_int(n), value_text_n(text, length_of(n)),
            n % 3 == 0 ? value_null() : value_text("東京"), value_bytes(text, length_of(n) / 2)};

        ASSERT_OK(table_writer_add(w, row, &f), &f);
        rowsum_add(sum, row);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    ASSERT_OK(db_end(db, 0, &f), &f);
    free(text);
}

static void
expect_back(size_t (*length_of)(int n))
{
    struct rowsum written, read;
    struct fault f = FAULT_INIT;
    struct db *db = open_here();

    fill(db, length_of, &written);
    ASSERT_OK(table_rowsum(db, &sample, &read, &f), &f);
    CU_ASSERT_EQUAL(read.rows, ROWS);
    CU_ASSERT(rowsum_equal(&written, &read));
    rowsum_release(&written);
    rowsum_release(&read);
    db_close(db);
}

static size_t
all_short(int n)
{
    return (size_t)n % 200;
}

/* The first one that is too long comes when blocks have been read. */
static size_t
one_is_longer(int n)
{
    return n == 2500 ? 300 : 10;
}

static size_t
ever_longer(int n)
{
    return n % 500 == 499 ? (size_t)n * (size_t)n / 100 : 7;
}

static size_t
one_is_huge(int n)
{
    return n == 2999 ? 3000000 : 1;
}

static void
reads_texts_of_any_length(void)
{
    expect_back(all_short);
    expect_back(one_is_longer);
    expect_back(ever_longer);
    expect_back(one_is_huge);
}

static void
reads_in_the_order_of_the_key(void)
{
    struct rowsum written;
    struct fault f = FAULT_INIT;
    struct db *db = open_here();
    const struct value *row;
    struct table_reader *r;
    int64_t n = 2000;
    int rc;

    fill(db, ever_longer, &written);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r = table_reader_open(db, &sample, "n >= 2000 OR n < 0", &f));
    while ((rc = table_reader_next(r, &row, &f)) == 1)
        CU_ASSERT_EQUAL_FATAL(row[0].as.integer, n++);
    CU_ASSERT_EQUAL(rc, 0);
    CU_ASSERT_EQUAL(n, ROWS);
    table_reader_close(r);
    rowsum_release(&written);
    db_close(db);
}

/* As many rows as a block holds: the thread that reads ahead may find the end before the first row
 * was taken. */
static void
a_block_alone_is_not_lost(void)
{
    static const struct table_column column[] = {{.name = "n", .type = VALUE_INT}};
    const struct table t = {
        .name = "numbers", .columns = (struct table_column *)(uintptr_t)column, .column_count = 1};
    struct fault f = FAULT_INIT;
    struct db *db = open_here();

    ASSERT_OK(db_create_table(db, &t, &f), &f);
    ASSERT_OK(db_run(db,
                  "INSERT INTO numbers WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
                  "FROM c WHERE n < 1000) SELECT n FROM c",
                  NULL, &f),
        &f);
    for (int i = 0; i < 200; i++) {
        struct rowsum sum;

        ASSERT_OK(table_rowsum(db, &t, &sum, &f), &f);
        CU_ASSERT_EQUAL(sum.rows, 1000);
        rowsum_release(&sum);
    }
    db_close(db);
}

/* Keys of several columns, with many rows that share the first ones. */
static void
reads_in_pieces_behind_a_long_key(void)
{
    static struct table_column parts[] = {
        {.name = "a", .type = VALUE_INT, .not_null = true},
        {.name = "b", .type = VALUE_TEXT, .length = 10, .not_null = true},
        {.name = "c", .type = VALUE_TIME, .not_null = true},
    };
    static const char *all[] = {"a", "b", "c"};
    static const struct table t = {
        .name = "keyed", .columns = parts, .column_count = 3, .key = all, .key_count = 3};
    struct rowsum written, read;
    struct fault f = FAULT_INIT;
    struct db *db = open_here();
    struct table_writer *w;
    char b[10];

    ASSERT_OK(rowsum_init(&written, 3, &f), &f);
    ASSERT_OK(db_create_table(db, &t, &f), &f);
    ASSERT_OK(db_begin(db, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(db, &t, &f));
    for (int n = 0; n < ROWS; n++) {
        struct value row[] = {
            value_int(n / 1000), value_text(b), value_time(INT64_C(1767225600000000) + n % 7)};

        snprintf(b, sizeof b, "%d", n / 7 % 150);
        row[1] = value_text(b);
        ASSERT_OK(table_writer_add(w, row, &f), &f);
        rowsum_add(&written, row);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    ASSERT_OK(db_end(db, 0, &f), &f);
    ASSERT_OK(table_rowsum(db, &t, &read, &f), &f);
    CU_ASSERT_EQUAL(read.rows, ROWS);
    CU_ASSERT(rowsum_equal(&written, &read));
    rowsum_release(&written);
    rowsum_release(&read);
    db_close(db);
}

/* The connection is free again, though a thread was fetching. */
static void
may_be_closed_early(void)
{
    struct rowsum written;
    struct fault f = FAULT_INIT;
    struct db *db = open_here();
    const struct value *row;
    struct table_reader *r;
    int64_t rows = 0;

    fill(db, all_short, &written);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r = table_reader_open(db, &sample, NULL, &f));
    CU_ASSERT_EQUAL(table_reader_next(r, &row, &f), 1);
    table_reader_close(r);
    ASSERT_OK(db_get_int(db, "SELECT count(*) FROM sample", 0, &rows, &f), &f);
    CU_ASSERT_EQUAL(rows, ROWS);
    rowsum_release(&written);
    db_close(db);
}

/* What an engine holds that no value of ours is, in a column of that type. The last ones are only
 * known when they are read: their column goes by its number. */
static const struct {
    enum engine engine;
    const char *type, *value;
    enum value_type read_as;
    const char *told;
} strangers[] = {
    {ENGINE_SQLITE, "BIGINT", "'many'", VALUE_INT, NULL},
    {ENGINE_SQLITE, "BIGINT", "1.5", VALUE_INT, NULL},
    {ENGINE_SQLITE, "BIGINT", "x'31'", VALUE_INT, NULL},
    {ENGINE_SQLITE, "BIGINT", "1e300", VALUE_INT, NULL},
    {ENGINE_SQLITE, "BIGINT", "-9223372036854775808.0", VALUE_INT, NULL},
    {ENGINE_SQLITE, "DOUBLE", "'1,5'", VALUE_FLOAT, NULL},
    {ENGINE_SQLITE, "NUMERIC", "9007199254740993", VALUE_FLOAT, NULL},
    {ENGINE_SQLITE, "DATETIME", "1767225600", VALUE_TIME, NULL},
    {ENGINE_SQLITE, "DATETIME", "x''", VALUE_TIME, NULL},
    {ENGINE_SQLITE, "NVARCHAR(9)", "x'41'", VALUE_TEXT, NULL},
    {ENGINE_SQLITE, "NVARCHAR(9)", "x''", VALUE_TEXT, NULL},
    {ENGINE_SQLITE, "STRING", "12", VALUE_TEXT, NULL},
    {ENGINE_SQLITE, "TEXT", "'a' || char(0) || 'b'", VALUE_TEXT, NULL},
    {ENGINE_SQLITE, "BLOB", "'A'", VALUE_BYTES, NULL},
    {ENGINE_POSTGRESQL, "timestamp", "'infinity'", VALUE_TIME, NULL},
    {ENGINE_POSTGRESQL, "timestamp", "'-infinity'", VALUE_TIME, NULL},
    {ENGINE_POSTGRESQL, "timestamp", "'0044-03-15 BC'", VALUE_TIME, NULL},
    {ENGINE_POSTGRESQL, "timestamp", "'12026-01-01'", VALUE_TIME, NULL},
    {ENGINE_MARIADB, "datetime", "'0000-00-00 00:00:00'", VALUE_TIME, NULL},
    {ENGINE_SQLITE, "DATETIME", "'yesterday'", VALUE_TIME, "column 1 holds 'yesterday'"},
    {ENGINE_MARIADB, "date", "'2026-00-00'", VALUE_TIME, "column 1 holds 'a time beyond"},
};

/* So many that the stranger comes when blocks have been read. */
static void
insert_many_nulls(struct db *db)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(db_run(db, "INSERT INTO strange VALUES (NULL)", NULL, &f), &f);
    for (int i = 0; i < 13; i++)
        ASSERT_OK(db_run(db, "INSERT INTO strange SELECT c FROM strange", NULL, &f), &f);
}

static void
refuses_what_is_not_of_its_type(void)
{
    struct fault f = FAULT_INIT;
    struct db *db = open_here();
    struct text sql = TEXT_INIT;

    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        struct table_column column = {.name = "c", .type = strangers[i].read_as};
        const struct table t = {.name = "strange", .columns = &column, .column_count = 1};
        struct rowsum sum = ROWSUM_INIT;

        if (strangers[i].engine != test_engine())
            continue;
        if (test_engine() == ENGINE_MARIADB)
            ASSERT_OK(db_run(db, "SET sql_mode = 'ANSI_QUOTES'", NULL, &f), &f);
        ASSERT_OK(
            db_run(db, sql_set(&sql, "CREATE TABLE strange(c %s)", strangers[i].type), NULL, &f),
            &f);
        insert_many_nulls(db);
        ASSERT_OK(db_run(db, sql_set(&sql, "INSERT INTO strange VALUES (%s)", strangers[i].value),
                      NULL, &f),
            &f);
        if (table_rowsum(db, &t, &sum, &f) == 0)
            fprintf(stderr, "\n    read: %s %s\n", strangers[i].type, strangers[i].value);
        CU_ASSERT(test_contains(f.text, "table 'strange'"));
        ASSERT_FAULT(-1, &f, FAULT_DATA,
            strangers[i].told == NULL ? "column 'c' holds a value" : strangers[i].told);
        rowsum_release(&sum);
        db_run(db, db_dialect(db)->rollback, NULL, NULL);
        ASSERT_OK(db_run(db, "DROP TABLE strange", NULL, &f), &f);
    }
    text_release(&sql);
    db_close(db);
}

/* As many as an activity may have checkpoints (MariaDB has room for 900 in a row): a condition on
 * each, one below the other, goes deeper than an engine would. */
static void
reads_rows_of_a_thousand_columns(void)
{
    enum { COLUMNS = 1000 };
    static struct table_column wide[COLUMNS];
    struct table t = {.name = "wide", .columns = wide, .column_count = COLUMNS};
    struct value row[COLUMNS];
    struct arena memory = ARENA_INIT;
    struct rowsum sum = ROWSUM_INIT;
    struct fault f = FAULT_INIT;
    struct table_writer *w;
    struct db *db = open_here();

    for (int i = 0; i < COLUMNS; i++) {
        wide[i] = (struct table_column){.name = arena_printf(&memory, "c%d", i), .type = VALUE_INT};
        row[i] = value_int(i);
    }
    if (test_engine() == ENGINE_MARIADB)
        t.column_count = 900;
    ASSERT_OK(db_create_table(db, &t, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(db, &t, &f));
    ASSERT_OK(table_writer_add(w, row, &f), &f);
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    ASSERT_OK(table_rowsum(db, &t, &sum, &f), &f);
    CU_ASSERT_EQUAL(sum.rows, 1);
    rowsum_release(&sum);
    if (test_engine() == ENGINE_SQLITE) {
        ASSERT_OK(db_run(db, "UPDATE wide SET c999 = 'text'", NULL, &f), &f);
        ASSERT_FAULT(table_rowsum(db, &t, &sum, &f), &f, FAULT_DATA, "column 'c999' holds a value");
        rowsum_release(&sum);
    }
    db_close(db);
    arena_release(&memory);
}

/* Also in a transaction, and which row it is. */
static void
names_the_row_that_misfits(void)
{
    static const char *const times[] = {
        [ENGINE_SQLITE] = "x''",
        [ENGINE_POSTGRESQL] = "'infinity'",
        [ENGINE_MARIADB] = "'0000-00-00'",
    };
    static struct table_column parts[] = {
        {.name = "a", .type = VALUE_INT, .not_null = true},
        {.name = "b", .type = VALUE_TEXT, .length = 10, .not_null = true},
        {.name = "c", .type = VALUE_TIME},
    };
    static const char *both[] = {"a", "b"};
    static const struct table t = {
        .name = "late", .columns = parts, .column_count = 3, .key = both, .key_count = 2};
    struct rowsum sum = ROWSUM_INIT;
    struct fault f = FAULT_INIT;
    struct text sql = TEXT_INIT;
    struct db *db = open_here();

    if (test_engine() == ENGINE_MARIADB)
        ASSERT_OK(db_run(db, "SET sql_mode = 'ANSI_QUOTES'", NULL, &f), &f);
    ASSERT_OK(db_create_table(db, &t, &f), &f);
    sql_set(&sql, "INSERT INTO late VALUES (1, 'x', NULL), (2, 'y', %s), (3, 'z', NULL)",
        times[test_engine()]);
    ASSERT_OK(db_run(db, text_get(&sql), NULL, &f), &f);
    ASSERT_OK(db_begin(db, &f), &f);
    ASSERT_FAULT(table_rowsum(db, &t, &sum, &f), &f, FAULT_DATA,
        "table 'late', column 'c' (a = 2, b = y) holds a value");
    rowsum_release(&sum);
    CU_ASSERT_EQUAL(db_end(db, -1, NULL), -1);
    text_release(&sql);
    db_close(db);
}

/* MariaDB's driver reads in pieces, and a literal ends at a NUL. */
static void
refuses_a_key_that_no_piece_can_go_on_behind(void)
{
    static struct table_column parts[] = {
        {.name = "a", .type = VALUE_TEXT, .length = 20, .not_null = true}};
    static const char *first[] = {"a"};
    static const struct table t = {
        .name = "keyed", .columns = parts, .column_count = 1, .key = first, .key_count = 1};
    struct rowsum sum = ROWSUM_INIT;
    struct fault f = FAULT_INIT;
    struct db *db;

    if (test_engine() != ENGINE_MARIADB)
        return;
    db = open_here();
    ASSERT_OK(db_create_table(db, &t, &f), &f);
    ASSERT_OK(db_run(db, "INSERT INTO keyed SELECT concat('a', char(0), seq) FROM seq_1_to_100",
                  NULL, &f),
        &f);
    ASSERT_FAULT(table_rowsum(db, &t, &sum, &f), &f, FAULT_DATA, "'a', of the key, holds");
    rowsum_release(&sum);
    db_close(db);
}

/* While the last rows of a piece are taken the next one is asked for in a thread: whoever stops
 * anywhere has the connection for himself again, and whoever goes on misses no row. */
static void
a_piece_asked_for_ahead_may_be_left(void)
{
    static const int64_t stops[] = {1, 340, 800, 1300, 1350, 1359, 1360, 1361, 2000, ROWS};
    struct rowsum written;
    struct fault f = FAULT_INIT;
    struct db *db = open_here();

    fill(db, all_short, &written);
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        const struct value *row;
        struct table_reader *r = table_reader_open(db, &sample, NULL, &f);
        int64_t n = 0, rows = 0;

        CU_ASSERT_PTR_NOT_NULL_FATAL(r);
        while (n < stops[i] && table_reader_next(r, &row, &f) == 1)
            CU_ASSERT_EQUAL_FATAL(row[0].as.integer, n++);
        CU_ASSERT_EQUAL(n, stops[i]);
        table_reader_close(r);
        ASSERT_OK(db_get_int(db, "SELECT count(*) FROM sample", 0, &rows, &f), &f);
        CU_ASSERT_EQUAL(rows, ROWS);
    }
    rowsum_release(&written);
    db_close(db);
}

/* Rows that are bound so wide that those of a piece are more than what is read ahead. */
static void
reads_wide_rows_in_pieces(void)
{
    enum { WIDE = 30 };
    static struct table_column parts[WIDE];
    static char names[WIDE][16];
    const struct table t = {
        .name = "wide", .columns = parts, .column_count = WIDE, .key = key, .key_count = 1};
    struct value row[WIDE] = {0};
    struct rowsum written, read;
    struct fault f = FAULT_INIT;
    struct db *db = open_here();
    struct table_writer *w;

    parts[0] = columns[0];
    for (int i = 1; i < WIDE; i++) {
        snprintf(names[i], sizeof names[i], "c%d", i);
        parts[i] = (struct table_column){.name = names[i], .type = VALUE_TEXT, .length = 200};
        row[i] = i % 3 == 0 ? value_null() : value_text("é");
    }
    ASSERT_OK(db_create_table(db, &t, &f), &f);
    ASSERT_OK(rowsum_init(&written, t.column_count, &f), &f);
    ASSERT_OK(db_begin(db, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(db, &t, &f));
    for (int n = 0; n < ROWS; n++) {
        row[0] = value_int(n);
        rowsum_add(&written, row);
        ASSERT_OK(table_writer_add(w, row, &f), &f);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    ASSERT_OK(db_end(db, 0, &f), &f);
    ASSERT_OK(table_rowsum(db, &t, &read, &f), &f);
    CU_ASSERT(rowsum_equal(&written, &read));
    rowsum_release(&written);
    rowsum_release(&read);
    db_close(db);
}

/* A time with a zone of its own is the same moment wherever the program runs. */
static void
reads_moments_with_a_zone(void)
{
    struct table_column column = {.name = "c", .type = VALUE_TIME};
    const struct table t = {.name = "zoned", .columns = &column, .column_count = 1};
    struct fault f = FAULT_INIT;
    struct table_reader *r;
    const struct value *row;
    struct db *db;

    if (test_engine() != ENGINE_POSTGRESQL)
        return;
    setenv("TZ", "Asia/Tokyo", 1);
    db = open_here();
    ASSERT_OK(db_run(db, "CREATE TABLE zoned(c timestamptz)", NULL, &f), &f);
    ASSERT_OK(
        db_run(db, "INSERT INTO zoned VALUES ('2026-01-01 00:00:00.000001+00')", NULL, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r = table_reader_open(db, &t, NULL, &f));
    CU_ASSERT_EQUAL_FATAL(table_reader_next(r, &row, &f), 1);
    CU_ASSERT_EQUAL(row[0].as.time_us, INT64_C(1767225600000001));
    table_reader_close(r);
    db_close(db);
    unsetenv("TZ");
}

/* Texts that the way rows come in could mistake for something else. Without a column of bytes, with
 * which rows do not come as one text anywhere. */
static void
reads_texts_that_look_like_the_ends_of_cells(void)
{
    static const char *const texts[] = {"", ",", "\"", "\"\"", "'", "''", "\\", "\\\"", "(", ")",
        "),(", "NULL", "a,\"b\",'c'", " a ", "\t\r\n", "\n", "{1,2}", "%s", "\\x41", "][", "null",
        "[1]", "\\n", "\\u0041", "\x01\x02\x1F\x7F", "\b\f\v", "/", "\xE6\x9D\xB1"};
    static struct table_column parts[] = {
        {.name = "n", .type = VALUE_INT, .not_null = true},
        {.name = "t", .type = VALUE_TEXT, .length = 100},
        {.name = "bit", .type = VALUE_INT, .length = 1},
        {.name = "u", .type = VALUE_TEXT},
        {.name = "r", .type = VALUE_FLOAT},
        {.name = "m", .type = VALUE_TIME},
    };
    static const struct table t = {
        .name = "ends", .columns = parts, .column_count = 6, .key = key, .key_count = 1};
    struct rowsum written, read;
    struct fault f = FAULT_INIT;
    struct db *db = open_here();
    struct table_writer *w;

    ASSERT_OK(db_create_table(db, &t, &f), &f);
    ASSERT_OK(rowsum_init(&written, t.column_count, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(db, &t, &f));
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++) {
        const struct value row[] = {value_int(INT64_MIN + 1 + i), value_text(texts[i]),
            i % 3 == 2 ? value_null() : value_int(i % 2),
            i % 5 == 4 ? value_null() : value_text(texts[i]),
            i % 4 == 3 ? value_null() : value_float(i * 1e-300 / 3),
            i % 4 == 2 ? value_null() : value_time(i * INT64_C(77777777777777) - 1)};

        rowsum_add(&written, row);
        ASSERT_OK(table_writer_add(w, row, &f), &f);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    ASSERT_OK(table_rowsum(db, &t, &read, &f), &f);
    CU_ASSERT(rowsum_equal(&written, &read));
    rowsum_release(&written);
    rowsum_release(&read);
    db_close(db);
}

/* More than a function of SQLite takes arguments. */
static void
reads_rows_of_many_columns(void)
{
    enum { MANY = 250 };
    static struct table_column parts[MANY];
    static char names[MANY][16];
    const struct table t = {.name = "wide", .columns = parts, .column_count = MANY};
    struct value row[MANY];
    struct rowsum written, read;
    struct fault f = FAULT_INIT;
    struct db *db = open_here();
    struct table_writer *w;

    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "c%d", i);
        parts[i] = (struct table_column){.name = names[i],
            .type = i % 2 == 0 ? VALUE_TEXT : VALUE_INT,
            .length = 10 * (i % 2 == 0)};
        row[i] = i % 7 == 3 ? value_null() : i % 2 == 0 ? value_text("a][b") : value_int(i);
    }
    ASSERT_OK(db_create_table(db, &t, &f), &f);
    ASSERT_OK(rowsum_init(&written, t.column_count, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(db, &t, &f));
    for (int i = 0; i < 3; i++) {
        rowsum_add(&written, row);
        ASSERT_OK(table_writer_add(w, row, &f), &f);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    ASSERT_OK(table_rowsum(db, &t, &read, &f), &f);
    CU_ASSERT(rowsum_equal(&written, &read));
    rowsum_release(&written);
    rowsum_release(&read);
    db_close(db);
}

/* Beside a binary, where rows do not come as one text. */
static void
refuses_a_text_that_the_driver_would_cut(void)
{
    struct rowsum sum = ROWSUM_INIT;
    struct fault f = FAULT_INIT;
    struct db *db;

    if (test_engine() != ENGINE_SQLITE)
        return;
    db = open_here();
    ASSERT_OK(db_create_table(db, &sample, &f), &f);
    ASSERT_OK(
        db_run(db, "INSERT INTO sample VALUES (7, 'a' || char(0) || 'b', 'c', x'00')", NULL, &f),
        &f);
    ASSERT_FAULT(table_rowsum(db, &sample, &sum, &f), &f, FAULT_DATA,
        "table 'sample', column 't' (n = 7) holds a value");
    rowsum_release(&sum);
    db_close(db);
}

/* What else is of our types there. */
static void
reads_what_others_keep(void)
{
    static struct table_column parts[] = {
        {.name = "yes", .type = VALUE_INT, .length = 1},
        {.name = "day", .type = VALUE_TIME},
        {.name = "amount", .type = VALUE_FLOAT},
        {.name = "code", .type = VALUE_TEXT, .length = 4},
    };
    static const struct table t = {.name = "other", .columns = parts, .column_count = 4};
    struct fault f = FAULT_INIT;
    const struct value *row;
    struct table_reader *r;
    struct db *db;

    if (test_engine() != ENGINE_POSTGRESQL)
        return;
    db = open_here();
    ASSERT_OK(db_run(db, "CREATE TABLE other(yes boolean, day date, amount numeric, code char(4))",
                  NULL, &f),
        &f);
    ASSERT_OK(
        db_run(db, "INSERT INTO other VALUES (true, '2026-11-20', 1.50, 'ab')", NULL, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r = table_reader_open(db, &t, NULL, &f));
    CU_ASSERT_EQUAL_FATAL(table_reader_next(r, &row, &f), 1);
    CU_ASSERT_EQUAL(row[0].as.integer, 1);
    CU_ASSERT_EQUAL(row[1].as.time_us, INT64_C(1795132800000000));
    CU_ASSERT_EQUAL(row[2].as.real, 1.5);
    CU_ASSERT(row[3].as.text.length == 4 && memcmp(row[3].as.text.bytes, "ab  ", 4) == 0);
    CU_ASSERT_EQUAL(table_reader_next(r, &row, &f), 0);
    table_reader_close(r);
    db_close(db);
}

const struct test suite_etl_odbc_table_reader[] = {
    {"reads texts that look like the ends of cells", reads_texts_that_look_like_the_ends_of_cells},
    {"reads rows of many columns", reads_rows_of_many_columns},
    {"refuses a text that the driver would cut", refuses_a_text_that_the_driver_would_cut},
    {"reads what others keep", reads_what_others_keep},
    {"reads rows of a thousand columns", reads_rows_of_a_thousand_columns},
    {"reads texts of any length", reads_texts_of_any_length},
    {"reads in the order of the key", reads_in_the_order_of_the_key},
    {"a block alone is not lost", a_block_alone_is_not_lost},
    {"reads in pieces behind a long key", reads_in_pieces_behind_a_long_key},
    {"may be closed early", may_be_closed_early},
    {"refuses what is not of its type", refuses_what_is_not_of_its_type},
    {"names the row that misfits", names_the_row_that_misfits},
    {"refuses a key that no piece can go on behind", refuses_a_key_that_no_piece_can_go_on_behind},
    {"a piece asked for ahead may be left", a_piece_asked_for_ahead_may_be_left},
    {"reads wide rows in pieces", reads_wide_rows_in_pieces},
    {"reads moments with a zone", reads_moments_with_a_zone},
    {NULL, on_each_engine},
};
