/* Every type's hard values on every engine, and copied from each engine to each. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "config/base/moment.h"
#include "etl/odbc/reach.h"
#include "etl/odbc/table_copy.h"
#include "etl/odbc/table_reader.h"
#include "etl/odbc/table_writer.h"
#include "tests/etl/fixture.h"
#include "tests/strike.h"

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
static const char *const moments[] = {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.001Z",
    "0001-01-01T00:00:00.000001Z", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.500Z",
    "1969-12-31T23:59:59.999999Z", "2038-01-19T03:14:08Z", "2038-01-19T03:14:08.123Z",
    "2038-01-19T03:14:07.999999Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59.999999Z", "1900-02-28T12:00:00Z", "2026-11-20T08:00:00.120Z"};
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

/* Copies one table on a route of its own. */
static int
copy_alone(struct db *from, const struct table *source, struct db *to, const struct table *target,
    struct rowsum *sum, struct fault *f)
{
    struct copy_route route;
    int rc;

    copy_route_open(&route, from, to);
    rc = table_copy_proved(&route, source, target, sum, f);
    copy_route_close(&route);
    return rc;
}

/* An empty database on an engine, and all rows copied into it. */
static struct db *
copy_to(struct db *from, enum engine engine, struct rowsum *sum)
{
    struct fault f = FAULT_INIT;
    struct db *to = fixture_open_on(engine, "Copy", &f);

    ASSERT_OK(copy_alone(from, &everything, to, &everything, sum, &f), &f);
    return to;
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
        struct rowsum copied = ROWSUM_INIT;
        struct db *to;

        if (!engine_is_installed(engine))
            continue;
        to = copy_to(from, engine, &copied);
        CU_ASSERT(rowsum_equal(&copied, &sum));
        expect_sum(to, &sum);
        rowsum_release(&copied);
        db_close(to);
    }
    rowsum_release(&sum);
    db_close(from);
}

/* As activities have them: in the order of an identity, without long texts, which some engines read
 * in a way of their own (batch.h). */
