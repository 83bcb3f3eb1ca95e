#include "etl/pipeline/plan.h"

#include "tests/harness.h"

static const char *names[] = {"A", "B", "C", "D", "E", "F", "G", "H"};

static const char *
targets(size_t count, struct arena *memory)
{
    const struct unit u = {.targets = names, .target_count = count};

    return unit_targets(&u, memory);
}

static void
a_line_names_few_targets_and_counts_the_others(void)
{
    struct arena memory = ARENA_INIT;

    CU_ASSERT_STRING_EQUAL(targets(0, &memory), "");
    CU_ASSERT_STRING_EQUAL(targets(1, &memory), "A");
    CU_ASSERT_STRING_EQUAL(targets(7, &memory), "A, B, C, D, E, F, G");
    CU_ASSERT_STRING_EQUAL(targets(8, &memory), "A, B, C, D, E, F and 2 others");
    arena_release(&memory);
}

const struct test suite_etl_pipeline_plan[] = {
    {"a line names few targets and counts the others",
        a_line_names_few_targets_and_counts_the_others},
    {0},
};
