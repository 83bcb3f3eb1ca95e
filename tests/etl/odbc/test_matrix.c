/* Every type's hard values on every engine, and copied from each engine to each. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "config/base/moment.h"
#include "etl/odbc/table_reader.h"
#include "etl/odbc/table_writer.h"
#include "tests/etl/fixture.h"

static struct table_column columns[] = {
    {.name = "Key", .type = VALUE_TEXT, .length = 128, .not_null = true},
    {.name = "Number", .type = VALUE_INT},
    {.name = "Real", .type = VALUE_FLOAT},
    {.name = "Moment", .type = VALUE_TIME},
    {.name = "Short", .type = VALUE_TEXT, .length = 4000},
    {.name = "Long", .type = VALUE_TEXT},
    {.name = "Bytes", .type = VALUE_BYTES},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static const char *key[] = {"Key"};
static const struct table everything = {
    .name = "Everything", .columns = columns, .column_count = COLUMNS, .key = key, .key_count = 1};

/* Keys that differ only in case, accent or a trailing blank. */
static const char *const keys[] = {"a", "A", "a ", "\xc3\xa1", "\xc3\x81", "\xc3\xa0", "ab", " a",
    "ss", "\xc3\x9f", "\xe2\x84\xaa", "K", "\xc4\xb0", "I", "i", "\xc4\xb1"};
enum { ROWS = sizeof keys / sizeof *keys };

static const int64_t integers[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_C(9007199254740993)};
static const double reals[] = {0, 0.1 + 0.2, 5e-324, 2.2250738585072014e-308, 1e308, -DBL_MAX,
    1.0 / 3, 9007199254740993.0, 1e22, -123456.789};
static const char *const moments[] = {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000001Z",
    "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2038-01-19T03:14:08.123Z",
    "2026-11-20T08:00:00.123456Z", "9999-12-31T23:59:59.999999Z", "1900-02-28T12:00:00Z"};
static const char *const texts[] = {"", "it's \"quoted\" \\ back\\'slash\\", "two\nlines\r\n\ttab",
    "\xf0\x9f\x98\x80 astral", "Z\xc3\xbcrich \xe6\x9d\xb1\xe4\xba\xac", "trailing  ", "{a,b}",
    "NULL", "%s ? :x", "\\x41"};

#define PICK(list, i) (list)[(i) % (sizeof(list) / sizeof *(list))]

/* What is too long to write down. */
struct big {
    char short_text[12001]; /* 4,000 characters of three bytes */
    char *long_text;        /* over 1 MB */
    size_t long_length;
};

static void
big_init(struct big *b)
{
    for (int i = 0; i < 4000; i++)
        memcpy(b->short_text + 3 * i, "\xe6\x9d\xb1", 3);
    b->long_length = 1200000;
    b->long_text = malloc(b->long_length);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b->long_text);
    for (size_t i = 0; i < b->long_length; i++)
        b->long_text[i] = (char)('a' + i % 23);
}

/* Row i of the matrix; the last holds nothing but NULLs. */
static void
fill_row(size_t i, const struct big *b, struct value *row)
{
    static const unsigned char raw[] = {0, 1, '\'', '\\', 255, 0};
    int64_t moment = 0;

    moment_parse(PICK(moments, i), strlen(PICK(moments, i)), 0, &moment);
    row[0] = value_text(keys[i]);
    row[1] = value_int(PICK(integers, i));
    row[2] = value_float(PICK(reals, i));
    row[3] = value_time(moment);
    row[4] = i == 3 ? value_text_n(b->short_text, 12000) : value_text(PICK(texts, i));
    row[5] = i == 4 ? value_text_n(b->long_text, b->long_length) : value_text(PICK(texts, i));
    row[6] = i == 5 ? value_bytes(b->long_text, b->long_length) : value_bytes(raw, i % sizeof raw);
    for (int k = 1; i == ROWS - 1 && k < COLUMNS; k++)
        row[k] = value_null();
}

static struct db *
open_with_table(enum engine engine)
{
    struct fault f = FAULT_INIT;
    struct db *db = fixture_open_on(engine, "Matrix", &f);

    ASSERT_OK(db_create_table(db, &everything, &f), &f);
    return db;
}

