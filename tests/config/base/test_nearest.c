#include "config/base/nearest.h"
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
keeps_quiet_when_nothing_is_near(void)
{
    char longer[100] = {0};

    for (size_t i = 0; i + 1 < sizeof longer; i++)
        longer[i] = 'x';
    CU_ASSERT_PTR_NULL(guess("Measure"));
    CU_ASSERT_PTR_NULL(guess(longer));
}

const struct test suite_config_base_nearest[] = {
    {"finds a misspelt name", finds_a_misspelt_name},
    {"keeps quiet when nothing is near", keeps_quiet_when_nothing_is_near},
    {0},
};
