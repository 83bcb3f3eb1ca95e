#include "backup/entry.h"

#include <string.h>

#include "tests/harness.h"

static void
expect_schema(const char *table, const char *name)
{
    struct text t = TEXT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(entry_add_schema(&t, table, &f), &f);
    CU_ASSERT_STRING_EQUAL(text_get(&t), name);
    text_release(&t);
}

static void
keeps_ordinary_table_names(void)
{
    expect_schema("bam_Order-1.Active", "schema/bam_Order-1.Active.xml");
}

static void
escapes_everything_else(void)
{
    expect_schema("a b/c\\d%", "schema/a%20b%2Fc%5Cd%25.xml");
    expect_schema("..", "schema/%2E..xml");
    expect_schema("Süd", "schema/S%C3%BCd.xml");
}

static void
shortens_long_names_with_a_hash_and_keeps_them_apart(void)
{
    struct text one = TEXT_INIT, two = TEXT_INIT;
    struct fault f = FAULT_INIT;
    char name[400];

    memset(name, ' ', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    ASSERT_OK(entry_add_data(&one, name, 1, &f), &f);
    name[sizeof name - 2] = 'x';
    ASSERT_OK(entry_add_data(&two, name, 1, &f), &f);
    CU_ASSERT(one.length <= 100);
    CU_ASSERT_STRING_NOT_EQUAL(text_get(&one), text_get(&two));
    CU_ASSERT(strstr(text_get(&one), "%20~") != NULL);
    text_release(&one);
    text_release(&two);
}

static void
a_name_of_eighty_characters_is_whole(void)
{
    char name[82];
    struct text t = TEXT_INIT;
    struct fault f = FAULT_INIT;

    memset(name, 'n', sizeof name);
    name[80] = '\0';
    ASSERT_OK(entry_add_schema(&t, name, &f), &f);
    CU_ASSERT(strchr(text_get(&t), '~') == NULL);
    text_clear(&t);
    name[80] = 'n';
    name[81] = '\0';
    ASSERT_OK(entry_add_schema(&t, name, &f), &f);
    CU_ASSERT(strchr(text_get(&t), '~') != NULL);
    text_release(&t);
}

static void
file_paths_come_back(void)
{
    static const char *const paths[] = {
        "a", "a/b c/Ü#.cube", ".hidden/..x", "100%", "a/b/c/d", "~"};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct text name = TEXT_INIT, path = TEXT_INIT;
        struct fault f = FAULT_INIT;

        ASSERT_OK(entry_add_file(&name, paths[i], &f), &f);
        CU_ASSERT_EQUAL(entry_classify(text_get(&name)), ENTRY_IS_FILE);
        ASSERT_OK(entry_parse_file(&path, text_get(&name), &f), &f);
        CU_ASSERT_STRING_EQUAL(text_get(&path), paths[i]);
        text_release(&name);
        text_release(&path);
    }
}

static void
refuses_paths_that_lead_out(void)
{
    static const char *const paths[] = {"", "/etc/passwd", "a/../b", "..", "a//b", "a/", "./a"};
    struct text name = TEXT_INIT;
    struct fault f = FAULT_INIT;

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        ASSERT_FAULT(entry_add_file(&name, paths[i], &f), &f, FAULT_DATA, "no path");
    text_release(&name);
}

static void
refuses_second_spellings(void)
{
    static const char *const names[] = {"files/", "files/%2E%2E", "files/..", "files/%2e",
        "files/%41", "files/a%", "files/a%2", "files/a%2Fb", "files/a b", "files/a%00b", "files//a",
        "files/\xc3\xbc"};
    struct text path = TEXT_INIT;
    struct fault f = FAULT_INIT;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        text_clear(&path);
        ASSERT_FAULT(entry_parse_file(&path, names[i], &f), &f, FAULT_DATA, "");
    }
    text_release(&path);
}

const struct test suite_backup_entry[] = {
    {"keeps ordinary table names", keeps_ordinary_table_names},
    {"escapes everything else", escapes_everything_else},
    {"shortens long names with a hash and keeps them apart",
        shortens_long_names_with_a_hash_and_keeps_them_apart},
    {"a name of eighty characters is whole", a_name_of_eighty_characters_is_whole},
    {"file paths come back", file_paths_come_back},
    {"refuses paths that lead out", refuses_paths_that_lead_out},
    {"refuses second spellings", refuses_second_spellings},
    {0},
};
