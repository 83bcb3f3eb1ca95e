#include "etl/command/grid.h"

#include <math.h>
#include <string.h>

#include "config/base/moment.h"
#include "tests/etl/command/run.h"

static const struct grid_column columns[] = {
    {"name", GRID_TEXT},
    {"count", GRID_NUMBER},
    {"on", GRID_FLAG},
    {"since", GRID_TIME},
};

/* What the grid prints for these rows of four cells. */
static struct text
print(const struct value *rows, size_t row_count, bool json, bool upright)
{
    struct fault f = FAULT_INIT;
    struct text printed = TEXT_INIT;
    struct grid g;
    int out;

    fflush(stdout);
    out = run_redirect(STDOUT_FILENO, "grid.txt");
    grid_init(&g, columns, 4, json);
    g.upright = upright;
    for (size_t i = 0; i < row_count; i++)
        CU_ASSERT_EQUAL(grid_add(&g, rows + i * 4, &f), 0);
    CU_ASSERT_EQUAL(grid_finish(&g, &f), 0);
    grid_release(&g);
    fflush(stdout);
    run_restore(STDOUT_FILENO, out);
    ASSERT_OK(file_read_all("grid.txt", 1 << 20, &printed, &f), &f);
    return printed;
}

static void
prints(const struct value *rows, size_t row_count, bool json, bool upright, const char *expected)
{
    struct text printed = print(rows, row_count, json, upright);

    CU_ASSERT_STRING_EQUAL(text_get(&printed), expected);
    text_release(&printed);
}

static void
columns_align_and_numbers_stand_right(void)
{
    const struct value rows[] = {value_text("Bonn"), value_int(7), value_int(1), value_null(),
        value_text("K\xC3\xB6ln am Rhein"), value_int(-1234), value_int(0), value_time(0)};

    prints(rows, 2, false, false,
        "name           count  on   since\n"
        "Bonn               7  yes\n"
        "K\xC3\xB6ln am Rhein  -1234  no   1970-01-01T00:00:00Z\n");
}

static void
an_empty_table_is_its_header(void)
{
    prints(NULL, 0, false, false, "name  count  on  since\n");
}

static void
no_rows_are_no_json(void)
{
    prints(NULL, 0, true, false, "");
}

static void
control_characters_do_not_reach_the_terminal(void)
{
    const struct value row[] = {
        value_text("a\nb\x1B[31m\t"), value_null(), value_null(), value_null()};

    prints(row, 1, false, false, "name            count  on  since\na\\nb\\x1B[31m\\t\n");
}

static void
a_row_is_one_json_object_in_a_line(void)
{
    const struct value row[] = {value_text("say \"a\\b\"\n\x01 \xE2\x82\xAC"), value_int(INT64_MIN),
        value_int(1), value_time(INT64_C(1763625600500000))};

    prints(row, 1, true, false,
        "{\"name\":\"say \\\"a\\\\b\\\"\\n\\u0001 \xE2\x82\xAC\",\"count\":-9223372036854775808,"
        "\"on\":true,\"since\":\"2025-11-20T08:00:00.5Z\"}\n");
}

static void
null_and_what_is_no_number_are_null(void)
{
    const struct value row[] = {value_null(), value_float(NAN), value_null(), value_null()};

    prints(row, 1, true, false, "{\"name\":null,\"count\":null,\"on\":null,\"since\":null}\n");
}

static void
doubles_are_exact(void)
{
    const struct value row[] = {value_float(0.1), value_float(1e300), value_int(0), value_null()};

    prints(row, 1, true, false, "{\"name\":0.1,\"count\":1e+300,\"on\":false,\"since\":null}\n");
}

static void
bytes_that_are_no_text_become_replacement_characters(void)
{
    const struct value row[] = {value_text("a\xFF\xC3"), value_null(), value_null(), value_null()};
    struct text printed = print(row, 1, true, false);

    CU_ASSERT(test_contains(text_get(&printed), "\"a\\ufffd\\ufffd\""));
    text_release(&printed);
}

static void
an_upright_row_is_lines_of_name_and_value(void)
{
    const struct value row[] = {value_text("Bonn"), value_int(7), value_int(1), value_null()};

    prints(row, 1, false, true, "name   Bonn\ncount  7\non     yes\nsince\n");
}

const struct test suite_etl_command_grid[] = {
    {"columns align and numbers stand right", columns_align_and_numbers_stand_right},
    {"an empty table is its header", an_empty_table_is_its_header},
    {"no rows are no JSON", no_rows_are_no_json},
    {"control characters do not reach the terminal", control_characters_do_not_reach_the_terminal},
    {"a row is one JSON object in a line", a_row_is_one_json_object_in_a_line},
    {"NULL and what is no number are null", null_and_what_is_no_number_are_null},
    {"doubles are exact", doubles_are_exact},
    {"bytes that are no text become replacement characters",
        bytes_that_are_no_text_become_replacement_characters},
    {"an upright row is lines of name and value", an_upright_row_is_lines_of_name_and_value},
    {0},
};
