#include "tests/harness.h"

#include <math.h>

#include "cube/cuboid.h"
#include "tests/cube/sample.h"

static void
add_row(struct cube_builder *b, struct value place, struct value amount, struct value quantity)
{
    struct fault f = FAULT_INIT;
    const struct value row[SAMPLE_ROW] = {
        place, value_int(6), value_int(12), amount, quantity, value_null(), value_null()};

    ASSERT_OK(cube_builder_add(b, row, &f), &f);
    ASSERT_OK(cube_builder_finish(b, &f), &f);
}

static void
equal_facts_share_a_cell(void)
{
    struct cube_builder *b = sample_builder();

    sample_add(b, 1, 6, 12, 1, 1);
    sample_add(b, 1, 6, 12, 2, 2);
    sample_add(b, 2, 6, 12, 3, 3);
    CU_ASSERT_EQUAL(cube_builder_cuboid(b)->cells.count, 2);
    CU_ASSERT_EQUAL(cube_builder_cuboid(b)->tally.rows[0], 2);
    CU_ASSERT_EQUAL(cube_builder_counts(b)->facts, 3);
    cube_builder_free(b);
}

static void
unknown_keys_are_counted(void)
{
    struct cube_builder *b = sample_builder();

    add_row(b, value_int(77), value_float(1), value_int(1));
    add_row(b, value_text("x"), value_float(1), value_int(1));
    add_row(b, value_null(), value_float(1), value_int(1));
    CU_ASSERT_EQUAL(cube_builder_counts(b)->facts, 3);
    CU_ASSERT_EQUAL(cube_builder_counts(b)->unknown_keys, 2);
    CU_ASSERT_EQUAL(cube_builder_counts(b)->null_keys, 1);
    CU_ASSERT_EQUAL(cube_builder_unknown_keys(b, PLACE), 2);
    CU_ASSERT_EQUAL(cube_builder_unknown_keys(b, TIME), 0);
    CU_ASSERT_EQUAL(cube_builder_cuboid(b)->cells.count, 1);
    cube_builder_free(b);
}

static void
bad_values_are_null_and_counted(void)
{
    struct cube_builder *b = sample_builder();
    const struct tally *t = &cube_builder_cuboid(b)->tally;

    add_row(b, value_int(1), value_float(INFINITY), value_float(1.5));
    add_row(b, value_int(1), value_float(NAN), value_text("2"));
    add_row(b, value_int(1), value_text("3"), value_float(0x1p63));
    CU_ASSERT_EQUAL(cube_builder_counts(b)->bad_values, 6);
    CU_ASSERT_EQUAL(cube_builder_bad_values(b, AMOUNT), 3);
    CU_ASSERT_EQUAL(cube_builder_bad_values(b, QUANTITY), 3);
    CU_ASSERT_EQUAL(t->rows[0], 3);
    CU_ASSERT_EQUAL(tally_measure(t, 0, TOTAL).type, VALUE_NULL);
    CU_ASSERT_EQUAL(tally_measure(t, 0, MOST).type, VALUE_NULL);
    cube_builder_free(b);
}

static void
numbers_of_the_other_type_are_taken(void)
{
    struct cube_builder *b = sample_builder();
    const struct tally *t = &cube_builder_cuboid(b)->tally;
    struct value v;

    add_row(b, value_int(1), value_int(2), value_float(-3));
    v = tally_measure(t, 0, TOTAL);
    CU_ASSERT(sample_is_float(&v, 2));
    v = tally_measure(t, 0, UNITS);
    CU_ASSERT(sample_is_int(&v, -3));
    CU_ASSERT_EQUAL(cube_builder_counts(b)->bad_values, 0);
    cube_builder_free(b);
}

static void
a_key_keeps_its_first_member(void)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();
    const struct value other[] = {value_text("NY"), value_text("New York")};

    ASSERT_OK(cube_builder_member(b, PLACE, 1, other, &f), &f);
    ASSERT_OK(cube_builder_member(b, PLACE, 1, sample_members[0].levels, &f), &f);
    CU_ASSERT_EQUAL(cube_builder_counts(b)->duplicate_keys, 1);
    cube_builder_free(b);
}

