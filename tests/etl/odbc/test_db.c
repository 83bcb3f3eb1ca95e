#include "etl/odbc/db.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "etl/odbc/table_shape.h"
#include "tests/harness.h"

static struct db *
open_here(void)
{
    struct fault f = FAULT_INIT;
    char connection[600];
    struct db *db;

    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "test", connection, sizeof connection), 0);
    db = db_open("Test", connection, DB_CREATE, &f);
    if (db == NULL)
        test_print_fault(__FILE__, __LINE__, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    return db;
}

/* A column of each type. */
static void
create_table(struct db *db)
{
    static struct table_column columns[] = {
        {.name = "i", .type = VALUE_INT},
        {.name = "r", .type = VALUE_FLOAT},
        {.name = "m", .type = VALUE_TIME},
        {.name = "t", .type = VALUE_TEXT},
        {.name = "b", .type = VALUE_BYTES},
    };
    static const struct table t = {.name = "t", .columns = columns, .column_count = 5};
    struct fault f = FAULT_INIT;

    ASSERT_OK(db_create_table(db, &t, &f), &f);
}

static const enum value_type all_types[] = {
    VALUE_INT, VALUE_FLOAT, VALUE_TIME, VALUE_TEXT, VALUE_BYTES};

static void
expect_equal(const struct value *wanted, const struct value *seen)
{
    struct text a = TEXT_INIT, b = TEXT_INIT;

    if (value_compare(wanted, seen) != 0) {
        value_add_text(&a, wanted);
        value_add_text(&b, seen);
        fprintf(stderr, "\n    %s: wanted %.60s, got %.60s\n", value_type_name(wanted->type),
            text_get(&a), text_get(&b));
    }
    CU_ASSERT_EQUAL(value_compare(wanted, seen), 0);
    text_release(&a);
    text_release(&b);
}

