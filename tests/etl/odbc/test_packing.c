#include "etl/odbc/packing.h"

#include "tests/harness.h"

enum { COLUMNS = 6 };

struct plan {
    struct packing_range ranges[COLUMNS];
    struct packing packings[COLUMNS];
    struct packing_member members[COLUMNS];
    bool packed[COLUMNS];
    size_t count;
};

static void
see(struct plan *p, size_t column, int64_t least, int64_t greatest)
{
    const struct value ends[] = {value_int(least), value_int(greatest)};

    p->ranges[column].is_integer = true;
    packing_see(&p->ranges[column], &ends[0]);
    packing_see(&p->ranges[column], &ends[1]);
}

static void
make(struct plan *p)
{
    p->count = packing_plan(p->ranges, COLUMNS, p->packings, p->members, p->packed);
}

/* What the engine's expression makes of a row. */
static int64_t
pack(const struct packing *p, const int64_t *row)
{
    int64_t number = 0;

    for (size_t i = 0; i < p->count; i++) {
        const struct packing_member *m = &p->members[i];

        CU_ASSERT(row[m->column] >= m->low && row[m->column] <= m->high);
        number = number * (INT64_C(1) << m->bits) + (row[m->column] - m->low);
    }
    return number;
}

static void
expect(const struct plan *p, const int64_t *row)
{
    for (size_t i = 0; i < p->count; i++) {
        struct value out[COLUMNS];

        CU_ASSERT(packing_unpack(&p->packings[i], pack(&p->packings[i], row), out));
        for (size_t k = 0; k < p->packings[i].count; k++) {
            size_t column = p->packings[i].members[k].column;

            CU_ASSERT_EQUAL(out[column].type, VALUE_INT);
            CU_ASSERT_EQUAL(out[column].as.integer, row[column]);
        }
    }
}

static void
a_row_comes_back(void)
{
    struct plan p = {.count = 0};

    see(&p, 0, 1, 500);
    see(&p, 1, -7, 3);
    see(&p, 2, INT64_MIN + 4, INT64_MIN + 1000);
    see(&p, 3, 1700000000000, 1700000001000);
    see(&p, 4, 5, 5);
    make(&p);
    CU_ASSERT(p.count > 0);
    CU_ASSERT(p.packed[0] && p.packed[1] && p.packed[3] && p.packed[4]);
    CU_ASSERT_FALSE(p.packed[5]);
    expect(&p, (const int64_t[]){1, -7, INT64_MIN + 4, 1700000000000, 5, 0});
    expect(&p, (const int64_t[]){500, 3, INT64_MIN + 1000, 1700000001000, 5, 0});
    expect(&p, (const int64_t[]){250, 0, INT64_MIN + 500, 1700000000500, 5, 0});
}

static void
wide_columns_and_columns_of_nulls_stay_apart(void)
{
    const struct value null = value_null();
    struct plan p = {.count = 0};

    see(&p, 0, 0, 10);
    see(&p, 1, INT64_MIN, INT64_MAX);
    see(&p, 2, 0, 10);
    see(&p, 3, INT64_MAX - 3, INT64_MAX);
    see(&p, 4, 0, 10);
    for (int i = 0; i < 100; i++)
        packing_see(&p.ranges[4], &null);
    make(&p);
    CU_ASSERT_EQUAL(p.count, 1);
    CU_ASSERT(p.packed[0] && p.packed[2]);
    CU_ASSERT_FALSE(p.packed[1] || p.packed[3] || p.packed[4]);
}

static void
one_column_alone_is_not_packed(void)
{
    struct plan p = {.count = 0};

    see(&p, 3, 0, 10);
    make(&p);
    CU_ASSERT_EQUAL(p.count, 0);
    CU_ASSERT_FALSE(p.packed[3]);
}

/* More bits than a number has make a second one. */
static void
a_full_number_is_followed_by_another(void)
{
    struct plan p = {.count = 0};

    for (size_t i = 0; i < COLUMNS; i++)
        see(&p, i, 0, 1000000);
    make(&p);
    CU_ASSERT_EQUAL(p.count, 3);
    expect(&p, (const int64_t[]){0, 1000000, 1, 999999, 5, 77777});
}

static void
a_number_of_more_bits_is_refused(void)
{
    struct plan p = {.count = 0};
    struct value out[COLUMNS];

    see(&p, 0, 0, 10);
    see(&p, 1, 0, 10);
    make(&p);
    CU_ASSERT_EQUAL_FATAL(p.count, 1);
    CU_ASSERT_FALSE(packing_unpack(&p.packings[0], -1, out));
    CU_ASSERT_FALSE(packing_unpack(&p.packings[0], INT64_C(1) << 40, out));
}

const struct test suite_etl_odbc_packing[] = {
    {"a row comes back", a_row_comes_back},
    {"wide columns and columns of NULLs stay apart", wide_columns_and_columns_of_nulls_stay_apart},
    {"one column alone is not packed", one_column_alone_is_not_packed},
    {"a full number is followed by another", a_full_number_is_followed_by_another},
    {"a number of more bits is refused", a_number_of_more_bits_is_refused},
    {0},
};