static void
keys_with_equal_values_are_one_member(void)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();

    ASSERT_OK(cube_builder_member(b, PLACE, -1, sample_members[0].levels, &f), &f);
    sample_add(b, 1, 6, 12, 1, 1);
    sample_add(b, -1, 6, 12, 1, 1);
    CU_ASSERT_EQUAL(cube_builder_cuboid(b)->cells.count, 1);
    cube_builder_free(b);
}

static void
level_values_of_a_wrong_type_are_null(void)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();
    const struct value levels[] = {value_text("2026"), value_null()};

    ASSERT_OK(cube_builder_member(b, TIME, 50, levels, &f), &f);
    CU_ASSERT_EQUAL(cube_builder_counts(b)->bad_members, 1);
    cube_builder_free(b);
}

static void
too_long_a_member_is_refused(void)
{
    static char bytes[VALUE_SET_TEXT_LIMIT + 1];
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();
    const struct value levels[] = {value_text_n(bytes, sizeof bytes), value_null()};

    ASSERT_FAULT(cube_builder_member(b, PLACE, 50, levels, &f), &f, FAULT_DATA, "Place");
    cube_builder_free(b);
}

static void
clearing_keeps_the_members(void)
{
    struct cube_builder *b = sample_builder();

    sample_fill(b);
    cube_builder_clear_facts(b);
    CU_ASSERT_EQUAL(cube_builder_counts(b)->facts, 0);
    CU_ASSERT_EQUAL(cube_builder_cuboid(b)->cells.count, 0);
    sample_add(b, 1, 6, 12, 5, 1);
    struct value v = tally_measure(&cube_builder_cuboid(b)->tally, 0, TOTAL);
    CU_ASSERT(sample_is_float(&v, 5));
    CU_ASSERT_EQUAL(cube_builder_counts(b)->unknown_keys, 0);
    cube_builder_free(b);
}

static int
next_row(void *state, struct value *row, struct fault *f)
{
    int *left = state;

    (void)f;
    if (*left == 0)
        return 0;
    for (size_t i = 0; i < SAMPLE_ROW; i++)
        row[i] = value_null();
    return (*left)-- > 0;
}

static void
pulls_all_rows(void)
{
    int left = 7;
    struct row_source source = {next_row, &left};
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();

    ASSERT_OK(cube_builder_pull(b, &source, &f), &f);
    CU_ASSERT_EQUAL(cube_builder_counts(b)->facts, 7);
    cube_builder_free(b);
}

static int
failing_row(void *state, struct value *row, struct fault *f)
{
    (void)state;
    (void)row;
    return fault_set(f, FAULT_UNAVAILABLE, "gone");
}

static void
a_failing_source_is_passed_on(void)
{
    struct row_source source = {failing_row, NULL};
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();

    ASSERT_FAULT(cube_builder_pull(b, &source, &f), &f, FAULT_UNAVAILABLE, "gone");
    cube_builder_free(b);
}

const struct test suite_cube_builder[] = {
    {"equal facts share a cell", equal_facts_share_a_cell},
    {"unknown keys are counted", unknown_keys_are_counted},
    {"bad values are NULL and counted", bad_values_are_null_and_counted},
    {"numbers of the other type are taken", numbers_of_the_other_type_are_taken},
    {"a key keeps its first member", a_key_keeps_its_first_member},
    {"keys with equal values are one member", keys_with_equal_values_are_one_member},
    {"level values of a wrong type are NULL", level_values_of_a_wrong_type_are_null},
    {"too long a member is refused", too_long_a_member_is_refused},
    {"clearing keeps the members", clearing_keeps_the_members},
    {"pulls all rows of a source", pulls_all_rows},
    {"a failing source is passed on", a_failing_source_is_passed_on},
    {0},
};
