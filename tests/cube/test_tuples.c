#include "tests/harness.h"

#include "cube/tuples.h"

static void
numbers_in_order_of_arrival(void)
{
    struct tuples t;
    struct fault f = FAULT_INIT;
    uint32_t index;

    tuples_init(&t, 2);
    for (uint32_t i = 0; i < 10000; i++) {
        ASSERT_OK(tuples_add(&t, (uint32_t[]){i % 100, i / 100}, &index, &f), &f);
        CU_ASSERT_EQUAL_FATAL(index, i);
    }
    ASSERT_OK(tuples_add(&t, (uint32_t[]){7, 3}, &index, &f), &f);
    CU_ASSERT_EQUAL(index, 307);
    CU_ASSERT_EQUAL(t.count, 10000);
    CU_ASSERT_EQUAL(tuples_find(&t, (uint32_t[]){99, 99}), 9999);
    CU_ASSERT_EQUAL(tuples_find(&t, (uint32_t[]){99, 100}), TUPLES_NONE);
    tuples_release(&t);
}

static void
the_empty_tuple_is_one(void)
{
    struct tuples t;
    struct fault f = FAULT_INIT;
    uint32_t index = 0;

    tuples_init(&t, 0);
    CU_ASSERT_EQUAL(tuples_find(&t, &index), TUPLES_NONE);
    ASSERT_OK(tuples_add(&t, &index, &index, &f), &f);
    ASSERT_OK(tuples_add(&t, &index, &index, &f), &f);
    CU_ASSERT_EQUAL(t.count, 1);
    tuples_release(&t);
}

static void
clearing_forgets(void)
{
    struct tuples t;
    struct fault f = FAULT_INIT;
    uint32_t index;

    tuples_init(&t, 1);
    ASSERT_OK(tuples_add(&t, (uint32_t[]){5}, &index, &f), &f);
    tuples_release(&t);
    CU_ASSERT_EQUAL(tuples_find(&t, (uint32_t[]){5}), TUPLES_NONE);
    ASSERT_OK(tuples_add(&t, (uint32_t[]){6}, &index, &f), &f);
    CU_ASSERT_EQUAL(index, 0);
    tuples_release(&t);
}

const struct test suite_cube_tuples[] = {
    {"tuples are numbered in order of arrival", numbers_in_order_of_arrival},
    {"there is one empty tuple", the_empty_tuple_is_one},
    {"clearing forgets", clearing_forgets},
    {0},
};
