#include "tests/harness.h"

#include "config/base/file.h"
#include "cube/segment.h"
#include "tests/cube/sample.h"
#include "tests/strike.h"

static void
create(const char *name)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(cube_create("db", name, &sample_model, CUBE_STORAGE_MEMORY, &f), &f);
}

static void
lists_cubes_by_name(void)
{
    struct arena a = ARENA_INIT;
    struct fault f = FAULT_INIT;
    const char **names;
    size_t count;

    ASSERT_OK(cube_list("db", &a, &names, &count, &f), &f);
    CU_ASSERT_EQUAL(count, 0);
    create("Orders");
    create("Claims");
    ASSERT_OK(file_make_directory("db/no cube", 0700, &f), &f);
    ASSERT_OK(cube_list("db", &a, &names, &count, &f), &f);
    CU_ASSERT_EQUAL_FATAL(count, 2);
    CU_ASSERT_STRING_EQUAL(names[0], "Claims");
    CU_ASSERT_STRING_EQUAL(names[1], "Orders");
    arena_release(&a);
}

/* A folder that cannot be read to its end has not fewer cubes: a backup would lack them. */
static void
lists_all_cubes_or_says_why_not(void)
{
    struct arena a = ARENA_INIT;
    struct fault f = FAULT_INIT;
    const char **names;
    size_t count, failed = 0;

    create("Orders");
    create("Claims");
    for (bool striking = false; !striking || strike_next(); striking = true) {
        int rc;

        striking ? strike_begin(false) : strike_notice(STRIKE_FILE);
        rc = cube_list("db", &a, &names, &count, &f);
        strike_end();
        CU_ASSERT(rc == 0 ? count == 2 : f.kind == FAULT_IO);
        failed += rc != 0;
    }
    CU_ASSERT(failed >= 2);
    arena_release(&a);
}

static void
a_name_is_taken_once(void)
{
    struct fault f = FAULT_INIT;

    create("Orders");
    ASSERT_FAULT(cube_create("db", "Orders", &sample_model, CUBE_STORAGE_MEMORY, &f), &f,
        FAULT_DATA, "already");
}

static void
names_stay_inside_the_directory(void)
{
    struct fault f = FAULT_INIT;

    ASSERT_FAULT(
        cube_create("db", "../x", &sample_model, CUBE_STORAGE_MEMORY, &f), &f, FAULT_DATA, "../x");
    ASSERT_FAULT(
        cube_create("db", "a/b", &sample_model, CUBE_STORAGE_MEMORY, &f), &f, FAULT_DATA, "a/b");
    ASSERT_FAULT(
        cube_create("db", "", &sample_model, CUBE_STORAGE_MEMORY, &f), &f, FAULT_DATA, "name");
}

