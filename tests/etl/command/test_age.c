#include "etl/command/age.h"

#include "config/base/moment.h"
#include "tests/harness.h"

static const int64_t day_us = INT64_C(86400000000);
static const int64_t now = INT64_C(1763604000000000); /* 2025-11-20T02:00:00Z */

static void
gives(const char *text, int64_t expected)
{
    struct fault f = FAULT_INIT;
    int64_t moment = 0;

    ASSERT_OK(age_parse("older-than", text, now, &moment, &f), &f);
    CU_ASSERT_EQUAL(moment, expected);
}

static void
units_are_named_in_full_or_by_a_letter(void)
{
    gives("7 days", now - 7 * day_us);
    gives("7d", now - 7 * day_us);
    gives("1 week", now - 7 * day_us);
    gives("36h", now - day_us * 3 / 2);
    gives("90 minutes", now - day_us / 16);
    gives("0d", now);
}

static void
months_are_those_of_the_calendar(void)
{
    gives("1 month", INT64_C(1760925600000000)); /* 2025-10-20T02:00:00Z */
}

static void
a_moment_is_taken_as_it_is(void)
{
    gives("2025-11-20T02:00:00Z", now);
    gives("2025-11-20T03:00:00+01:00", now);
}

static void
an_age_beyond_all_times_is_the_first_moment(void)
{
    gives("1000000 weeks", MOMENT_MIN);
}

static void
anything_else_is_refused(void)
{
    static const char *const wrong[] = {"", "7", "days", "-7 days", "7 fortnights", "7 daysx",
        "7dd", "99999999999999999999 days", "1000001 days"};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct fault f = FAULT_INIT;
        int64_t moment;

        ASSERT_FAULT(
            age_parse("older-than", wrong[i], now, &moment, &f), &f, FAULT_USAGE, "--older-than");
    }
}

const struct test suite_etl_command_age[] = {
    {"units are named in full or by a letter", units_are_named_in_full_or_by_a_letter},
    {"months are those of the calendar", months_are_those_of_the_calendar},
    {"a moment is taken as it is", a_moment_is_taken_as_it_is},
    {"an age beyond all times is the first moment", an_age_beyond_all_times_is_the_first_moment},
    {"anything else is refused", anything_else_is_refused},
    {0},
};
