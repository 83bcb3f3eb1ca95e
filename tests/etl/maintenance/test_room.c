#include "etl/maintenance/room.h"

#include "tests/etl/command/run.h"
#include "tests/etl/fixture.h"

static void
warns_at_four_fifths(void)
{
    const struct room r = {.partitions = 1000};
    const struct room unlimited = {.partitions = 0};

    CU_ASSERT_FALSE(room_is_short(&r, 799));
    CU_ASSERT_TRUE(room_is_short(&r, 800));
    CU_ASSERT_TRUE(room_is_short(&r, 5000));
    CU_ASSERT_FALSE(room_is_short(&unlimited, 5000));
}

/* The table, its key, the unique ActivityID, LastModified: four locks a partition. */
static void
knows_the_limit_of_the_server(void)
{
    struct fixture x;
    struct room r;

    fixture_begin(&x);
    ASSERT_OK(room_read(x.primary, fixture_activity(&x), &r, &x.f), &x.f);
    if (test_engine() == ENGINE_POSTGRESQL) {
        CU_ASSERT_EQUAL(r.needed, 4);
        CU_ASSERT(r.locks > 0);
        CU_ASSERT_EQUAL(r.partitions, r.locks / 4);
    } else if (test_engine() == ENGINE_MARIADB) {
        CU_ASSERT_EQUAL(r.needed, 1);
        CU_ASSERT(r.partitions > 0);
    } else {
        CU_ASSERT_EQUAL(r.partitions, 0);
    }
    fixture_end(&x);
}

/* With the setting that helps; where there is no limit there is nothing to say. */
static void
a_warning_names_the_setting(void)
{
    static const char *const settings[ENGINE_COUNT] = {
        [ENGINE_POSTGRESQL] = "raise max_locks_per_transaction",
        [ENGINE_MARIADB] = "raise table_open_cache"};
    const char *setting = settings[test_engine()];
    struct text said = TEXT_INIT;
    struct fixture x;
    int kept;

    fixture_begin(&x);
    kept = run_redirect(STDERR_FILENO, "stderr.txt");
    CU_ASSERT_EQUAL(room_check(x.primary, fixture_activity(&x), 1, &x.f), 0);
    CU_ASSERT_EQUAL(room_check(x.primary, fixture_activity(&x), 9000000, &x.f), 0);
    run_restore(STDERR_FILENO, kept);
    ASSERT_OK(file_read_all("stderr.txt", RUN_OUTPUT_LIMIT, &said, &x.f), &x.f);
    CU_ASSERT_FALSE(test_contains(text_get(&said), " 1 live partitions"));
    CU_ASSERT(setting == NULL ? said.length == 0
                              : test_contains(text_get(&said), "9000000 live partitions") &&
                                    test_contains(text_get(&said), setting));
    text_release(&said);
    fixture_end(&x);
}

const struct test suite_etl_maintenance_room[] = {
    {"warns at four fifths", warns_at_four_fifths},
    {"knows the limit of the server", knows_the_limit_of_the_server},
    {"a warning names the setting", a_warning_names_the_setting},
    {NULL, on_each_engine},
};