/* Says what differs in a row that was read. */
static void
show_row(const struct value *row, const struct value *wanted)
{
    for (int k = 0; k < COLUMNS; k++) {
        struct text a = TEXT_INIT, b = TEXT_INIT;

        if (row[k].type != wanted[k].type || value_compare(&row[k], &wanted[k]) != 0) {
            value_add_text(&a, &row[k]);
            value_add_text(&b, &wanted[k]);
            fprintf(stderr, "\n    key '%s', column %s: '%.60s' (%s), wanted '%.60s'\n",
                row[0].as.text.bytes, columns[k].name, text_get(&a), value_type_name(row[k].type),
                text_get(&b));
        }
        text_release(&a);
        text_release(&b);
    }
}

static void
show_differences(struct db *db)
{
    struct fault f = FAULT_INIT;
    struct table_reader *r = table_reader_open(db, &everything, NULL, &f);
    struct value wanted[COLUMNS];
    const struct value *row;
    struct big b;

    big_init(&b);
    while (r != NULL && table_reader_next(r, &row, &f) == 1) {
        for (size_t i = 0; i < ROWS; i++) {
            fill_row(i, &b, wanted);
            if (value_compare(&wanted[0], &row[0]) == 0)
                show_row(row, wanted);
        }
    }
    table_reader_close(r);
    free(b.long_text);
}

static void
expect_sum(struct db *db, const struct rowsum *wanted)
{
    struct rowsum seen = ROWSUM_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(table_rowsum(db, &everything, &seen, &f), &f);
    CU_ASSERT_EQUAL(seen.rows, wanted->rows);
    if (!rowsum_equal(&seen, wanted))
        show_differences(db);
    CU_ASSERT(rowsum_equal(&seen, wanted));
    rowsum_release(&seen);
}

/* Writes the matrix. Its checksum is of what was written. */
static void
write_matrix(struct db *db, struct rowsum *sum)
{
    struct fault f = FAULT_INIT;
    struct table_writer *w = table_writer_open(db, &everything, &f);
    struct value row[COLUMNS];
    struct big b;

    big_init(&b);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w);
    ASSERT_OK(rowsum_init(sum, COLUMNS, &f), &f);
    ASSERT_OK(db_begin(db, &f), &f);
    for (size_t i = 0; i < ROWS; i++) {
        fill_row(i, &b, row);
        rowsum_add(sum, row);
        ASSERT_OK(table_writer_add(w, row, &f), &f);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    ASSERT_OK(db_commit(db, &f), &f);
    table_writer_close(w);
    free(b.long_text);
}

static void
copy(struct db *from, struct db *to)
{
    struct fault f = FAULT_INIT;
    struct table_reader *r = table_reader_open(from, &everything, NULL, &f);
    struct table_writer *w = table_writer_open(to, &everything, &f);
    const struct value *row;
    int rc;

    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w);
    ASSERT_OK(db_begin(to, &f), &f);
    while ((rc = table_reader_next(r, &row, &f)) == 1)
        ASSERT_OK(table_writer_add(w, row, &f), &f);
    CU_ASSERT_EQUAL(rc, 0);
    ASSERT_OK(table_writer_finish(w, &f), &f);
    ASSERT_OK(db_commit(to, &f), &f);
    table_writer_close(w);
    table_reader_close(r);
}

static void
keeps_every_value(void)
{
    struct rowsum sum = ROWSUM_INIT;
    struct db *db = open_with_table(test_engine());

    write_matrix(db, &sum);
    expect_sum(db, &sum);
    rowsum_release(&sum);
    db_close(db);
}

static void
copies_to_every_engine(void)
{
    struct rowsum sum = ROWSUM_INIT;
    struct db *from = open_with_table(test_engine());

    write_matrix(from, &sum);
    for (enum engine engine = 0; engine < ENGINE_COUNT; engine++) {
        struct db *to;

        if (!engine_is_installed(engine))
            continue;
        to = open_with_table(engine);
        copy(from, to);
        expect_sum(to, &sum);
        db_close(to);
    }
    rowsum_release(&sum);
    db_close(from);
}

/* Any bits that are a finite number. */
static double
random_real(uint64_t *state)
{
    double real;

    do {
        *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        memcpy(&real, state, sizeof real);
    } while (!isfinite(real));
    return real;
}

