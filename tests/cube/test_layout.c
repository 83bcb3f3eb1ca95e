#include "cube/layout.h"

#include "config/base/file.h"
#include "cube/segment.h"
#include "tests/cube/sample.h"

/* 300^9 is more than 64 bits number. */
enum { WIDE = 9, MEMBERS = 300 };

static const struct cube_level wide_level[] = {{.name = "N", .type = VALUE_INT}};
static const struct cube_dimension wide_dimensions[WIDE] = {{"A", wide_level, 1},
    {"B", wide_level, 1}, {"C", wide_level, 1}, {"D", wide_level, 1}, {"E", wide_level, 1},
    {"F", wide_level, 1}, {"G", wide_level, 1}, {"H", wide_level, 1}, {"I", wide_level, 1}};
static const struct cube_source wide_sources[] = {{"Quantity", VALUE_INT}};
static const struct cube_measure wide_measures[] = {{"Units", CUBE_SUM, 0}};
static const struct cube_model wide_model = {
    wide_dimensions, WIDE, wide_sources, 1, wide_measures, 1};

/* Fact `i` of as many as members; each member occurs once. */
static void
add_fact(struct cube_builder *b, int64_t i)
{
    struct fault f = FAULT_INIT;
    struct value row[WIDE + 1];

    for (int64_t k = 0; k < WIDE; k++)
        row[k] = value_int(1 + (i * (k < 5 ? 7 : 11) + k * 13) % MEMBERS);
    row[WIDE] = value_int(i);
    ASSERT_OK(cube_builder_add(b, row, &f), &f);
}

static void
write_in_order(const char *path, bool backwards)
{
    struct fault f = FAULT_INIT;
    struct segment_facts written;
    struct cube_builder *b = cube_builder_new(&wide_model, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(b);
    for (size_t k = 0; k < WIDE; k++) {
        for (int64_t i = 1; i <= MEMBERS; i++) {
            struct value level = value_int(-i);

            ASSERT_OK(cube_builder_member(b, k, i, &level, &f), &f);
        }
    }
    for (int64_t i = 0; i < MEMBERS; i++)
        add_fact(b, backwards ? MEMBERS - 1 - i : i);
    ASSERT_OK(cube_builder_finish(b, &f), &f);
    ASSERT_OK(segment_write(path, cube_builder_cuboid(b), &written, &f), &f);
    CU_ASSERT_EQUAL(written.facts, MEMBERS);
    cube_builder_free(b);
}

/* A segment is the same whatever the order in which its facts came, so its cells have an order of
 * their own, also where they cannot be numbered. */
static void
cells_beyond_numbers_have_an_order(void)
{
    struct text one = TEXT_INIT, other = TEXT_INIT;
    struct fault f = FAULT_INIT;

    write_in_order("forwards.seg", false);
    write_in_order("backwards.seg", true);
    ASSERT_OK(file_read_all("forwards.seg", 1 << 24, &one, &f), &f);
    ASSERT_OK(file_read_all("backwards.seg", 1 << 24, &other, &f), &f);
    CU_ASSERT_EQUAL_FATAL(one.length, other.length);
    CU_ASSERT_EQUAL(memcmp(one.bytes, other.bytes, one.length), 0);
    text_release(&other);
    text_release(&one);
}

const struct test suite_cube_layout[] = {
    {"cells beyond numbers have an order", cells_beyond_numbers_have_an_order},
    {0},
};
