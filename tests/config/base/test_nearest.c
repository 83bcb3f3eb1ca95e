#include "config/base/nearest.h"

#include "config/base/file.h"
#include "tests/harness.h"

static const char *
guess(const char *wanted)
{
    struct nearest n;

    nearest_init(&n, wanted);
    nearest_offer(&n, "Checkpoint");
    nearest_offer(&n, "Index");
    nearest_offer(&n, "ID");
    return nearest_get(&n);
}

static void
finds_a_misspelt_name(void)
{
    CU_ASSERT_STRING_EQUAL(guess("Chekpiont"), "Checkpoint");
    CU_ASSERT_STRING_EQUAL(guess("index"), "Index");
    CU_ASSERT_STRING_EQUAL(guess("Idd"), "ID");
}

static void
the_beginning_of_a_name_is_near(void)
{
    CU_ASSERT_STRING_EQUAL(guess("check"), "Checkpoint");
    CU_ASSERT_STRING_EQUAL(guess("Indexes"), "Index");
    CU_ASSERT_PTR_NULL(guess("Ch"));
}

static void
finds_a_misspelt_file(void)
{
    struct fault f = FAULT_INIT;
    char name[NEAREST_FILE_BYTES];

    ASSERT_OK(file_make_directory("logs", 0700, &f), &f);
    ASSERT_OK(file_write_all("logs/orders.csv", "", 0, 0600, &f), &f);
    CU_ASSERT_FATAL(nearest_file("logs/orders.cvs", name));
    CU_ASSERT_STRING_EQUAL(name, "logs/orders.csv");
    CU_ASSERT_FALSE(nearest_file("orders.cvs", name));
    CU_ASSERT_FALSE(nearest_file("nowhere/orders.cvs", name));
    CU_ASSERT_FALSE(nearest_file("logs/", name));
}

static void
keeps_quiet_when_nothing_is_near(void)
{
    char longer[100] = {0};

    for (size_t i = 0; i + 1 < sizeof longer; i++)
        longer[i] = 'x';
    CU_ASSERT_PTR_NULL(guess("Measure"));
    CU_ASSERT_PTR_NULL(guess(longer));
}

static void
lists_what_there_is_when_nothing_is_near(void)
{
    struct fault f = FAULT_INIT;
    struct nearest n;

    nearest_init(&n, "Foo");
    nearest_hint(&n, &f);
    CU_ASSERT_STRING_EQUAL(f.hint, "");
    nearest_offer(&n, "Checkpoint");
    nearest_offer(&n, "");
    nearest_offer(&n, "Index");
    nearest_hint(&n, &f);
    CU_ASSERT_STRING_EQUAL(f.hint, "there is: Checkpoint, Index");
    fault_clear(&f);
    for (int i = 0; i < 30; i++)
        nearest_offer(&n, "AnotherName");
    nearest_hint(&n, &f);
    CU_ASSERT(test_contains(f.hint, "there is: Checkpoint, Index, AnotherName, "));
    CU_ASSERT(test_contains(f.hint, "AnotherName, ..."));
    fault_clear(&f);
    nearest_offer(&n, "Fo");
    nearest_hint(&n, &f);
    CU_ASSERT_STRING_EQUAL(f.hint, "did you mean 'Fo'?");
}

const struct test suite_config_base_nearest[] = {
    {"finds a misspelt name", finds_a_misspelt_name},
    {"the beginning of a name is near", the_beginning_of_a_name_is_near},
    {"finds a misspelt file", finds_a_misspelt_file},
    {"keeps quiet when nothing is near", keeps_quiet_when_nothing_is_near},
    {"lists what there is when nothing is near", lists_what_there_is_when_nothing_is_near},
    {0},
};
