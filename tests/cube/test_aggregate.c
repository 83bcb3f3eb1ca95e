#include "cube/aggregate.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/file.h"
#include "cube/query.h"
#include "tests/cube/sample.h"
#include "tests/harness.h"

enum { FACTS = 3000, CITIES = 40, MONTHS = 24, MEMORY = 1 << 28 };

/* Many facts at few members, so that aggregates are worth it. */
static struct cube_builder *
many_facts(void)
{
    struct cube_builder *b = sample_builder();
    struct fault f = FAULT_INIT;
    uint64_t state = 7;
    char text[32];

    for (int i = 0; i < CITIES; i++) {
        snprintf(text, sizeof text, "City %d", i);
        const struct value levels[] = {value_text(i % 3 == 0 ? "CA" : "NV"), value_text(text)};
        ASSERT_OK(cube_builder_member(b, PLACE, 100 + i, levels, &f), &f);
    }
    for (int i = 0; i < MONTHS; i++) {
        const struct value levels[] = {value_int(1960 + i / 12), value_int(i % 12 + 1)};
        ASSERT_OK(cube_builder_member(b, TIME, 200 + i, levels, &f), &f);
    }
    for (int i = 0; i < FACTS; i++) {
        const struct value row[SAMPLE_ROW] = {
            value_int(100 + (int64_t)(sample_random(&state) % CITIES)),
            value_int(200 + (int64_t)(sample_random(&state) % MONTHS)), value_int(12 - i % 3),
            i % 7 == 0 ? value_null() : value_float((double)(i % 100) * 0.37 - 11),
            value_int((int64_t)(sample_random(&state) % 1000) - 500), value_time(i), value_null()};

        ASSERT_OK(cube_builder_add(b, row, &f), &f);
    }
    return b;
}

static void
store(unsigned per_cent)
{
    struct cube_builder *b = many_facts();
    struct fault f = FAULT_INIT;
    struct cube_process *p;

    if (!cube_exists("db", "Orders"))
        ASSERT_OK(cube_create("db", "Orders", &sample_model, CUBE_STORAGE_MEMORY, &f), &f);
    p = cube_process_begin("db", "Orders", CUBE_PROCESS_FULL, &sample_model, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    cube_process_budget(p, per_cent, 2);
    ASSERT_OK(cube_process_write(p, CUBE_PART_COMPLETED, b, &f), &f);
    ASSERT_OK(cube_process_commit(p, 0, &f), &f);
    cube_process_end(p);
    cube_builder_free(b);
}

static size_t
aggregate_count(void)
{
    struct fault f = FAULT_INIT;
    struct stored_cube *c = sample_open();
    const struct aggregates *a = cube_aggregates(c, CUBE_PART_ALL, 0, &f);
    size_t count = a == NULL ? 0 : a->count;

    cube_close(c);
    return count;
}

/* Every combination of levels as CSV-like text. */
static void
add_answers(struct text *t, struct fault *f)
{
    struct stored_cube *c = sample_open();

    for (unsigned set = 0; set < 32; set++) {
        static const struct cube_level_ref all[] = {
            {PLACE, 0}, {PLACE, 1}, {TIME, 0}, {TIME, 1}, {SIZE, 0}};
        struct cube_level_ref rows[5];
        struct cube_query q = {.rows = rows, .part = CUBE_PART_ALL, .totals = set % 2 == 0};
        struct cube_result r = CUBE_RESULT_INIT;

        for (unsigned i = 0; i < 5; i++) {
            if ((set >> i & 1) != 0)
                rows[q.row_count++] = all[i];
        }
        if (cube_query_run(c, &q, &r, f) != 0)
            break;
        for (size_t i = 0; i < r.line_count; i++) {
            for (size_t k = 0; k < r.row_count; k++) {
                value_add_text(t, &r.lines[i].labels[k]);
                text_add_char(t, ',');
            }
            for (size_t k = 0; k < r.measure_count; k++) {
                value_add_text(t, &r.lines[i].measures[k]);
                text_add_char(t, ';');
            }
            text_add_char(t, '\n');
        }
        cube_result_release(&r);
    }
    cube_close(c);
}

static void
aggregates_answer_as_the_base_does(void)
{
    struct text with = TEXT_INIT, without = TEXT_INIT;
    struct fault f = FAULT_INIT;

    store(100);
    CU_ASSERT(aggregate_count() > 3);
    add_answers(&with, &f);
    store(0);
    CU_ASSERT_EQUAL(aggregate_count(), 0);
    add_answers(&without, &f);
    CU_ASSERT_EQUAL(f.kind, FAULT_NONE);
    CU_ASSERT(with.length > 10000);
    CU_ASSERT_STRING_EQUAL(text_get(&with), text_get(&without));
    text_release(&with);
    text_release(&without);
}

static void
indexing_brings_what_was_left_out(void)
{
    struct fault f = FAULT_INIT;

    store(0);
    ASSERT_OK(cube_index("db", "Orders", 100, 1, MEMORY, &f), &f);
    CU_ASSERT(aggregate_count() > 3);
    CU_ASSERT(file_exists("db/Orders/1-aggregates.seg"));
}

/* Neither where none are wanted nor where none are worth keeping does an old file stay. */
static void
indexing_removes_what_is_not_kept(void)
{
    static const struct {
        unsigned per_cent;
        uint64_t memory_bytes;
    } cases[] = {{0, MEMORY}, {100, 0}};
    struct fault f = FAULT_INIT;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        store(100);
        CU_ASSERT(aggregate_count() > 3);
        ASSERT_OK(cube_index("db", "Orders", cases[i].per_cent, 1, cases[i].memory_bytes, &f), &f);
        CU_ASSERT_EQUAL(aggregate_count(), 0);
    }
}

