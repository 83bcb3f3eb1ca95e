#include "etl/odbc/portions.h"

#include "tests/harness.h"

static void
all_of_a_stretch_is_dealt_out_once(void)
{
    struct portions p;
    int64_t from, to, next = -5;

    portions_init(&p, -5, 17, 10);
    while (portions_take(&p, &from, &to)) {
        CU_ASSERT_EQUAL(from, next);
        CU_ASSERT(to >= from && to <= 17 && to - from < 10);
        next = to + 1;
    }
    CU_ASSERT_EQUAL(next, 18);
    portions_release(&p);
}

static void
nothing_has_no_portions(void)
{
    struct portions p;
    int64_t from, to;

    portions_init(&p, 1, 0, 10);
    CU_ASSERT_FALSE(portions_take(&p, &from, &to));
    portions_release(&p);
}

/* From the least number to the greatest, nearly empty: wider and wider. */
static void
empty_stretches_are_passed_over(void)
{
    struct portions p;
    int64_t from, to, last = 0;
    int count = 0;

    portions_init(&p, INT64_MIN, INT64_MAX, 1024);
    while (count < 1000 && portions_take(&p, &from, &to)) {
        portions_tell(&p, 0, 1024);
        last = to;
        count++;
    }
    CU_ASSERT(count < 100);
    CU_ASSERT_EQUAL(last, INT64_MAX);
    portions_release(&p);
}

static void
full_stretches_are_taken_in_smaller_portions(void)
{
    struct portions p;
    int64_t from, to;

    portions_init(&p, 0, INT64_MAX, 1024);
    for (int i = 0; i < 10; i++)
        portions_tell(&p, 0, 1024);
    for (int i = 0; i < 20; i++)
        portions_tell(&p, 5000, 1024);
    CU_ASSERT(portions_take(&p, &from, &to));
    CU_ASSERT_EQUAL(to - from + 1, 1024);
    portions_release(&p);
}

const struct test suite_etl_odbc_portions[] = {
    {"all of a stretch is dealt out once", all_of_a_stretch_is_dealt_out_once},
    {"nothing has no portions", nothing_has_no_portions},
    {"empty stretches are passed over", empty_stretches_are_passed_over},
    {"full stretches are taken in smaller portions", full_stretches_are_taken_in_smaller_portions},
    {0},
};
