#include "etl/event/zone.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/moment.h"
#include "tests/harness.h"

static void
expect(const char *zone, const char *local, const char *utc)
{
    struct zone z;
    struct fault f = FAULT_INIT;
    char buffer[MOMENT_TEXT_BYTES];
    int64_t moment = 0;

    ASSERT_OK(zone_init(&z, zone, &f), &f);
    CU_ASSERT_EQUAL_FATAL(zone_parse(&z, local, strlen(local), &moment), 0);
    CU_ASSERT_STRING_EQUAL(moment_format(moment, buffer), utc);
}

static void
an_offset_is_fixed(void)
{
    expect(NULL, "2026-01-01 12:00", "2026-01-01T12:00:00Z");
    expect("UTC", "2026-01-01 12:00", "2026-01-01T12:00:00Z");
    expect("+01:00", "2026-07-01 12:00", "2026-07-01T11:00:00Z");
    expect("-0530", "2026-07-01 12:00", "2026-07-01T17:30:00Z");
    expect("Z", "2026-07-01 12:00", "2026-07-01T12:00:00Z");
}

static void
a_named_zone_knows_summer(void)
{
    expect("Europe/Vienna", "2026-01-15 12:00", "2026-01-15T11:00:00Z");
    expect("Europe/Vienna", "2026-07-15 12:00:00.25", "2026-07-15T10:00:00.25Z");
    expect("America/New_York", "2026-07-15 12:00", "2026-07-15T16:00:00Z");
    expect("Australia/Lord_Howe", "2026-01-15 12:00", "2026-01-15T01:00:00Z");
    expect("Europe/Vienna", "2026-12-31 23:59:59", "2026-12-31T22:59:59Z");
    expect("Europe/Vienna", "2026-01-01 00:00", "2025-12-31T23:00:00Z");
    expect("Europe/Vienna", "1960-07-15 12:00", "1960-07-15T11:00:00Z");
}

static void
a_time_with_its_own_zone_is_left_alone(void)
{
    expect("Europe/Vienna", "2026-07-15T12:00:00Z", "2026-07-15T12:00:00Z");
    expect("Europe/Vienna", "2026-07-15T12:00:00+05:00", "2026-07-15T07:00:00Z");
}

static void
skipped_and_doubled_hours_have_one_meaning(void)
{
    expect("Europe/Vienna", "2026-03-29 01:59:59", "2026-03-29T00:59:59Z");
    expect("Europe/Vienna", "2026-03-29 02:30", "2026-03-29T01:30:00Z");
    expect("Europe/Vienna", "2026-03-29 03:00", "2026-03-29T01:00:00Z");
    expect("Europe/Vienna", "2026-10-25 02:30", "2026-10-25T00:30:00Z");
    expect("Europe/Vienna", "2026-10-25 03:00", "2026-10-25T02:00:00Z");
}

static void
unknown_zones_are_refused(void)
{
    static const char *const names[] = {
        "", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "+25:00", "12", ":30"};
    struct zone z;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct fault f = FAULT_INIT;

        ASSERT_FAULT(zone_init(&z, names[i], &f), &f, FAULT_USAGE, "unknown time zone");
    }
}

static void
the_process_keeps_its_own_zone(void)
{
    setenv("TZ", "Asia/Tokyo", 1);
    expect("Europe/Vienna", "2026-07-15 12:00", "2026-07-15T10:00:00Z");
    CU_ASSERT_STRING_EQUAL(getenv("TZ"), "Asia/Tokyo");
    unsetenv("TZ");
    expect("Europe/Vienna", "2027-07-15 12:00", "2027-07-15T10:00:00Z");
    CU_ASSERT_PTR_NULL(getenv("TZ"));
}

const struct test suite_etl_event_zone[] = {
    {"an offset is fixed", an_offset_is_fixed},
    {"a named zone knows summer", a_named_zone_knows_summer},
    {"a time with its own zone is left alone", a_time_with_its_own_zone_is_left_alone},
    {"skipped and doubled hours have one meaning", skipped_and_doubled_hours_have_one_meaning},
    {"unknown zones are refused", unknown_zones_are_refused},
    {"the process keeps its own zone", the_process_keeps_its_own_zone},
    {0},
};
