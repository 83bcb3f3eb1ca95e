#include "cube/rank.h"

#include "cube/phrase.h"
#include "cube/pivot.h"
#include "tests/cube/sample.h"

/* Rows and columns as typed; `order` as --order-by has it. */
struct ranked {
    const char *rows, *columns, *measures, *order;
    size_t top;
    bool totals;
};

static void
expect(const struct ranked *asked, const char *csv)
{
    struct cube_builder *b = sample_builder();
    struct arena a = ARENA_INIT;
    struct fault f = FAULT_INIT;
    struct cube_level_ref *rows = NULL, *columns = NULL;
    size_t *measures = NULL;
    struct cube_order order = {.top = asked->top};
    struct cube_query q = {.part = CUBE_PART_ALL, .totals = asked->totals, .order = &order};
    struct cube_result r = CUBE_RESULT_INIT;
    struct text out = TEXT_INIT;
    struct stored_cube *c;

    sample_fill(b);
    sample_store(b, NULL);
    cube_builder_free(b);
    ASSERT_OK(phrase_levels(&sample_model, asked->rows, &a, &rows, &q.row_count, &f), &f);
    if (asked->columns != NULL)
        ASSERT_OK(
            phrase_levels(&sample_model, asked->columns, &a, &columns, &q.column_count, &f), &f);
    ASSERT_OK(
        phrase_measures(&sample_model, asked->measures, &a, &measures, &q.measure_count, &f), &f);
    ASSERT_OK(phrase_order(&sample_model, asked->order, &a, &order, &f), &f);
    q.rows = rows;
    q.columns = columns;
    q.measures = measures;
    c = sample_open();
    ASSERT_OK(cube_query_run(c, &q, &r, &f), &f);
    for (size_t i = 0; i < r.line_count; i++)
        pivot_csv_line(&out, &r, &r.lines[i]);
    if (strcmp(text_get(&out), csv) != 0)
        fprintf(stderr, "\n%s", text_get(&out));
    CU_ASSERT_STRING_EQUAL(text_get(&out), csv);
    text_release(&out);
    cube_result_release(&r);
    cube_close(c);
    arena_release(&a);
}

static void
the_largest_come_first(void)
{
    expect(&(struct ranked){.rows = "Place.State", .measures = "Units", .order = "Units"},
        "WA,9\nCA,6\n,6\n");
    expect(&(struct ranked){.rows = "Place.State", .measures = "Units", .order = "Units asc"},
        "CA,6\n,6\nWA,9\n");
}

static void
only_the_first_rows_stay(void)
{
    expect(&(struct ranked){.rows = "Place", .measures = "Units", .order = "Units desc", .top = 2},
        ",11\nLos Angeles,5\n");
}

/* The measure that ranks need not be shown. */
static void
another_measure_may_rank(void)
{
    expect(&(struct ranked){.rows = "Sent On.Month", .measures = "Count", .order = "Units"},
        "12,4\n2,2\n");
}

/* A row ranks by all its columns, and keeps them in their order. */
static void
rows_rank_by_all_their_columns(void)
{
    expect(&(struct ranked){.rows = "Place.State",
               .columns = "Size",
               .measures = "Units",
               .order = "Units",
               .top = 1},
        "WA,Small,5\nWA,Out of range,4\n");
}

/* Rows stay the same ones with totals: grouped by their outer members, under subtotals of all. */
static void
totals_keep_rows_together(void)
{
    expect(&(struct ranked){.rows = "Place.State,Place.City",
               .measures = "Units",
               .order = "Units",
               .top = 2,
               .totals = true},
        "CA,Los Angeles,5\nCA,(total),6\n,,6\n,(total),6\n(total),(total),21\n");
}

static void
a_row_without_a_value_is_last(void)
{
    struct value values[3] = {{.type = VALUE_NULL}, value_int(1), value_int(2)};
    uint32_t keys[3] = {0, 1, 2};
    struct cube_line lines[3];
    struct cube_result r = {.row_count = 1, .measure_count = 1, .lines = lines, .line_count = 3};
    struct rank rank = {.ascending = true};
    struct fault f = FAULT_INIT;

    for (size_t i = 0; i < 3; i++)
        lines[i] = (struct cube_line){
            .labels = &values[i], .keys = &keys[i], .measures = &values[i], .row_depth = 1};
    ASSERT_OK(rank_apply(&rank, &r, &f), &f);
    CU_ASSERT(r.lines[0].keys[0] == 1 && r.lines[1].keys[0] == 2 && r.lines[2].keys[0] == 0);
    rank.ascending = false;
    cube_result_release(&r);
    r = (struct cube_result){.row_count = 1, .measure_count = 1, .lines = lines, .line_count = 3};
    ASSERT_OK(rank_apply(&rank, &r, &f), &f);
    CU_ASSERT(r.lines[0].keys[0] == 2 && r.lines[1].keys[0] == 1 && r.lines[2].keys[0] == 0);
    cube_result_release(&r);
}

const struct test suite_cube_rank[] = {
    {"the largest come first", the_largest_come_first},
    {"only the first rows stay", only_the_first_rows_stay},
    {"another measure may rank", another_measure_may_rank},
    {"rows rank by all their columns", rows_rank_by_all_their_columns},
    {"totals keep rows together", totals_keep_rows_together},
    {"a row without a value is last", a_row_without_a_value_is_last},
    {0},
};
