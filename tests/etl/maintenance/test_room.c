#include "etl/maintenance/room.h"

#include "etl/maintenance/archiving.h"
#include "etl/maintenance/spawn.h"
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

static void
make_partition_of_day(struct fixture *x, int day)
{
    struct spawn_result r;
    char now[sizeof "2026-01-01T00:00:00Z"];

    snprintf(now, sizeof now, "2026-01-%02dT00:00:00Z", day);
    fixture_set_now(now);
    fixture_complete(x, day, day);
    ASSERT_OK(spawn_partition(x->primary, &x->definition, fixture_activity(x), &r, &x->f), &x->f);
}

/* Where the limit can be changed while the server runs: the eighth of ten is told of. */
static void
begin_warns_before_it_is_too_late(void)
{
    struct archiving_result r;
    struct text said = TEXT_INIT;
    struct archiving a;
    struct fixture x;
    int64_t usual = 0;
    char sql[60];
    int kept;

    if (test_engine() != ENGINE_MARIADB)
        return;
    fixture_begin(&x);
    a = (struct archiving){
        .primary = x.primary, .definition = &x.definition, .activity = fixture_activity(&x)};
    ASSERT_OK(db_get_int(x.primary, "SELECT @@GLOBAL.table_open_cache", 0, &usual, &x.f), &x.f);
    ASSERT_OK(fixture_run(&x, x.primary, "SET GLOBAL table_open_cache = 10"), &x.f);
    kept = run_redirect(STDERR_FILENO, "stderr.txt");
    for (int day = 1; day <= 7; day++)
        make_partition_of_day(&x, day);
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(fflush(stderr), 0);
    ASSERT_OK(file_read_all("stderr.txt", RUN_OUTPUT_LIMIT, &said, &x.f), &x.f);
    CU_ASSERT_FALSE(test_contains(text_get(&said), "live partitions"));
    text_clear(&said);
    make_partition_of_day(&x, 8);
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    run_restore(STDERR_FILENO, kept);
    ASSERT_OK(file_read_all("stderr.txt", RUN_OUTPUT_LIMIT, &said, &x.f), &x.f);
    CU_ASSERT(test_contains(text_get(&said), "8 live partitions"));
    CU_ASSERT(test_contains(text_get(&said), "raise table_open_cache"));
    snprintf(sql, sizeof sql, "SET GLOBAL table_open_cache = %d", (int)usual);
    ASSERT_OK(fixture_run(&x, x.primary, sql), &x.f);
    text_release(&said);
    fixture_end(&x);
}

const struct test suite_etl_maintenance_room[] = {
    {"warns at four fifths", warns_at_four_fifths},
    {"knows the limit of the server", knows_the_limit_of_the_server},
    {"a warning names the setting", a_warning_names_the_setting},
    {"begin warns before it is too late", begin_warns_before_it_is_too_late},
    {NULL, on_each_engine},
};
