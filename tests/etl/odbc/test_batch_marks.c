#include "etl/odbc/batch_marks.h"

#include <stdlib.h>
#include <string.h>

#include "tests/etl/fixture.h"

static struct table_column columns[] = {
    {.name = "n", .type = VALUE_INT},
    {.name = "t", .type = VALUE_TEXT},
};

static const struct table sample = {.name = "Sample", .columns = columns, .column_count = 2};

/* Takes a text with '#' and '@' for the marks. The rows taken, or -1. */
static int
take(struct batch_rows *to, struct text *text, const char *shown)
{
    text_clear(text);
    for (const char *c = shown; *c != '\0'; c++)
        text_add_char(text, *c == '#' ? BATCH_MARK : *c == '@' ? BATCH_NULL : *c);
    to->count = 0;
    return batch_marks_take(to, text->bytes, text->length) ? (int)to->count : -1;
}

static void
takes_rows_and_nothing_else(void)
{
    static const struct {
        const char *text;
        int rows;
    } cases[] = {
        {"0#", 0},
        {"1#7#seven#", 1},
        {"2#7#seven#-8##", 2},
        {"1#@@", 1},
        {"", -1},
        {"1", -1},
        {"@", -1},
        {"x#", -1},
        {"0#7#seven#", -1},
        {"1#7#seven", -1},   /* not ended */
        {"1#7#", -1},        /* a cell is missing */
        {"2#7#seven#", -1},  /* a row */
        {"1#7#se#ven#", -1}, /* a text with a mark in it */
        {"1#7#se@ven#", -1}, /* with the other one */
        {"1#7#a#8#b#", -1},  /* with a whole row in it */
        {"2#7#a#8#b#9#c#", -1},
        {"1#7@seven#", -1}, /* a value before a NULL's mark */
        {"1#seven#7#", -1}, /* another type */
        {"1#7 #seven#", -1},
        {"1#9223372036854775808#x#", -1},
        {"1#7#seven# ", -1},
    };
    struct fault f = FAULT_INIT;
    struct text text = TEXT_INIT;
    struct batch_rows rows = {.db = fixture_open_on(ENGINE_SQLITE, "Marks", &f), .table = &sample};

    CU_ASSERT_PTR_NOT_NULL_FATAL(rows.db);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_EQUAL(take(&rows, &text, cases[i].text), cases[i].rows);
    CU_ASSERT_EQUAL_FATAL(take(&rows, &text, "2#7#seven#@#"), 2);
    CU_ASSERT_EQUAL(rows.values[0].as.integer, 7);
    CU_ASSERT_STRING_EQUAL(rows.values[1].as.text.bytes, "seven");
    CU_ASSERT_EQUAL(rows.values[2].type, VALUE_NULL);
    CU_ASSERT_EQUAL(rows.values[3].type, VALUE_TEXT);
    CU_ASSERT_EQUAL(rows.values[3].as.text.length, 0);
    free(rows.values);
    text_release(&text);
    db_close(rows.db);
}

const struct test suite_etl_odbc_batch_marks[] = {
    {"takes rows and nothing else", takes_rows_and_nothing_else},
    {0},
};
