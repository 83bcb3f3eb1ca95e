#include "tests/harness.h"

#include <stdio.h>

#include "config/base/file.h"
#include "tests/cube/sample.h"

static struct cube_process *
begin(enum cube_process_kind kind, const struct cube_model *model)
{
    struct fault f = FAULT_INIT;
    struct cube_process *p;

    if (!cube_exists("db", "Orders"))
        ASSERT_OK(cube_create("db", "Orders", &sample_model, CUBE_STORAGE_MEMORY, &f), &f);
    if ((p = cube_process_begin("db", "Orders", kind, model, &f)) == NULL)
        test_print_fault(__FILE__, __LINE__, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    return p;
}

/* Processes the builder's facts as the window first .. last and clears it. */
static void
process(enum cube_process_kind kind, struct cube_builder *b, int64_t first, int64_t last)
{
    struct fault f = FAULT_INIT;
    struct cube_process *p = begin(kind, &sample_model);

    ASSERT_OK(cube_process_window(p, first, last, &f), &f);
    ASSERT_OK(cube_process_write(p, CUBE_PART_COMPLETED, b, &f), &f);
    ASSERT_OK(cube_process_commit(p, 77, &f), &f);
    cube_process_end(p);
    cube_builder_clear_facts(b);
}

static uint64_t
facts(enum cube_part part)
{
    struct stored_cube *c = sample_open();
    uint64_t count = cube_facts(c, part);

    cube_close(c);
    return count;
}

static void
additions_join_the_completed_part(void)
{
    struct cube_builder *b = sample_builder();
    struct stored_cube *c;
    int64_t moment;

    sample_fill(b);
    process(CUBE_PROCESS_FULL, b, 1, 6);
    sample_add(b, 1, 6, 12, 1, 1);
    process(CUBE_PROCESS_ADD, b, 7, 7);
    process(CUBE_PROCESS_ADD, b, 8, 7);
    c = sample_open();
    CU_ASSERT_EQUAL(cube_facts(c, CUBE_PART_COMPLETED), 7);
    CU_ASSERT_EQUAL(cube_segment_count(c, CUBE_PART_COMPLETED), 2);
    CU_ASSERT_EQUAL(cube_watermark(c), 7);
    CU_ASSERT(cube_processed(c, &moment));
    CU_ASSERT_EQUAL(moment, 77);
    cube_close(c);
    cube_builder_free(b);
}

static void
full_processing_replaces_everything(void)
{
    struct cube_builder *b = sample_builder();
    struct stored_cube *c;

    sample_fill(b);
    process(CUBE_PROCESS_FULL, b, 1, 6);
    sample_add(b, 1, 6, 12, 1, 1);
    process(CUBE_PROCESS_FULL, b, 1, 1);
    c = sample_open();
    CU_ASSERT_EQUAL(cube_facts(c, CUBE_PART_ALL), 1);
    CU_ASSERT_EQUAL(cube_watermark(c), 1);
    CU_ASSERT_FALSE(file_exists("db/Orders/1.seg"));
    cube_close(c);
    cube_builder_free(b);
}

static void
the_active_part_is_rebuilt_each_time(void)
{
    struct cube_builder *b = sample_builder();

    sample_fill(b);
    sample_store(b, b);
    CU_ASSERT_EQUAL(facts(CUBE_PART_ACTIVE), 6);
    cube_builder_clear_facts(b);
    process(CUBE_PROCESS_ADD, b, 7, 7);
    CU_ASSERT_EQUAL(facts(CUBE_PART_ACTIVE), 0);
    CU_ASSERT_EQUAL(facts(CUBE_PART_COMPLETED), 6);
    cube_builder_free(b);
}

static void
no_fact_is_counted_twice(void)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();
    struct cube_process *p;

    sample_fill(b);
    process(CUBE_PROCESS_FULL, b, 1, 6);
    p = begin(CUBE_PROCESS_ADD, &sample_model);
    CU_ASSERT_EQUAL(cube_process_first(p), 7);
    ASSERT_FAULT(cube_process_window(p, 6, 9, &f), &f, FAULT_DATA, "6 to 9");
    cube_process_end(p);
    p = begin(CUBE_PROCESS_FULL, &sample_model);
    CU_ASSERT_EQUAL(cube_process_first(p), 1);
    cube_process_end(p);
    cube_builder_free(b);
}

