#include "tests/harness.h"

#include <float.h>
#include <stdint.h>

#include "cube/tally.h"
#include "tests/cube/sample.h"

static void
order_keys_sort_as_the_values(void)
{
    static const double numbers[] = {-DBL_MAX, -1, -5e-324, -0.0, 0.0, 5e-324, 1, DBL_MAX};
    int64_t before = INT64_MIN;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct value v = value_float(numbers[i]);
        int64_t key = tally_order_key(&v);
        struct value back = tally_order_value(VALUE_FLOAT, key);

        CU_ASSERT(key > before);
        CU_ASSERT_EQUAL(value_compare(&v, &back), 0);
        before = key;
    }
}

static void
merging_adds_everything_up(void)
{
    struct fault f = FAULT_INIT;
    struct tally t;
    const struct value amounts[] = {value_float(1e300), value_float(-1e300), value_float(2)};

    ASSERT_OK(tally_init(&t, &sample_model, &f), &f);
    ASSERT_OK(tally_reserve(&t, 2, &f), &f);
    for (size_t i = 0; i < 3; i++) {
        t.rows[i % 2]++;
        ASSERT_OK(tally_add(&t, i % 2, AMOUNT, &amounts[i], &f), &f);
    }
    ASSERT_OK(tally_merge(&t, 1, &t, 0, &f), &f);
    struct value v = tally_measure(&t, 1, TALLY_ROW_COUNT);
    CU_ASSERT(sample_is_int(&v, 3));
    v = tally_measure(&t, 1, TOTAL);
    CU_ASSERT(sample_is_float(&v, 2));
    v = tally_measure(&t, 1, LEAST);
    CU_ASSERT(sample_is_float(&v, -1e300));
    CU_ASSERT_EQUAL(t.sources[AMOUNT].present[1], 3);
    tally_release(&t);
}

static void
a_cell_of_nothing_is_null(void)
{
    struct fault f = FAULT_INIT;
    struct tally t;

    ASSERT_OK(tally_init(&t, &sample_model, &f), &f);
    ASSERT_OK(tally_reserve(&t, 1, &f), &f);
    for (size_t i = TOTAL; i < SAMPLE_MEASURES; i++)
        CU_ASSERT_EQUAL(tally_measure(&t, 0, i).type, VALUE_NULL);
    tally_release(&t);
}

const struct test suite_cube_tally[] = {
    {"order keys sort as the values", order_keys_sort_as_the_values},
    {"merging adds everything up", merging_adds_everything_up},
    {"a cell of nothing is NULL", a_cell_of_nothing_is_null},
    {0},
};
