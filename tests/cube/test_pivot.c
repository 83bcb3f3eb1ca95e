#include "tests/harness.h"

#include <math.h>
#include <stdio.h>

#include "cube/pivot.h"
#include "tests/cube/sample.h"

enum { LINES = 6 };

/* State by year with two measures; no facts for WA in 2025, totals at the end. */
static const char *level_names[] = {"Place.State", "Sent On.Year"};
static const char *measure_names[] = {"Units", "Amount"};

static const struct value labels[LINES][2] = {
    {SAMPLE_TEXT("CA, \"x\""), SAMPLE_INT(2025)},
    {SAMPLE_TEXT("CA, \"x\""), SAMPLE_INT(2026)},
    {SAMPLE_TEXT("Å\x1B[2J"), SAMPLE_INT(2026)},
    {SAMPLE_NULL, SAMPLE_INT(2026)},
    {SAMPLE_NULL, SAMPLE_INT(2025)},
    {SAMPLE_NULL, SAMPLE_INT(2026)},
};
static const uint32_t keys[LINES][2] = {
    {0, 0}, {0, 1}, {1, 1}, {2, 1}, {CUBE_TOTAL, 0}, {CUBE_TOTAL, 1}};
static const struct value measures[LINES][2] = {
    {SAMPLE_INT(1), {.type = VALUE_FLOAT, .as.real = 0.1}},
    {SAMPLE_INT(-20), SAMPLE_NULL},
    {SAMPLE_INT(0), {.type = VALUE_FLOAT, .as.real = 1e300}},
    {SAMPLE_INT(4), {.type = VALUE_FLOAT, .as.real = INFINITY}},
    {SAMPLE_INT(1), {.type = VALUE_FLOAT, .as.real = 0.30000000000000004}},
    {SAMPLE_INT(-16), {.type = VALUE_TIME, .as.time_us = 0}},
};

static struct cube_line lines[LINES];

static struct cube_result
make_result(void)
{
    for (size_t i = 0; i < LINES; i++)
        lines[i] = (struct cube_line){labels[i], keys[i], measures[i], i < 4 ? 1 : 0, 1};
    return (struct cube_result){.levels = level_names,
        .row_count = 1,
        .column_count = 1,
        .measures = measure_names,
        .measure_count = 2,
        .lines = lines,
        .line_count = LINES};
}

static void
csv_is_exact(void)
{
    struct cube_result r = make_result();
    struct text out = TEXT_INIT;

    pivot_csv_head(&out, &r);
    for (size_t i = 0; i < LINES; i++)
        pivot_csv_line(&out, &r, &r.lines[i]);
    CU_ASSERT_STRING_EQUAL(text_get(&out), "Place.State,Sent On.Year,Units,Amount\n"
                                           "\"CA, \"\"x\"\"\",2025,1,0.1\n"
                                           "\"CA, \"\"x\"\"\",2026,-20,\n"
                                           "Å\x1B[2J,2026,0,1e+300\n"
                                           ",2026,4,inf\n"
                                           "(total),2025,1,0.30000000000000004\n"
                                           "(total),2026,-16,1970-01-01T00:00:00Z\n");
    text_release(&out);
}

static void
expect_json(size_t line, const char *expected)
{
    struct cube_result r = make_result();
    struct text out = TEXT_INIT;

    pivot_json_line(&out, &r, &r.lines[line]);
    CU_ASSERT_STRING_EQUAL(text_get(&out), expected);
    text_release(&out);
}

static void
json_is_escaped(void)
{
    expect_json(
        0, "{\"Place.State\":\"CA, \\\"x\\\"\",\"Sent On.Year\":2025,\"Units\":1,\"Amount\":0.1}");
    expect_json(1,
        "{\"Place.State\":\"CA, \\\"x\\\"\",\"Sent On.Year\":2026,\"Units\":-20,\"Amount\":null}");
    expect_json(
        2, "{\"Place.State\":\"Å\\u001b[2J\",\"Sent On.Year\":2026,\"Units\":0,\"Amount\":1e+300}");
    expect_json(3, "{\"Place.State\":null,\"Sent On.Year\":2026,\"Units\":4,\"Amount\":\"inf\"}");
    expect_json(5, "{\"Place.State\":\"(total)\",\"Sent On.Year\":2026,\"Units\":-16,"
                   "\"Amount\":\"1970-01-01T00:00:00Z\"}");
}

