#include "tests/harness.h"

#include "cube/value_set.h"
#include "tests/cube/sample.h"

static uint32_t
add(struct value_set *s, struct value v)
{
    struct fault f = FAULT_INIT;
    uint32_t id;

    ASSERT_OK(value_set_add(s, &v, &id, &f), &f);
    return id;
}

static void
equal_values_are_one(void)
{
    struct value_set s = VALUE_SET_INIT;
    char changing[] = "one";

    CU_ASSERT_EQUAL(add(&s, value_text(changing)), 0);
    changing[0] = 'O';
    CU_ASSERT_EQUAL(add(&s, value_text("one")), 0);
    CU_ASSERT_EQUAL(add(&s, value_null()), 1);
    CU_ASSERT_EQUAL(add(&s, value_text("")), 2);
    CU_ASSERT_EQUAL(add(&s, value_int(0)), 3);
    CU_ASSERT_EQUAL(add(&s, value_null()), 1);
    for (int i = 1; i < 1000; i++)
        CU_ASSERT_EQUAL(add(&s, value_int(i)), (uint32_t)i + 3);
    value_set_release(&s);
}

static void
sorts_numbers_by_size_and_null_last(void)
{
    struct value_set s = VALUE_SET_INIT;
    struct fault f = FAULT_INIT;
    uint32_t ids[] = {0, 1, 2, 3};

    add(&s, value_null());
    add(&s, value_int(10));
    add(&s, value_int(-2));
    add(&s, value_int(9));
    ASSERT_OK(value_set_sort(&s, &sample_time[0], ids, 4, &f), &f);
    CU_ASSERT(ids[0] == 2 && ids[1] == 3 && ids[2] == 1 && ids[3] == 0);
    value_set_release(&s);
}

static void
sorts_labels_as_listed(void)
{
    struct value_set s = VALUE_SET_INIT;
    struct fault f = FAULT_INIT;
    uint32_t ids[] = {0, 1, 2, 3, 4};

    add(&s, value_null());
    add(&s, value_text("Any"));
    add(&s, value_text("Out of range"));
    add(&s, value_text("Large"));
    add(&s, value_text("Small"));
    ASSERT_OK(value_set_sort(&s, &sample_size[0], ids, 5, &f), &f);
    CU_ASSERT(ids[0] == 4 && ids[1] == 3 && ids[2] == 2 && ids[3] == 1 && ids[4] == 0);
    value_set_release(&s);
}

const struct test suite_cube_value_set[] = {
    {"equal values are one", equal_values_are_one},
    {"numbers sort by size, NULL last", sorts_numbers_by_size_and_null_last},
    {"labels sort as listed, others behind", sorts_labels_as_listed},
    {0},
};
