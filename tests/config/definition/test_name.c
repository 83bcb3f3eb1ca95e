#include "config/definition/name.h"
#include "tests/harness.h"

static void
letters_of_any_script_make_a_name(void)
{
    static const char *const names[] = {"a", "_", "PurchaseOrder", "Data Received", "_1", "a_ b",
        "\xC3\x84nderung", "\xD0\x97\xD0\xB0\xD0\xBA\xD0\xB0\xD0\xB7 7", "\xE6\xB3\xA8\xE6\x96\x87",
        "\xE0\xA4\x95\xE0\xA4\xBE\xE0\xA4\xAE"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CU_ASSERT(name_is_valid(names[i]));
}

static void
anything_else_is_refused(void)
{
    static const char *const names[] = {"", " ", "1a", " a", "a ", "a  b", "a-b", "a.b", "a'b",
        "a\tb", "a]b", "a;", "\xC3", "a\xC3", "\xF0\x9F\x98\x80", "a\xC2\xA0\x62"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CU_ASSERT(!name_is_valid(names[i]));
}

static void
length_counts_characters(void)
{
    CU_ASSERT_EQUAL(name_length(""), 0);
    CU_ASSERT_EQUAL(name_length("\xC3\x84\xE6\xB3\xA8x"), 3);
}

static void
ascii_case_makes_no_difference(void)
{
    CU_ASSERT(name_is_same("Order", "ORDER"));
    CU_ASSERT(!name_is_same("Order", "Orders"));
    CU_ASSERT(!name_is_same("\xC3\x84", "\xC3\xA4"));
}

static void
columns_of_every_table_are_reserved(void)
{
    CU_ASSERT(name_is_reserved("RecordID"));
    CU_ASSERT(name_is_reserved("lastmodified"));
    CU_ASSERT(name_is_reserved("IsStartNew"));
    CU_ASSERT(!name_is_reserved("Record"));
}

const struct test suite_config_definition_name[] = {
    {"letters of any script make a name", letters_of_any_script_make_a_name},
    {"anything else is refused", anything_else_is_refused},
    {"length counts characters", length_counts_characters},
    {"ASCII case makes no difference", ascii_case_makes_no_difference},
    {"columns of every table are reserved", columns_of_every_table_are_reserved},
    {0},
};