static void
expect_table(const struct cube_result *r, const struct pivot_style *style, const char *expected)
{
    struct text out = TEXT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(pivot_table(&out, r, style, &f), &f);
    if (strcmp(text_get(&out), expected) != 0)
        fprintf(stderr, "\n%s", text_get(&out));
    CU_ASSERT_STRING_EQUAL(text_get(&out), expected);
    text_release(&out);
}

static void
tables_line_up(void)
{
    const struct pivot_style style = {.width = 0};
    struct cube_result r = make_result();

    expect_table(&r, &style,
        "Sent On.Year  2025           2026\n"
        "Place.State   Units  Amount  Units                Amount\n"
        "------------  -----  ------  -----  --------------------\n"
        "CA, \"x\"           1     0.1    -20                     -\n"
        "Å?[2J                            0                1e+300\n"
        "(unknown)                        4                   inf\n"
        "(total)           1     0.3    -16  1970-01-01T00:00:00Z\n");
}

static void
narrow_tables_go_on_below(void)
{
    struct pivot_style style = {.width = 46, .box = true};
    struct cube_result r = make_result();

    r.line_count = 2;
    expect_table(&r, &style,
        "Sent On.Year │ 2025           │ 2026\n"
        "Place.State  │ Units │ Amount │ Units │ Amount\n"
        "─────────────┼───────┼────────┼───────┼───────\n"
        "CA, \"x\"      │     1 │    0.1 │   -20 │      -\n");
    style.width = 45;
    expect_table(&r, &style,
        "Sent On.Year │ 2025\n"
        "Place.State  │ Units │ Amount\n"
        "─────────────┼───────┼───────\n"
        "CA, \"x\"      │     1 │    0.1\n"
        "\n"
        "Sent On.Year │ 2026\n"
        "Place.State  │ Units │ Amount\n"
        "─────────────┼───────┼───────\n"
        "CA, \"x\"      │   -20 │      -\n");
}

static void
tables_without_columns(void)
{
    static const struct value sums[] = {SAMPLE_INT(5), SAMPLE_INT(123456)};
    struct cube_line line = {NULL, keys[0], sums, 0, 0};
    struct cube_result r = {
        .measures = measure_names, .measure_count = 2, .lines = &line, .line_count = 1};
    const struct pivot_style style = {.width = 80};

    expect_table(&r, &style,
        "Units  Amount\n"
        "-----  ------\n"
        "    5  123456\n");
}

static void
outer_labels_are_said_once(void)
{
    static const char *levels[] = {"P.State", "P.City"};
    static const struct value places[][2] = {{SAMPLE_TEXT("CA"), SAMPLE_TEXT("LA")},
        {SAMPLE_TEXT("CA"), SAMPLE_NULL}, {SAMPLE_TEXT("CA"), SAMPLE_NULL},
        {SAMPLE_TEXT("WA"), SAMPLE_NULL}, {SAMPLE_NULL, SAMPLE_NULL}};
    static const uint32_t places_keys[][2] = {
        {0, 0}, {0, 1}, {0, CUBE_TOTAL}, {1, 1}, {CUBE_TOTAL, CUBE_TOTAL}};
    static const size_t depths[] = {2, 2, 1, 2, 0};
    static const struct value one[] = {SAMPLE_INT(1)};
    struct cube_line list[5];
    struct cube_result r = {.levels = levels,
        .row_count = 2,
        .measures = measure_names,
        .measure_count = 1,
        .lines = list,
        .line_count = 5};
    const struct pivot_style style = {.width = 80};

    for (size_t i = 0; i < 5; i++)
        list[i] = (struct cube_line){places[i], places_keys[i], one, depths[i], 0};
    expect_table(&r, &style,
        "P.State  P.City     Units\n"
        "-------  ---------  -----\n"
        "CA       LA             1\n"
        "         (unknown)      1\n"
        "         (total)        1\n"
        "WA       (unknown)      1\n"
        "(total)                 1\n");
}

static void
no_facts_give_an_empty_table(void)
{
    struct cube_result r = make_result();
    const struct pivot_style style = {.width = 80};

    r.line_count = 0;
    expect_table(&r, &style, "Sent On.Year\nPlace.State\n------------\n");
}

const struct test suite_cube_pivot[] = {
    {"CSV is exact", csv_is_exact},
    {"JSON is escaped", json_is_escaped},
    {"tables line up", tables_line_up},
    {"narrow tables go on below", narrow_tables_go_on_below},
    {"tables without columns", tables_without_columns},
    {"outer labels are said once", outer_labels_are_said_once},
    {"no facts give an empty table", no_facts_give_an_empty_table},
    {0},
};