static void
another_model_needs_full_processing(void)
{
    struct fault f = FAULT_INIT;
    struct cube_model other = sample_model;
    struct cube_process *p;
    struct stored_cube *c;

    cube_process_end(begin(CUBE_PROCESS_FULL, &sample_model));
    other.measure_count = 2;
    CU_ASSERT_PTR_NULL(cube_process_begin("db", "Orders", CUBE_PROCESS_ADD, &other, &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    CU_ASSERT(test_contains(f.hint, "ProcessFull"));
    p = begin(CUBE_PROCESS_FULL, &other);
    ASSERT_OK(cube_process_commit(p, 0, &f), &f);
    cube_process_end(p);
    c = sample_open();
    CU_ASSERT(cube_model_equal(cube_model_of(c), &other));
    cube_close(c);
}

static void
nothing_is_published_without_commit(void)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();
    struct cube_process *p;

    sample_fill(b);
    process(CUBE_PROCESS_FULL, b, 1, 6);
    sample_fill(b);
    p = begin(CUBE_PROCESS_ADD, &sample_model);
    ASSERT_OK(cube_process_write(p, CUBE_PART_COMPLETED, b, &f), &f);
    CU_ASSERT(file_exists("db/Orders/2.seg"));
    CU_ASSERT_EQUAL(facts(CUBE_PART_ALL), 6);
    cube_process_end(p);
    CU_ASSERT_FALSE(file_exists("db/Orders/2.seg"));
    CU_ASSERT(file_exists("db/Orders/1.seg"));
    cube_builder_free(b);
}

static void
leave(const char *path)
{
    FILE *file = fopen(path, "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs("half", file);
    fclose(file);
}

static void
leftovers_of_a_crash_are_cleaned(void)
{
    struct cube_builder *b = sample_builder();

    sample_fill(b);
    process(CUBE_PROCESS_FULL, b, 1, 6);
    leave("db/Orders/2.seg");
    leave("db/Orders/3.seg.part");
    leave("db/Orders/cube.xml.part");
    leave("db/Orders/notes.txt");
    sample_fill(b);
    process(CUBE_PROCESS_ADD, b, 7, 12);
    CU_ASSERT_FALSE(file_exists("db/Orders/3.seg.part"));
    CU_ASSERT_FALSE(file_exists("db/Orders/cube.xml.part"));
    CU_ASSERT(file_exists("db/Orders/notes.txt"));
    CU_ASSERT_EQUAL(facts(CUBE_PART_ALL), 12);
    cube_builder_free(b);
}

static void
a_damaged_manifest_is_no_hindrance(void)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();
    struct cube_process *p;

    sample_fill(b);
    process(CUBE_PROCESS_FULL, b, 1, 6);
    leave("db/Orders/7.seg");
    leave("db/Orders/cube.xml");
    CU_ASSERT_PTR_NULL(cube_process_begin("db", "Orders", CUBE_PROCESS_ADD, &sample_model, &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    for (int attempt = 0; attempt < 2; attempt++) {
        fault_clear(&f);
        sample_fill(b);
        p = begin(CUBE_PROCESS_FULL, &sample_model);
        ASSERT_OK(cube_process_window(p, 1, 6, &f), &f);
        ASSERT_OK(cube_process_write(p, CUBE_PART_COMPLETED, b, &f), &f);
        CU_ASSERT(file_exists("db/Orders/8.seg"));
        CU_ASSERT(file_exists("db/Orders/1.seg"));
        if (attempt == 1)
            ASSERT_OK(cube_process_commit(p, 77, &f), &f);
        cube_process_end(p);
        cube_builder_clear_facts(b);
        CU_ASSERT_EQUAL(file_exists("db/Orders/8.seg"), attempt == 1);
        CU_ASSERT_EQUAL(file_exists("db/Orders/1.seg"), attempt == 0);
    }
    CU_ASSERT_EQUAL(facts(CUBE_PART_ALL), 6);
    cube_builder_free(b);
}

static void
one_processing_at_a_time(void)
{
    struct fault f = FAULT_INIT;
    struct cube_process *p = begin(CUBE_PROCESS_FULL, &sample_model);

    CU_ASSERT_PTR_NULL(cube_process_begin("db", "Orders", CUBE_PROCESS_FULL, &sample_model, &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_LOCKED);
    ASSERT_FAULT(cube_drop("db", "Orders", &f), &f, FAULT_LOCKED, "Orders");
    cube_process_end(p);
    cube_process_end(begin(CUBE_PROCESS_FULL, &sample_model));
}

static void
totals_are_known_before_commit(void)
{
    struct fault f = FAULT_INIT;
    struct arena a = ARENA_INIT;
    struct cube_builder *b = sample_builder();
    struct cube_totals t;
    struct cube_process *p;

    sample_fill(b);
    process(CUBE_PROCESS_FULL, b, 1, 6);
    sample_add(b, 1, 6, 12, -1e300, 4);
    p = begin(CUBE_PROCESS_ADD, &sample_model);
    ASSERT_OK(cube_process_write(p, CUBE_PART_COMPLETED, b, &f), &f);
    ASSERT_OK(cube_process_totals(p, CUBE_PART_COMPLETED, true, &a, &t, &f), &f);
    CU_ASSERT_EQUAL(t.facts, 1);
    CU_ASSERT(sample_is_int(&t.sources[QUANTITY].sum, 4));
    ASSERT_OK(cube_process_totals(p, CUBE_PART_COMPLETED, false, &a, &t, &f), &f);
    CU_ASSERT_EQUAL(t.facts, 7);
    CU_ASSERT_EQUAL(t.sources[NOTE].present, 0);
    CU_ASSERT(sample_is_float(&t.sources[AMOUNT].sum, 137.25));
    CU_ASSERT_STRING_EQUAL(t.sources[AMOUNT].sum_text, "137.25");
    CU_ASSERT(sample_is_float(&t.sources[AMOUNT].least, -1e300));
    CU_ASSERT_STRING_EQUAL(t.sources[QUANTITY].sum_text, "25");
    ASSERT_OK(cube_process_totals(p, CUBE_PART_ACTIVE, false, &a, &t, &f), &f);
    CU_ASSERT_EQUAL(t.facts, 0);
    CU_ASSERT_STRING_EQUAL(t.sources[AMOUNT].sum_text, "0");
    cube_process_end(p);
    arena_release(&a);
    cube_builder_free(b);
}

static void
direct_mode_keeps_numbers_only(void)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();
    struct cube_process *p = begin(CUBE_PROCESS_FULL, &sample_model);

    sample_fill(b);
    cube_process_storage(p, CUBE_STORAGE_DIRECT);
    ASSERT_FAULT(cube_process_write(p, CUBE_PART_ACTIVE, b, &f), &f, FAULT_INTERNAL, "direct");
    cube_process_count(p, CUBE_PART_COMPLETED, 1000);
    ASSERT_OK(cube_process_window(p, 1, 1200, &f), &f);
    ASSERT_OK(cube_process_commit(p, 0, &f), &f);
    cube_process_end(p);
    struct stored_cube *c = sample_open();
    CU_ASSERT_EQUAL(cube_storage_of(c), CUBE_STORAGE_DIRECT);
    CU_ASSERT_EQUAL(cube_facts(c, CUBE_PART_ALL), 1000);
    CU_ASSERT_EQUAL(cube_watermark(c), 1200);
    cube_close(c);
    cube_builder_free(b);
}

const struct test suite_cube_process[] = {
    {"additions join the completed part", additions_join_the_completed_part},
    {"full processing replaces everything", full_processing_replaces_everything},
    {"the active part is rebuilt each time", the_active_part_is_rebuilt_each_time},
    {"no fact is counted twice", no_fact_is_counted_twice},
    {"another model needs full processing", another_model_needs_full_processing},
    {"nothing is published without commit", nothing_is_published_without_commit},
    {"leftovers of a crash are cleaned", leftovers_of_a_crash_are_cleaned},
    {"a damaged manifest is no hindrance", a_damaged_manifest_is_no_hindrance},
    {"one processing at a time", one_processing_at_a_time},
    {"totals are known before commit", totals_are_known_before_commit},
    {"direct mode keeps numbers only", direct_mode_keeps_numbers_only},
    {0},
};
