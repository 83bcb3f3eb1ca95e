#include "etl/event/naming.h"

#include <stdio.h>
#include <string.h>

#include "config/definition/name.h"
#include "tests/harness.h"

static void
expect_clean(const char *name, size_t limit, const char *expected)
{
    struct text t = TEXT_INIT;

    naming_clean(&t, name, limit);
    CU_ASSERT_STRING_EQUAL(text_get(&t), expected);
    CU_ASSERT(t.length == 0 || name_is_valid(text_get(&t)));
    text_release(&t);
}

static void
foreign_names_are_cleaned(void)
{
    expect_clean("org:resource", 50, "org_resource");
    expect_clean("(case)_Amount", 50, "case_Amount");
    expect_clean("T09-1 Process  or receive", 50, "T09_1 Process or receive");
    expect_clean("  spaced (out)  ", 50, "spaced_out");
    expect_clean("1st", 50, "_1st");
    expect_clean("\xC3\x9C"
                 "ber-Gr\xC3\xB6\xC3\x9F"
                 "e",
        50,
        "\xC3\x9C"
        "ber_Gr\xC3\xB6\xC3\x9F"
        "e");
    expect_clean("?!", 50, "");
    expect_clean("abc def", 4, "abc");
    expect_clean("\xC3\xA4\xC3\xA4\xC3\xA4", 2, "\xC3\xA4\xC3\xA4");
}

static void
names_are_unique_whatever_their_case(void)
{
    struct arena memory = ARENA_INIT;
    struct fault f = FAULT_INIT;
    struct naming n;

    naming_init(&n, &memory);
    CU_ASSERT_STRING_EQUAL(naming_take(&n, "City", "X", 50, &f), "City");
    CU_ASSERT_STRING_EQUAL(naming_take(&n, "CITY", "X", 50, &f), "CITY_2");
    CU_ASSERT_STRING_EQUAL(naming_take(&n, "city", "X", 50, &f), "city_3");
    CU_ASSERT_STRING_EQUAL(naming_take(&n, "abcdef", "X", 5, &f), "abcde");
    CU_ASSERT_STRING_EQUAL(naming_take(&n, "abcdeg", "X", 5, &f), "abc_2");
    CU_ASSERT_STRING_EQUAL(naming_take(&n, "***", "X", 5, &f), "X");
    CU_ASSERT_STRING_EQUAL(naming_take(&n, "ActivityID", "X", 50, &f), "ActivityID_2");
    naming_release(&n);
    arena_release(&memory);
}

static void
files_give_activities_their_names(void)
{
    static const char *const pairs[][2] = {
        {"/data/road-traffic-fines.xes.gz", "RoadTrafficFines"},
        {"orders.JSONL", "Orders"},
        {"a.b_c d.csv.zst", "ABCD"},
        {".csv", "Csv"},
    };

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct text t = TEXT_INIT;

        naming_of_file(&t, pairs[i][0]);
        CU_ASSERT_STRING_EQUAL(text_get(&t), pairs[i][1]);
        text_release(&t);
    }
}

const struct test suite_etl_event_naming[] = {
    {"foreign names are cleaned", foreign_names_are_cleaned},
    {"names are unique whatever their case", names_are_unique_whatever_their_case},
    {"files give activities their names", files_give_activities_their_names},
    {0},
};