static void
an_unknown_cube_names_the_nearest(void)
{
    struct fault f = FAULT_INIT;

    create("Orders");
    create("Claims");
    CU_ASSERT_PTR_NULL(cube_open("db", "Order", &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    CU_ASSERT(test_contains(f.hint, "'Orders'"));
}

static void
a_new_cube_is_empty(void)
{
    struct stored_cube *c;
    int64_t moment;

    create("Orders");
    c = sample_open();
    CU_ASSERT_EQUAL(cube_facts(c, CUBE_PART_ALL), 0);
    CU_ASSERT_EQUAL(cube_watermark(c), 0);
    CU_ASSERT_FALSE(cube_processed(c, &moment));
    CU_ASSERT(cube_model_equal(cube_model_of(c), &sample_model));
    cube_close(c);
}

static void
a_dropped_cube_is_gone(void)
{
    struct fault f = FAULT_INIT;

    create("Orders");
    ASSERT_OK(cube_drop("db", "Orders", &f), &f);
    CU_ASSERT_FALSE(file_exists("db/Orders"));
    ASSERT_OK(cube_drop("db", "Orders", &f), &f);
}

static void
clearing_removes_the_facts(void)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();
    struct stored_cube *c;

    sample_fill(b);
    sample_store(b, b);
    CU_ASSERT(file_exists("db/Orders/1.seg"));
    ASSERT_OK(cube_clear("db", "Orders", &sample_model, CUBE_STORAGE_MEMORY, &f), &f);
    CU_ASSERT_FALSE(file_exists("db/Orders/1.seg"));
    c = sample_open();
    CU_ASSERT_EQUAL(cube_facts(c, CUBE_PART_ALL), 0);
    CU_ASSERT_EQUAL(cube_watermark(c), 0);
    cube_close(c);
    cube_builder_free(b);
}

static void
parts_are_counted_apart(void)
{
    struct cube_builder *b = sample_builder();
    struct cube_builder *active = sample_builder();
    struct stored_cube *c;

    sample_fill(b);
    sample_add(active, 1, 6, 12, 1, 1);
    sample_store(b, active);
    c = sample_open();
    CU_ASSERT_EQUAL(cube_facts(c, CUBE_PART_COMPLETED), 6);
    CU_ASSERT_EQUAL(cube_facts(c, CUBE_PART_ACTIVE), 1);
    CU_ASSERT_EQUAL(cube_facts(c, CUBE_PART_ALL), 7);
    CU_ASSERT_EQUAL(cube_segment_count(c, CUBE_PART_ALL), 2);
    cube_close(c);
    cube_builder_free(active);
    cube_builder_free(b);
}

static void
a_reader_keeps_what_it_opened(void)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();
    struct stored_cube *before;
    struct cube_totals totals;
    struct arena a = ARENA_INIT;

    sample_fill(b);
    sample_store(b, NULL);
    before = sample_open();
    sample_fill(b);
    sample_store(b, NULL);
    ASSERT_OK(cube_totals(before, CUBE_PART_ALL, &a, &totals, &f), &f);
    CU_ASSERT_EQUAL(totals.facts, 6);
    cube_close(before);
    before = sample_open();
    CU_ASSERT_EQUAL(cube_facts(before, CUBE_PART_ALL), 12);
    cube_close(before);
    arena_release(&a);
    cube_builder_free(b);
}

static void
a_swapped_segment_is_refused(void)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();
    struct stored_cube *c;

    sample_fill(b);
    sample_store(b, NULL);
    /* As many facts, and other ones. */
    cube_builder_clear_facts(b);
    for (int i = 0; i < 6; i++)
        sample_add(b, 1, 6, 12, 1, 1);
    ASSERT_OK(cube_create("db", "Other", &sample_model, CUBE_STORAGE_MEMORY, &f), &f);
    struct segment_facts written;
    ASSERT_OK(segment_write("db/Other/1.seg", cube_builder_cuboid(b), &written, &f), &f);
    ASSERT_OK(file_rename("db/Other/1.seg", "db/Orders/1.seg", &f), &f);
    c = sample_open();
    CU_ASSERT_PTR_NULL(cube_segment(c, CUBE_PART_ALL, 0, &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    CU_ASSERT(test_contains(f.text, "1.seg"));
    cube_close(c);
    cube_builder_free(b);
}

static void
a_missing_segment_is_bad_data(void)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();

    sample_fill(b);
    sample_store(b, NULL);
    ASSERT_OK(file_remove("db/Orders/1.seg", &f), &f);
    CU_ASSERT_PTR_NULL(cube_open("db", "Orders", &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    cube_builder_free(b);
}

const struct test suite_cube_store[] = {
    {"cubes are listed by name", lists_cubes_by_name},
    {"lists all cubes or says why not", lists_all_cubes_or_says_why_not},
    {"a name is taken once", a_name_is_taken_once},
    {"names stay inside the directory", names_stay_inside_the_directory},
    {"an unknown cube names the nearest", an_unknown_cube_names_the_nearest},
    {"a new cube is empty", a_new_cube_is_empty},
    {"a dropped cube is gone", a_dropped_cube_is_gone},
    {"clearing removes the facts", clearing_removes_the_facts},
    {"parts are counted apart", parts_are_counted_apart},
    {"a reader keeps what it opened", a_reader_keeps_what_it_opened},
    {"a swapped segment is refused", a_swapped_segment_is_refused},
    {"a missing segment is bad data", a_missing_segment_is_bad_data},
    {0},
};
