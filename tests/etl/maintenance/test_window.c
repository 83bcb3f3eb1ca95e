/* The online window and the clock: month ends, daylight saving, a clock that was set back. */
#include "etl/maintenance/window.h"

#include <time.h>

#include "config/base/moment.h"
#include "etl/maintenance/due.h"
#include "etl/maintenance/spawn.h"
#include "tests/etl/fixture.h"

static int64_t
moment(const char *text)
{
    int64_t m = 0;

    CU_ASSERT_EQUAL_FATAL(moment_parse(text, strlen(text), 0, &m), 0);
    return m;
}

static void
expect(int64_t length, enum window_unit unit, const char *now, const char *threshold)
{
    const struct window w = {.length = length, .unit = unit};
    char text[MOMENT_TEXT_BYTES];

    CU_ASSERT_STRING_EQUAL(moment_format(window_threshold(&w, moment(now)), text), threshold);
}

static void
months_end_where_they_end(void)
{
    expect(1, WINDOW_MONTH, "2026-03-31T10:00:00Z", "2026-02-28T10:00:00Z");
    expect(1, WINDOW_MONTH, "2028-03-31T10:00:00Z", "2028-02-29T10:00:00Z");
    expect(1, WINDOW_MONTH, "2026-05-31T00:00:00Z", "2026-04-30T00:00:00Z");
    expect(6, WINDOW_MONTH, "2026-08-31T00:00:00Z", "2026-02-28T00:00:00Z");
    expect(12, WINDOW_MONTH, "2028-02-29T00:00:00Z", "2027-02-28T00:00:00Z");
    expect(1, WINDOW_MONTH, "2026-01-01T00:00:00Z", "2025-12-01T00:00:00Z");
    expect(0, WINDOW_MONTH, "2026-03-31T00:00:00Z", "2026-03-31T00:00:00Z");
}

/* Clocks went forward on 29 March 2026 and back on 25 October, at 01:00 UTC. */
static void
daylight_saving_changes_nothing(void)
{
    static const char *const zones[] = {"UTC", "Europe/Berlin", "America/New_York"};

    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        setenv("TZ", zones[i], 1);
        tzset();
        expect(1, WINDOW_DAY, "2026-03-29T12:00:00Z", "2026-03-28T12:00:00Z");
        expect(1, WINDOW_DAY, "2026-10-25T12:00:00Z", "2026-10-24T12:00:00Z");
        expect(2, WINDOW_HOUR, "2026-03-29T02:30:00Z", "2026-03-29T00:30:00Z");
        expect(1, WINDOW_MONTH, "2026-11-01T02:30:00Z", "2026-10-01T02:30:00Z");
        expect(90, WINDOW_MINUTE, "2026-10-25T01:15:00Z", "2026-10-24T23:45:00Z");
    }
    unsetenv("TZ");
    tzset();
}

static void
a_window_longer_than_time_reaches_its_start(void)
{
    const struct window w = {.length = WINDOW_MAX_LENGTH, .unit = WINDOW_DAY};

    CU_ASSERT_EQUAL(window_threshold(&w, moment("2026-01-01T00:00:00Z")), MOMENT_MIN);
}

static int64_t
spawn(struct fixture *x)
{
    struct spawn_result spawned;

    ASSERT_OK(
        spawn_partition(x->primary, &x->definition, fixture_activity(x), &spawned, &x->f), &x->f);
    return spawned.rows;
}

/* Nothing that seems to come from the future is due, and a second swap at the same moment gets a
 * name of its own. */
static void
a_clock_that_was_set_back_archives_nothing(void)
{
    struct arena memory = ARENA_INIT;
    struct due_list list;
    struct fixture x;

    fixture_begin(&x);
    ASSERT_OK(window_set(x.primary, "Order", 0, WINDOW_DAY, &x.f), &x.f);
    fixture_set_now("2026-10-25T02:30:00Z");
    fixture_complete(&x, 1, 2);
    CU_ASSERT_EQUAL(spawn(&x), 2);
    fixture_set_now("2026-10-25T01:30:00Z");
    fixture_complete(&x, 3, 3);
    CU_ASSERT_EQUAL(spawn(&x), 1);
    fixture_complete(&x, 4, 4);
    CU_ASSERT_EQUAL(spawn(&x), 1);
    ASSERT_OK(due_read(x.primary, &x.definition, fixture_activity(&x), PARTITIONS_LIVE, &memory,
                  &list, &x.f),
        &x.f);
    CU_ASSERT_EQUAL_FATAL(list.count, 3);
    for (size_t i = 0; i < list.count; i++)
        CU_ASSERT_FALSE(list.items[i].is_due);
    CU_ASSERT(test_contains(list.items[0].why, "created 2026-10-25T02:30:00Z"));
    CU_ASSERT_STRING_EQUAL(list.items[2].partition->instances, "bam_Order_20261025T013000Z_2");
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_CompletedInstances"), 4);
    arena_release(&memory);
    fixture_end(&x);
}

static void
an_activity_that_there_is_not_has_none(void)
{
    struct window w;
    struct fixture x;

    fixture_begin(&x);
    ASSERT_FAULT(window_read(x.primary, "Nobody", &w, &x.f), &x.f, FAULT_DATA, "'Nobody'");
    ASSERT_FAULT(
        window_set(x.primary, "Nobody", 1, WINDOW_DAY, &x.f), &x.f, FAULT_DATA, "'Nobody'");
    fault_clear(&x.f);
    ASSERT_OK(
        db_run(x.primary,
            "UPDATE \"bam_Metadata_Activities\" SET \"OnlineWindowTimeUnit\" = 'Moon'", NULL, &x.f),
        &x.f);
    CU_ASSERT_EQUAL(window_read(x.primary, "Order", &w, &x.f), -1);
    CU_ASSERT(test_contains(x.f.text, "no valid online"));
    CU_ASSERT(test_contains(x.f.hint, "set window Order"));
    fixture_end(&x);
}

/* Its partitions go with it. */
static void
a_removed_activity_leaves_no_table(void)
{
    struct findings list = FINDINGS_INIT("removal");
    struct fixture x;

    fixture_begin(&x);
    fixture_complete(&x, 1, 2);
    CU_ASSERT_EQUAL(spawn(&x), 2);
    CU_ASSERT_EQUAL(db_table_exists(x.primary, "bam_Order_20260101T000000Z", &x.f), 1);
    ASSERT_OK(deployment_remove(x.primary, NULL, "Sales", &list, &x.f), &x.f);
    ASSERT_OK(deployment_remove(x.primary, "Order", NULL, &list, &x.f), &x.f);
    CU_ASSERT_EQUAL(db_table_exists(x.primary, "bam_Order_20260101T000000Z", &x.f), 0);
    CU_ASSERT_EQUAL(
        db_table_exists(x.primary, "bam_Order_20260101T000000Z_Relationships", &x.f), 0);
    findings_release(&list);
    fixture_end(&x);
}

const struct test suite_etl_maintenance_window[] = {
    {"months end where they end", months_end_where_they_end},
    {"daylight saving changes nothing", daylight_saving_changes_nothing},
    {"a window longer than time reaches its start", a_window_longer_than_time_reaches_its_start},
    {"a clock that was set back archives nothing", a_clock_that_was_set_back_archives_nothing},
    {"an activity that there is not has none", an_activity_that_there_is_not_has_none},
    {"a removed activity leaves no table", a_removed_activity_leaves_no_table},
    {NULL, on_each_engine},
};