static void
copies_numbered_rows_to_every_engine(void)
{
    enum { NUMBERED = 6, TIMES = 20 };
    static struct table_column numbered[NUMBERED] = {
        {.name = "RecordID", .type = VALUE_INT, .not_null = true}};
    static const char *record[] = {"RecordID"};
    static const struct table t = {.name = "Numbered",
        .columns = numbered,
        .column_count = NUMBERED,
        .key = record,
        .key_count = 1,
        .identity = true};
    struct table kept = t;
    struct rowsum sum = ROWSUM_INIT;
    struct fault f = FAULT_INIT;
    struct db *from = fixture_open_on(test_engine(), "Matrix", &f);
    struct value row[1 + COLUMNS];
    struct table_writer *w;
    struct big b;

    big_init(&b);
    memcpy(&numbered[1], columns, (NUMBERED - 1) * sizeof *columns);
    ASSERT_OK(rowsum_init(&sum, NUMBERED, &f), &f);
    ASSERT_OK(db_create_table(from, &t, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(from, &t, &f));
    for (size_t i = 0; i < (size_t)TIMES * ROWS; i++) {
        row[0] = value_int((int64_t)(i * i) + 7);
        fill_row(i % ROWS, &b, row + 1);
        rowsum_add(&sum, row);
        ASSERT_OK(table_writer_add(w, row, &f), &f);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    kept.identity = false;
    for (enum engine engine = 0; engine < ENGINE_COUNT; engine++) {
        struct rowsum copied = ROWSUM_INIT;
        struct db *to;

        if (!engine_is_installed(engine))
            continue;
        to = fixture_open_on(engine, "Copy", &f);
        ASSERT_OK(copy_alone(from, &t, to, &kept, &copied, &f), &f);
        CU_ASSERT(rowsum_equal(&copied, &sum));
        rowsum_release(&copied);
        db_close(to);
    }
    rowsum_release(&sum);
    free(b.long_text);
    db_close(from);
}

static void
reaches_its_own_engine_only(void)
{
    struct fault f = FAULT_INIT;
    struct db *db = open_with_table(test_engine());

    for (enum engine engine = 0; engine < ENGINE_COUNT; engine++) {
        struct text space = TEXT_INIT;
        struct db *other;

        if (!engine_is_installed(engine))
            continue;
        other = fixture_open_on(engine, "Other", &f);
        CU_ASSERT_EQUAL(reach_open(db, other, &space), engine == test_engine());
        reach_close(db);
        text_release(&space);
        db_close(other);
    }
    db_close(db);
}

/* A statement that fails on the way: done without, and both go on. */
static void
a_reach_that_fails_is_none(void)
{
    struct fault f = FAULT_INIT;
    struct db *db = open_with_table(test_engine());
    struct db *other = fixture_open_on(test_engine(), "Other", &f);
    int reached = 0, none = 0;

    for (bool striking = false; striking ? strike_next() : true; striking = true) {
        struct text space = TEXT_INIT;
        int64_t one = 0;

        striking ? strike_begin(false) : strike_notice(STRIKE_DATABASE);
        reach_open(db, other, &space) == 1 ? reached++ : none++;
        strike_end();
        reach_close(db);
        CU_ASSERT(db_get_int(db, "SELECT 1", 0, &one, &f) == 0 && one == 1);
        CU_ASSERT(db_get_int(other, "SELECT 1", 0, &one, &f) == 0 && one == 1);
        text_release(&space);
    }
    CU_ASSERT(reached > 0 && none >= 4);
    db_close(other);
    db_close(db);
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

/* Makes a locale in the test's directory; false where the system cannot. */
static bool
make_locale(const char *language)
{
    char command[200];

    snprintf(command, sizeof command, "localedef -i %s -f UTF-8 ./%s.UTF-8 >/dev/null 2>&1",
        language, language);
    return system(command) == 0;
}

/* As cron has it, and where letters or the decimal point are others: a driver might care. */
static void
keeps_every_value_in_another_locale(void)
{
    static const char *const languages[] = {"tr_TR", "de_DE"};
    char here[1000], name[20];

    setenv("LC_ALL", "C", 1);
    keeps_every_value();
    setenv("LOCPATH", getcwd(here, sizeof here), 1);
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        if (!make_locale(languages[i]))
            continue;
        snprintf(name, sizeof name, "%s.UTF-8", languages[i]);
        setenv("LC_ALL", name, 1);
        keeps_every_value();
    }
    unsetenv("LOCPATH");
    unsetenv("LC_ALL");
}

/* Writes a good row and then one that holds a value; the fault is in `f`. */
static int
write_one(size_t column, struct value v, struct fault *f)
{
    struct db *db = open_with_table(test_engine());
    struct table_writer *w = table_writer_open(db, &everything, f);
    struct value row[COLUMNS] = {value_text("good")};
    int rc = w == NULL ? -1 : table_writer_add(w, row, f);

    if (rc == 0) {
        row[0] = value_text("k");
        row[column] = v;
        rc = table_writer_add(w, row, f);
    }
    if (rc == 0)
        rc = table_writer_finish(w, f);
    table_writer_close(w);
    db_close(db);
    return rc;
}

/* Refused, naming table, column and row. */
static void
expect_refusal(size_t column, struct value v)
{
    struct fault f = FAULT_INIT;
    char place[100];

    snprintf(place, sizeof place, "table 'Everything', column '%s', row 2", columns[column].name);
    ASSERT_FAULT(write_one(column, v, &f), &f, FAULT_DATA, place);
}

static void
what_no_table_can_hold_is_refused(void)
{
    expect_refusal(4, value_text_n("a\0b", 3));
    expect_refusal(5, value_text_n("a\0b", 3));
    expect_refusal(0, value_null());
    expect_refusal(1, value_text("12"));
    expect_refusal(3, value_text("yesterday"));
}

static void
an_integer_in_a_column_of_doubles_is_exact_or_refused(void)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(write_one(2, value_int(-INT64_C(9007199254740992)), &f), &f);
    expect_refusal(2, value_int(INT64_C(9007199254740993)));
}

/* Can the engine hold this double? */
static bool
holds(enum engine engine, double real)
{
    bool negative_zero = real == 0 && signbit(real);

    switch (engine) {
    case ENGINE_MARIADB:
        return isfinite(real) && !negative_zero;
    case ENGINE_SQLITE:
        return !isnan(real) && !negative_zero;
    default:
        return true;
    }
}

static const double special_reals[] = {INFINITY, -INFINITY, NAN, -0.0};
enum { SPECIALS = sizeof special_reals / sizeof *special_reals };

static void
special_doubles_are_kept_or_refused(void)
{
    struct fault f = FAULT_INIT;

    for (size_t i = 0; i < SPECIALS; i++) {
        struct value v = value_float(special_reals[i]);

        if (holds(test_engine(), special_reals[i]))
            ASSERT_OK(write_one(2, v, &f), &f);
        else
            expect_refusal(2, v);
    }
}

/* A table with one special double. */
static struct db *
open_with_special(double real, struct rowsum *sum)
{
    struct fault f = FAULT_INIT;
    struct db *db = open_with_table(test_engine());
    struct table_writer *w = table_writer_open(db, &everything, &f);
    struct value row[COLUMNS] = {value_text("k")};

    CU_ASSERT_PTR_NOT_NULL_FATAL(w);
    row[2] = value_float(real);
    ASSERT_OK(rowsum_init(sum, COLUMNS, &f), &f);
    rowsum_add(sum, row);
    ASSERT_OK(table_writer_add(w, row, &f), &f);
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    return db;
}

static void
special_doubles_go_where_they_can(void)
{
    struct fault f = FAULT_INIT;

    for (size_t i = 0; i < SPECIALS; i++) {
        struct rowsum sum = ROWSUM_INIT;
        struct db *from;

        if (!holds(test_engine(), special_reals[i]))
            continue;
        from = open_with_special(special_reals[i], &sum);
        for (enum engine engine = 0; engine < ENGINE_COUNT; engine++) {
            struct rowsum copied = ROWSUM_INIT;
            struct db *to;

            if (!engine_is_installed(engine))
                continue;
            to = fixture_open_on(engine, "Copy", &f);
            if (holds(engine, special_reals[i])) {
                ASSERT_OK(copy_alone(from, &everything, to, &everything, &copied, &f), &f);
                expect_sum(to, &sum);
            } else {
                ASSERT_FAULT(copy_alone(from, &everything, to, &everything, &copied, &f), &f,
                    FAULT_DATA, "table 'Everything', column 'Real', row 1");
                CU_ASSERT_EQUAL(db_table_exists(to, "Everything", &f), engine == ENGINE_MARIADB);
            }
            rowsum_release(&copied);
            db_close(to);
        }
        rowsum_release(&sum);
        db_close(from);
    }
}

static void
a_text_that_is_too_long_is_refused(void)
{
    struct big b;

    if (test_engine() == ENGINE_SQLITE) /* it has no lengths */
        return;
    big_init(&b);
    expect_refusal(4, value_text_n(b.long_text, 4001));
    free(b.long_text);
}

const struct test suite_etl_odbc_matrix[] = {
    {"keeps every value", keeps_every_value},
    {"keeps every value in another locale", keeps_every_value_in_another_locale},
    {"keeps any double", keeps_any_double},
    {"copies to every engine", copies_to_every_engine},
    {"copies numbered rows to every engine", copies_numbered_rows_to_every_engine},
    {"reaches its own engine only", reaches_its_own_engine_only},
    {"a reach that fails is none", a_reach_that_fails_is_none},
    {"what no table can hold is refused", what_no_table_can_hold_is_refused},
    {"an integer in a column of doubles is exact or refused",
        an_integer_in_a_column_of_doubles_is_exact_or_refused},
    {"special doubles are kept or refused", special_doubles_are_kept_or_refused},
    {"special doubles go where they can", special_doubles_go_where_they_can},
    {"a text that is too long is refused", a_text_that_is_too_long_is_refused},
    {NULL, on_each_engine},
};
