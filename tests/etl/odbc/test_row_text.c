#include "etl/odbc/row_text.h"

#include <string.h>

#include "tests/harness.h"

enum { CELLS_MAX = 4 };

/* "a|b|~": the cells of a row, ~ for NULL; "refused". */
static const char *
split(const char *row, size_t count)
{
    static struct text told;
    struct row_cell cells[CELLS_MAX];
    struct text copy = TEXT_INIT;
    int rc;

    text_add(&copy, row);
    rc = row_text_split(&copy, cells, count);
    text_clear(&told);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        text_add(&told, i == 0 ? "" : "|");
        text_add(&told, cells[i].bytes == NULL ? "~" : cells[i].bytes);
        CU_ASSERT(cells[i].bytes == NULL || strlen(cells[i].bytes) == cells[i].length);
    }
    if (rc != 0)
        text_add(&told, "refused");
    text_release(&copy);
    return text_get(&told);
}

static void
composite_values_come_apart(void)
{
    CU_ASSERT_STRING_EQUAL(split("(1,a,2.5)", 3), "1|a|2.5");
    CU_ASSERT_STRING_EQUAL(split("(,,)", 3), "~|~|~");
    CU_ASSERT_STRING_EQUAL(split("(\"\",\"a b\",NULL)", 3), "|a b|NULL");
    CU_ASSERT_STRING_EQUAL(split("(\"a,\"\"b\"\"\\\\c\",1)", 2), "a,\"b\"\\c|1");
    CU_ASSERT_STRING_EQUAL(split("(\"(a)\r\n\",\"\\\"\")", 2), "(a)\r\n|\"");
}

static void
other_forms_are_refused(void)
{
    static const char *const rows[] = {"", "(", ")", "1,2", "(1)", "(1,2,3)", "(1,2", "1,2)",
        "(\"1,2)", "(\"1\"2,3)", "(1,\"2)", "(1,\"2\\)", "(1,\"2\" )"};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT_STRING_EQUAL(split(rows[i], 2), "refused");
}

const struct test suite_etl_odbc_row_text[] = {
    {"composite values come apart", composite_values_come_apart},
    {"other forms are refused", other_forms_are_refused},
    {0},
};
