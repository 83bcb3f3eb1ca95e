#include "cube/tiers.h"

#include "tests/harness.h"

enum { NIGHTS = 5000 };

static void
few_segments_stay_apart(void)
{
    const uint64_t sizes[] = {1000, 90, 10, 12, 9};

    CU_ASSERT_EQUAL(tiers_join(sizes, 1, 4), 0);
    CU_ASSERT_EQUAL(tiers_join(sizes, 4, 4), 3);
    CU_ASSERT_EQUAL(tiers_join(sizes, 5, 4), 4);
}

static void
as_many_as_the_fan_are_joined(void)
{
    const uint64_t sizes[] = {1000, 10, 12, 9, 11};

    CU_ASSERT_EQUAL(tiers_join(sizes, 5, 4), 1);
}

static void
joining_goes_on_with_the_next_tier(void)
{
    const uint64_t sizes[] = {5000, 64, 64, 64, 16, 16, 16, 4, 4, 4, 4};

    CU_ASSERT_EQUAL(tiers_join(sizes, 11, 4), 1);
}

/* Night after night: how many segments there are at most, and how often a fact is written. */
static void
segments_and_writing_stay_few(void)
{
    static uint64_t sizes[NIGHTS];
    size_t count = 0, most = 0;
    uint64_t written = 0, facts = 0;

    for (int i = 0; i < NIGHTS; i++) {
        size_t first;

        sizes[count++] = 800 + (uint64_t)i * 7919 % 400;
        facts += sizes[count - 1];
        first = tiers_join(sizes, count, 4);
        while (count > first + 1) {
            count--;
            sizes[count - 1] += sizes[count];
        }
        written += sizes[count - 1];
        most = count > most ? count : most;
    }
    CU_ASSERT(most <= 3 * 7);
    CU_ASSERT(written <= 8 * facts);
}

const struct test suite_cube_tiers[] = {
    {"few segments stay apart", few_segments_stay_apart},
    {"as many as the fan are joined", as_many_as_the_fan_are_joined},
    {"joining goes on with the next tier", joining_goes_on_with_the_next_tier},
    {"segments and writing stay few", segments_and_writing_stay_few},
    {0},
};
