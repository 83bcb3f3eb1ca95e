#include "etl/pipeline/forecast.h"

#include "tests/harness.h"

#define MIB (UINT64_C(1) << 20)

static void
there_is_room_for_twice_the_need(void)
{
    const struct forecast_place p = {"a", 1, 1000 * MIB, 400 * MIB};

    CU_ASSERT_EQUAL(forecast_judge(&p, 1, 1), FORECAST_ROOMY);
}

static void
less_than_twice_the_need_is_tight(void)
{
    const struct forecast_place p = {"a", 1, 1000 * MIB, 600 * MIB};

    CU_ASSERT_EQUAL(forecast_judge(&p, 1, 1), FORECAST_TIGHT);
}

static void
a_disk_that_is_nearly_full_is_tight_whatever_is_needed(void)
{
    const struct forecast_place p = {"a", 1, 10 * MIB, 0};

    CU_ASSERT_EQUAL(forecast_judge(&p, 1, 1), FORECAST_TIGHT);
}

static void
less_than_half_the_need_is_impossible(void)
{
    const struct forecast_place p = {"a", 1, 100 * MIB, 201 * MIB};

    CU_ASSERT_EQUAL(forecast_judge(&p, 1, 1), FORECAST_IMPOSSIBLE);
}

static void
needs_on_one_disk_add_up_and_others_do_not_count(void)
{
    const struct forecast_place p[] = {{"a", 1, 1000 * MIB, 1100 * MIB},
        {"b", 1, 1000 * MIB, 1100 * MIB}, {"c", 2, 1000 * MIB, 1}};

    CU_ASSERT_EQUAL(forecast_judge(p, 3, 1), FORECAST_IMPOSSIBLE);
    CU_ASSERT_EQUAL(forecast_judge(p, 3, 2), FORECAST_ROOMY);
}

const struct test suite_etl_pipeline_forecast[] = {
    {"there is room for twice the need", there_is_room_for_twice_the_need},
    {"less than twice the need is tight", less_than_twice_the_need_is_tight},
    {"a disk that is nearly full is tight whatever is needed",
        a_disk_that_is_nearly_full_is_tight_whatever_is_needed},
    {"less than half the need is impossible", less_than_half_the_need_is_impossible},
    {"needs on one disk add up and others do not count",
        needs_on_one_disk_add_up_and_others_do_not_count},
    {0},
};
