#include "config/base/progress.h"

#include "tests/harness.h"

static void
expect(const char *unit, uint64_t done, uint64_t total, double seconds, const char *wanted)
{
    struct text line = TEXT_INIT;

    progress_add_line(&line, "load", unit, done, total, seconds);
    CU_ASSERT_STRING_EQUAL(text_get(&line), wanted);
    text_release(&line);
}

static void
a_line_has_bar_rate_and_time_left(void)
{
    expect("rows", 500, 1000, 10,
        "load [############............]  50% 500 rows, 50 rows/s, 10 s left");
    expect("rows", 100, 10000, 10,
        "load [........................]   1% 100 rows, 10 rows/s, 16 min 30 s left");
    expect("rows", 1, 10000, 10,
        "load [........................]   0% 1 rows, 0 rows/s, 27 h 46 min left");
    expect("rows", 1000, 1000, 10, "load [########################] 100% 1000 rows, 100 rows/s");
    expect("rows", 1200, 1000, 10, "load [########################] 100% 1200 rows, 120 rows/s");
}

static void
what_has_no_known_end_has_no_bar(void)
{
    expect("rows", 7, 0, 0, "load 7 rows, 0 rows/s");
    expect("rows", 70, 0, 7, "load 70 rows, 10 rows/s");
}

static void
bytes_have_the_unit_that_fits(void)
{
    expect("bytes", 3 << 20, 0, 2, "load 3.0 MiB, 1.5 MiB/s");
    expect("bytes", 1000, 0, 1, "load 1000 bytes, 1000 bytes/s");
}

const struct test suite_config_base_progress[] = {
    {"a line has bar, rate and time left", a_line_has_bar_rate_and_time_left},
    {"what has no known end has no bar", what_has_no_known_end_has_no_bar},
    {"bytes have the unit that fits", bytes_have_the_unit_that_fits},
    {0},
};