static void
keeps_any_double(void)
{
    struct fault f = FAULT_INIT;
    struct rowsum sum = ROWSUM_INIT;
    struct db *db = open_with_table(test_engine());
    struct table_writer *w = table_writer_open(db, &everything, &f);
    struct value row[COLUMNS] = {value_null()};
    uint64_t state = 42;
    char id[16];

    CU_ASSERT_PTR_NOT_NULL_FATAL(w);
    ASSERT_OK(rowsum_init(&sum, COLUMNS, &f), &f);
    ASSERT_OK(db_begin(db, &f), &f);
    for (int i = 0; i < 3000; i++) {
        snprintf(id, sizeof id, "%d", i);
        row[0] = value_text(id);
        row[2] = value_float(random_real(&state));
        rowsum_add(&sum, row);
        ASSERT_OK(table_writer_add(w, row, &f), &f);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    ASSERT_OK(db_commit(db, &f), &f);
    table_writer_close(w);
    expect_sum(db, &sum);
    rowsum_release(&sum);
    db_close(db);
}

static void
keeps_every_value_in_another_locale(void)
{
    static const char *const locales[] = {"C", "tr_TR.UTF-8", "de_DE.UTF-8"};

    for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
        setenv("LC_ALL", locales[i], 1);
        keeps_every_value();
    }
    unsetenv("LC_ALL");
}

/* Tries to write one value; the fault is in `f`. */
static int
write_one(size_t column, struct value v, struct fault *f)
{
    struct db *db = open_with_table(test_engine());
    struct table_writer *w = table_writer_open(db, &everything, f);
    struct value row[COLUMNS] = {value_text("k")};
    int rc = -1;

    if (w != NULL) {
        row[column] = v;
        rc = table_writer_add(w, row, f);
        if (rc == 0)
            rc = table_writer_finish(w, f);
    }
    table_writer_close(w);
    db_close(db);
    return rc;
}

static void
a_nul_in_a_text_is_refused(void)
{
    struct fault f = FAULT_INIT;

    ASSERT_FAULT(write_one(4, value_text_n("a\0b", 3), &f), &f, FAULT_DATA, "'Everything'");
    ASSERT_FAULT(write_one(5, value_text_n("a\0b", 3), &f), &f, FAULT_DATA, "NUL");
}

static void
numbers_that_an_engine_lacks_are_refused(void)
{
    struct fault f = FAULT_INIT;

    switch (test_engine()) {
    case ENGINE_MARIADB:
        ASSERT_FAULT(write_one(2, value_float(INFINITY), &f), &f, FAULT_DATA, "column 'Real'");
        ASSERT_FAULT(write_one(2, value_float(NAN), &f), &f, FAULT_DATA, "row 1");
        break;
    case ENGINE_SQLITE:
        ASSERT_OK(write_one(2, value_float(-INFINITY), &f), &f);
        ASSERT_FAULT(write_one(2, value_float(NAN), &f), &f, FAULT_DATA, "'Everything'");
        break;
    default:
        ASSERT_OK(write_one(2, value_float(-INFINITY), &f), &f);
        ASSERT_OK(write_one(2, value_float(NAN), &f), &f);
    }
}

static void
a_text_that_is_too_long_is_refused(void)
{
    struct fault f = FAULT_INIT;
    struct big b;

    if (test_engine() == ENGINE_SQLITE) /* it has no lengths */
        return;
    big_init(&b);
    ASSERT_FAULT(write_one(4, value_text_n(b.long_text, 4001), &f), &f, FAULT_DATA, "Everything");
    free(b.long_text);
}

const struct test suite_etl_odbc_matrix[] = {
    {"keeps every value", keeps_every_value},
    {"keeps every value in another locale", keeps_every_value_in_another_locale},
    {"keeps any double", keeps_any_double},
    {"copies to every engine", copies_to_every_engine},
    {"a NUL in a text is refused", a_nul_in_a_text_is_refused},
    {"numbers that an engine lacks are refused", numbers_that_an_engine_lacks_are_refused},
    {"a text that is too long is refused", a_text_that_is_too_long_is_refused},
    {NULL, on_each_engine},
};
