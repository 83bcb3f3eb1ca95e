#include "etl/event/casebook.h"

#include <stdio.h>
#include <string.h>

#include "tests/harness.h"

static void
the_last_row_of_each_of_many_cases_is_known(void)
{
    struct casebook b = {.entries = NULL};
    struct fault f = FAULT_INIT;
    uint64_t position;
    char id[20];

    for (uint64_t row = 1; row <= 20000; row++) {
        snprintf(id, sizeof id, "case-%d", (int)(row % 5000));
        ASSERT_OK(casebook_note(&b, id, strlen(id), row, &f), &f);
    }
    CU_ASSERT_EQUAL(b.count, 5000);
    CU_ASSERT_EQUAL(casebook_see(&b, "case-0", 6, &position), 20000);
    CU_ASSERT_EQUAL(casebook_see(&b, "case-1", 6, &position), 15001);
    CU_ASSERT_EQUAL(position, 0);
    CU_ASSERT_EQUAL(casebook_see(&b, "case-1", 6, &position), 15001);
    CU_ASSERT_EQUAL(position, 1);
    CU_ASSERT_EQUAL(casebook_see(&b, "stranger", 8, &position), 0);
    casebook_release(&b);
}

static void
an_empty_book_knows_nothing(void)
{
    struct casebook b = {.entries = NULL};
    uint64_t position = 7;

    CU_ASSERT_EQUAL(casebook_see(&b, "x", 1, &position), 0);
    CU_ASSERT_EQUAL(position, 0);
    casebook_release(&b);
}

const struct test suite_etl_event_casebook[] = {
    {"the last row of each of many cases is known", the_last_row_of_each_of_many_cases_is_known},
    {"an empty book knows nothing", an_empty_book_knows_nothing},
    {0},
};
