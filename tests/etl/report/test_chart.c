#include "etl/report/chart.h"

#include "tests/harness.h"

static void
a_bar_stays_on_its_track(void)
{
    struct text html = TEXT_INIT;

    chart_bar(&html, TONE_GOOD, 1.0, 1.5, NULL);
    CU_ASSERT(test_contains(text_get(&html), "class=\"fill good\" x=\"994.0\""));
    CU_ASSERT(test_contains(text_get(&html), "aria-hidden"));
    text_release(&html);
}

static void
a_picture_says_what_it_shows(void)
{
    const struct chart_column column = {.value = 0, .tone = TONE_BAD, .title = "a < b"};
    struct text html = TEXT_INIT;

    chart_columns(&html, &column, 1, "rows & bytes");
    CU_ASSERT(test_contains(text_get(&html), "role=\"img\" aria-label=\"rows &amp; bytes\""));
    CU_ASSERT(test_contains(text_get(&html), "<title>a &lt; b</title>"));
    CU_ASSERT(test_contains(text_get(&html), "height=\"1.0\""));
    text_release(&html);
}

static void
the_window_reaches_to_the_right_edge(void)
{
    struct text html = TEXT_INIT;

    chart_strip(&html, NULL, 0, 0.75, "window");
    CU_ASSERT(
        test_contains(text_get(&html), "class=\"window\" x=\"750.0\" y=\"0.0\" width=\"250.0\""));
    text_release(&html);
}

const struct test suite_etl_report_chart[] = {
    {"a bar stays on its track", a_bar_stays_on_its_track},
    {"a picture says what it shows", a_picture_says_what_it_shows},
    {"the window reaches to the right edge", the_window_reaches_to_the_right_edge},
    {0},
};