static void
aggregates_stay_within_the_budget(void)
{
    struct fault f = FAULT_INIT;
    struct stored_cube *c;
    const struct aggregates *a;

    store(10);
    c = sample_open();
    CU_ASSERT_PTR_NOT_NULL_FATAL(a = cube_aggregates(c, CUBE_PART_ALL, 0, &f));
    CU_ASSERT(a->size_bytes < cube_size_bytes(c, CUBE_PART_ALL) / 5);
    cube_close(c);
}

static void
any_number_of_threads_makes_the_same_file(void)
{
    struct text one = TEXT_INIT, four = TEXT_INIT;
    struct fault f = FAULT_INIT;

    store(0);
    ASSERT_OK(cube_index("db", "Orders", 100, 1, MEMORY, &f), &f);
    ASSERT_OK(file_read_all("db/Orders/1-aggregates.seg", 1 << 20, &one, &f), &f);
    ASSERT_OK(cube_index("db", "Orders", 100, 4, MEMORY, &f), &f);
    ASSERT_OK(file_read_all("db/Orders/1-aggregates.seg", 1 << 20, &four, &f), &f);
    CU_ASSERT_EQUAL(one.length, four.length);
    CU_ASSERT_EQUAL(memcmp(one.bytes, four.bytes, one.length), 0);
    text_release(&one);
    text_release(&four);
}

/* Reads every cuboid of the file. 0, or -1 with the first fault. */
static int
read_through(struct fault *f)
{
    struct stored_cube *c = cube_open("db", "Orders", f);
    const struct segment *s = c == NULL ? NULL : cube_segment(c, CUBE_PART_ALL, 0, f);
    struct aggregates *a = s == NULL ? NULL : aggregates_open("2.agg", f);
    int rc = a == NULL ? -1 : aggregates_verify(a, s, &sample_model, f);

    for (size_t i = 0; rc == 0 && i < a->count; i++) {
        const struct aggregate *found;

        rc = aggregates_find(a, a->items[i].depths, &found, f);
    }
    aggregates_close(a);
    cube_close(c);
    return rc;
}

static void
put(const struct text *bytes, size_t size)
{
    int fd;

    unlink("2.agg");
    fd = open("2.agg", O_WRONLY | O_CREAT | O_EXCL, 0600);
    CU_ASSERT_FATAL(fd >= 0 && write(fd, bytes->bytes, size) == (ssize_t)size);
    close(fd);
}

static void
every_flipped_byte_is_refused(void)
{
    struct text bytes = TEXT_INIT;
    struct fault f = FAULT_INIT;
    size_t step, tried = 0, refused = 0;

    store(3);
    ASSERT_OK(file_read_all("db/Orders/1-aggregates.seg", 1 << 20, &bytes, &f), &f);
    step = bytes.length / 1500 + 1;
    /* The 8 zero bytes at the end only keep readers from stepping behind it. */
    for (size_t i = 0; i < bytes.length - AGGREGATE_PAD_BYTES; i += i < 200 ? 1 : step) {
        struct fault local = FAULT_INIT;

        bytes.bytes[i] = (char)~bytes.bytes[i];
        put(&bytes, bytes.length);
        refused += read_through(&local) != 0 && local.kind == FAULT_DATA;
        tried++;
        bytes.bytes[i] = (char)~bytes.bytes[i];
    }
    CU_ASSERT_EQUAL(refused, tried);
    put(&bytes, bytes.length);
    ASSERT_OK(read_through(&f), &f);
    text_release(&bytes);
}

static void
every_truncation_is_refused(void)
{
    struct text bytes = TEXT_INIT;
    struct fault f = FAULT_INIT;
    size_t tried = 0, refused = 0;

    store(3);
    ASSERT_OK(file_read_all("db/Orders/1-aggregates.seg", 1 << 20, &bytes, &f), &f);
    for (size_t i = 0; i < bytes.length; i += 1 + i / 50) {
        struct fault local = FAULT_INIT;

        put(&bytes, i);
        refused += read_through(&local) != 0 && local.kind == FAULT_DATA;
        tried++;
    }
    CU_ASSERT_EQUAL(refused, tried);
    text_release(&bytes);
}

static void
a_damaged_file_says_its_cure(void)
{
    struct text t = TEXT_INIT;
    struct fault f = FAULT_INIT;
    int fd;

    store(100);
    CU_ASSERT_FATAL((fd = open("db/Orders/1-aggregates.seg", O_WRONLY)) >= 0);
    CU_ASSERT_EQUAL(pwrite(fd, "x", 1, 50), 1);
    close(fd);
    add_answers(&t, &f);
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    CU_ASSERT(test_contains(f.text, "1-aggregates.seg"));
    CU_ASSERT(test_contains(f.hint, "ProcessIndexes"));
    fault_clear(&f);
    ASSERT_OK(cube_index("db", "Orders", 100, 1, MEMORY, &f), &f);
    add_answers(&t, &f);
    CU_ASSERT_EQUAL(f.kind, FAULT_NONE);
    text_release(&t);
}

const struct test suite_cube_aggregate[] = {
    {"aggregates answer as the base cuboid does", aggregates_answer_as_the_base_does},
    {"indexing brings what was left out", indexing_brings_what_was_left_out},
    {"indexing removes what is not kept", indexing_removes_what_is_not_kept},
    {"aggregates stay within the budget", aggregates_stay_within_the_budget},
    {"any number of threads makes the same file", any_number_of_threads_makes_the_same_file},
    {"every flipped byte is refused", every_flipped_byte_is_refused},
    {"every truncation is refused", every_truncation_is_refused},
    {"a damaged file says its cure", a_damaged_file_says_its_cure},
    {0},
};