/* Writes a row, reads it back and compares bit for bit. */
static void
round_trip(const struct value *row)
{
    struct fault f = FAULT_INIT;
    struct db *db = open_here();
    struct value back[5];
    struct text sql = TEXT_INIT;
    struct stmt *s;

    create_table(db);
    s = db_prepare(db, "INSERT INTO t VALUES (?, ?, ?, ?, ?)", &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    ASSERT_OK(stmt_bind_row(s, row, 5, &f), &f);
    ASSERT_OK(stmt_run(s, &f), &f);
    CU_ASSERT_EQUAL(stmt_affected(s), 1);
    stmt_free(s);

    text_add(&sql, "SELECT i, ");
    db_dialect(db)->add_read(&sql, "r", VALUE_FLOAT);
    text_add(&sql, ", m, t, b FROM t");
    s = db_prepare(db, text_get(&sql), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    ASSERT_OK(stmt_query(s, all_types, 5, &f), &f);
    CU_ASSERT_EQUAL(stmt_fetch(s, back, &f), 1);
    for (int i = 0; i < 5; i++)
        expect_equal(&row[i], &back[i]);
    CU_ASSERT_EQUAL(stmt_fetch(s, back, &f), 0);
    stmt_free(s);
    text_release(&sql);
    db_close(db);
}

static void
keeps_extremes(void)
{
    static const unsigned char raw[] = {0, 1, 255, 0};
    const struct value row[] = {value_int(INT64_MIN), value_float(0.1 + 0.2),
        value_time(INT64_C(1700000000123456)), value_text("Zürich 東京 😀 'quoted' \"\n"),
        value_bytes(raw, sizeof raw)};

    round_trip(row);
}

static void
keeps_nulls_apart_from_empty(void)
{
    const struct value row[] = {
        value_null(), value_null(), value_null(), value_text(""), value_null()};

    round_trip(row);
}

static void
keeps_the_smallest_double(void)
{
    const struct value row[] = {value_int(INT64_MAX), value_float(5e-324), value_time(0),
        value_text("x"), value_bytes("", 0)};

    round_trip(row);
}

/* Any bits above 1e90, where an engine's own digits may be off by one. */
static void
keeps_large_doubles(void)
{
    struct fault f = FAULT_INIT;
    struct db *db = open_here();
    struct text sql = TEXT_INIT;
    struct stmt *write, *read;
    uint64_t state = 88172645463325252u;
    int wrong = 0;
    enum value_type type = VALUE_FLOAT;

    ASSERT_OK(db_run(db, "CREATE TABLE reals(r DOUBLE PRECISION)", NULL, &f), &f);
    text_add(&sql, "SELECT ");
    db_dialect(db)->add_read(&sql, "r", VALUE_FLOAT);
    text_add(&sql, " FROM reals");
    write = db_prepare(db, "UPDATE reals SET r = ?", &f);
    read = db_prepare(db, text_get(&sql), &f);
    CU_ASSERT_FATAL(write != NULL && read != NULL);
    ASSERT_OK(db_run(db, "INSERT INTO reals VALUES (0)", NULL, &f), &f);
    ASSERT_OK(db_begin(db, &f), &f);
    for (int i = 0; i < 2000; i++) {
        struct value v = value_float(0), back;
        uint64_t bits;

        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        /* exponents from 2^300 to 2^1023 */
        bits = (state & UINT64_C(0x800FFFFFFFFFFFFF)) | ((UINT64_C(1323) + state % 724) << 52);
        memcpy(&v.as.real, &bits, sizeof bits);
        ASSERT_OK(stmt_bind(write, 1, &v, &f), &f);
        ASSERT_OK(stmt_run(write, &f), &f);
        ASSERT_OK(stmt_query(read, &type, 1, &f), &f);
        CU_ASSERT_EQUAL_FATAL(stmt_fetch(read, &back, &f), 1);
        wrong += value_compare(&v, &back) != 0;
        CU_ASSERT_EQUAL_FATAL(stmt_fetch(read, &back, &f), 0);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    stmt_free(read);
    stmt_free(write);
    ASSERT_OK(db_commit(db, &f), &f);
    ASSERT_OK(db_run(db, "DROP TABLE reals", NULL, &f), &f);
    text_release(&sql);
    db_close(db);
}

static void
keeps_infinity_and_year_one(void)
{
    const struct value row[] = {value_int(0),
        test_engine() == ENGINE_MARIADB ? value_float(-DBL_MAX) : value_float(-INFINITY),
        value_time(INT64_C(-62135596800000000)), value_text("x"), value_bytes("a", 1)};

    round_trip(row);
}

static void
keeps_long_texts(void)
{
    size_t length = 1500000;
    char *text = malloc(length);
    struct value row[] = {value_int(1), value_float(1), value_time(1), value_null(), value_null()};

    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (size_t i = 0; i < length; i++)
        text[i] = (char)('a' + i % 26);
    row[3] = value_text_n(text, length);
    row[4] = value_bytes(text, length);
    round_trip(row);
    free(text);
}

static void
refuses_a_missing_database(void)
{
    struct fault f = FAULT_INIT;

    CU_ASSERT_PTR_NULL(
        db_open("PrimaryImport", "Driver=SQLite3;Database=/nowhere/at/all.db", DB_EXISTING, &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_UNAVAILABLE);
    CU_ASSERT(test_contains(f.text, "PrimaryImport"));
}

static void
refuses_a_missing_driver(void)
{
    struct fault f = FAULT_INIT;

    CU_ASSERT_PTR_NULL(db_open("Archive", "Driver=NoSuchDriver;Database=x", DB_EXISTING, &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_UNAVAILABLE);
    CU_ASSERT(test_contains(f.hint, "odbcinst"));
}

static void
rolls_back_on_failure(void)
{
    struct fault f = FAULT_INIT;
    struct db *db = open_here();
    int64_t count;

    create_table(db);
    ASSERT_OK(db_begin(db, &f), &f);
    ASSERT_OK(db_run(db, "INSERT INTO t(i) VALUES (1)", NULL, &f), &f);
    CU_ASSERT_EQUAL(db_end(db, -1, &f), -1);
    ASSERT_OK(db_get_int(db, "SELECT count(*) FROM t", -1, &count, &f), &f);
    CU_ASSERT_EQUAL(count, 0);
    db_close(db);
}

static void
nothing_is_committed_after_a_failure(void)
{
    struct fault f = FAULT_INIT;
    struct db *db = open_here();
    int64_t count;

    create_table(db);
    ASSERT_OK(db_begin(db, &f), &f);
    ASSERT_OK(db_run(db, "INSERT INTO t(i) VALUES (1)", NULL, &f), &f);
    CU_ASSERT_EQUAL(db_run(db, "INSERT INTO no_such_table(i) VALUES (1)", NULL, &f), -1);
    fault_clear(&f);
    db_run(db, "INSERT INTO t(i) VALUES (2)", NULL, NULL);
    CU_ASSERT_EQUAL(db_end(db, 0, &f), -1);
    fault_clear(&f);
    ASSERT_OK(db_get_int(db, "SELECT count(*) FROM t", -1, &count, &f), &f);
    CU_ASSERT_EQUAL(count, 0);
    ASSERT_OK(db_begin(db, &f), &f);
    ASSERT_OK(db_run(db, "INSERT INTO t(i) VALUES (3)", NULL, &f), &f);
    ASSERT_OK(db_end(db, 0, &f), &f);
    db_close(db);
}

/* Of two that work on one connection, the second one may be the first to be asked. */
static void
what_comes_behind_a_failure_tells_of_that(void)
{
    struct fault f = FAULT_INIT;
    struct db *db = open_here();

    if (test_engine() == ENGINE_POSTGRESQL) {
        ASSERT_OK(db_begin(db, &f), &f);
        CU_ASSERT_EQUAL(db_run(db, "INSERT INTO missing VALUES (1)", NULL, NULL), -1);
        ASSERT_FAULT(db_run(db, "CREATE TABLE another (a int)", NULL, &f), &f, FAULT_DATA,
            "relation \"missing\" does not exist");
        db_rollback(db);
    }
    db_close(db);
}

static void
a_killed_server_is_named(void)
{
    struct fault f = FAULT_INIT;
    struct db *db;

    if (test_engine() == ENGINE_SQLITE)
        return;
    db = open_here();
    create_table(db);
    ASSERT_OK(db_begin(db, &f), &f);
    ASSERT_OK(db_run(db, "INSERT INTO t(i) VALUES (1)", NULL, &f), &f);
    engine_kill(test_engine());
    CU_ASSERT_EQUAL(db_end(db, 0, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_UNAVAILABLE);
    CU_ASSERT(test_contains(f.text, "Test"));
    db_close(db);
}

static void
a_wrong_password_is_said(void)
{
    struct fault f = FAULT_INIT;
    char connection[512];

    if (test_engine() != ENGINE_MARIADB) /* the other server trusts everybody */
        return;
    CU_ASSERT_EQUAL_FATAL(engine_admin(test_engine(), connection, sizeof connection), 0);
    strcat(connection, ";Pwd=wrong");
    CU_ASSERT_PTR_NULL(db_open("Test", connection, DB_EXISTING, &f));
    CU_ASSERT(test_contains(f.text, "Access denied"));
}

static void
describes_what_it_created(void)
{
    struct fault f = FAULT_INIT;
    struct arena memory = ARENA_INIT;
    struct db *db = open_here();
    const char *key[] = {"RecordID"};
    const char *city[] = {"City"};
    struct table_column columns[] = {
        {.name = "RecordID", .type = VALUE_INT, .not_null = true},
        {.name = "City", .type = VALUE_TEXT, .length = 30},
        {.name = "Done", .type = VALUE_INT, .length = 1},
        {.name = "Type", .type = VALUE_TEXT, .length = 10, .default_text = "it's"},
    };
    struct table_index indexes[] = {{.name = "by city", .columns = city, .column_count = 1}};
    struct table made = {.name = "a table",
        .columns = columns,
        .column_count = 4,
        .key = key,
        .key_count = 1,
        .identity = true,
        .identity_last = 41,
        .indexes = indexes,
        .index_count = 1};
    struct table seen, named = {.name = "a table"};
    int64_t last;

    ASSERT_OK(db_create_table(db, &made, &f), &f);
    ASSERT_OK(table_shape_read(db, "a table", &memory, &seen, &f), &f);
    CU_ASSERT_EQUAL(seen.column_count, 4);
    CU_ASSERT_EQUAL(seen.columns[1].length, 30);
    CU_ASSERT_EQUAL(seen.columns[2].length, 1);
    CU_ASSERT(seen.identity);
    CU_ASSERT_EQUAL(seen.index_count, 1);
    CU_ASSERT_STRING_EQUAL(seen.indexes[0].columns[0], "City");
    CU_ASSERT_STRING_EQUAL(seen.columns[3].default_text, "it's");
    ASSERT_OK(table_shape_read_columns(db, &memory, &named, 1, &f), &f);
    CU_ASSERT_EQUAL(named.column_count, 4);
    CU_ASSERT_EQUAL(named.columns[1].length, 30);
    named.name = "no table";
    ASSERT_FAULT(table_shape_read_columns(db, &memory, &named, 1, &f), &f, FAULT_DATA,
        "there is no table 'no table'");
    f = (struct fault)FAULT_INIT;
    ASSERT_OK(db_run(db, "INSERT INTO \"a table\"(\"City\") VALUES ('x')", NULL, &f), &f);
    ASSERT_OK(db_get_int(db, "SELECT max(\"RecordID\") FROM \"a table\"", 0, &last, &f), &f);
    CU_ASSERT_EQUAL(last, 42);
    arena_release(&memory);
    db_close(db);
}

static void
a_key_keeps_its_order(void)
{
    struct fault f = FAULT_INIT;
    struct arena memory = ARENA_INIT;
    struct db *db = open_here();
    const char *key[] = {"Second", "First"};
    const char *unique[] = {"Third", "First"};
    struct table_column columns[] = {
        {.name = "First", .type = VALUE_INT, .not_null = true},
        {.name = "Second", .type = VALUE_INT, .not_null = true},
        {.name = "Third", .type = VALUE_INT},
    };
    struct table_index indexes[] = {
        {.name = "thirds", .columns = unique, .column_count = 2, .unique = true}};
    struct table seen, made = {.name = "keyed",
                           .columns = columns,
                           .column_count = 3,
                           .key = key,
                           .key_count = 2,
                           .indexes = indexes,
                           .index_count = 1};

    ASSERT_OK(db_create_table(db, &made, &f), &f);
    ASSERT_OK(table_shape_read(db, "keyed", &memory, &seen, &f), &f);
    CU_ASSERT_EQUAL_FATAL(seen.key_count, 2);
    CU_ASSERT_STRING_EQUAL(seen.key[0], "Second");
    CU_ASSERT_STRING_EQUAL(seen.key[1], "First");
    CU_ASSERT_EQUAL_FATAL(seen.index_count, 1);
    CU_ASSERT(seen.indexes[0].unique);
    CU_ASSERT_STRING_EQUAL(seen.indexes[0].columns[0], "Third");
    arena_release(&memory);
    db_close(db);
}

static void
counts_seconds_exactly(void)
{
    struct fault f = FAULT_INIT;
    struct db *db = open_here();
    struct text sql = TEXT_INIT;
    int64_t equal;

    text_add(&sql, "SELECT CASE WHEN ");
    db_dialect(db)->add_seconds_between(&sql, "'2026-01-01 00:00:00.25'", "'2026-01-02 00:00:01'");
    text_add(&sql, " = 86400.75 THEN 1 ELSE 0 END");
    ASSERT_OK(db_get_int(db, text_get(&sql), 0, &equal, &f), &f);
    CU_ASSERT_EQUAL(equal, 1);
    text_release(&sql);
    db_close(db);
}

const struct test suite_etl_odbc_db[] = {
    {"keeps extremes bit for bit", keeps_extremes},
    {"keeps NULL apart from empty", keeps_nulls_apart_from_empty},
    {"keeps the smallest double", keeps_the_smallest_double},
    {"keeps large doubles bit for bit", keeps_large_doubles},
    {"keeps infinity and the year one", keeps_infinity_and_year_one},
    {"keeps long texts and binaries", keeps_long_texts},
    {"refuses a missing database", refuses_a_missing_database},
    {"refuses a missing driver", refuses_a_missing_driver},
    {"rolls back on failure", rolls_back_on_failure},
    {"nothing is committed after a failure", nothing_is_committed_after_a_failure},
    {"what comes behind a failure tells of that", what_comes_behind_a_failure_tells_of_that},
    {"a killed server is named", a_killed_server_is_named},
    {"a wrong password is said", a_wrong_password_is_said},
    {"describes what it created", describes_what_it_created},
    {"a key keeps its order", a_key_keeps_its_order},
    {"counts seconds exactly", counts_seconds_exactly},
    {NULL, on_each_engine},
};
