#include "etl/event/utf8.h"

#include <string.h>

#include "tests/harness.h"

static void
characters_are_counted_not_bytes(void)
{
    size_t n;

    CU_ASSERT_EQUAL(utf8_count("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", 10, &n), 0);
    CU_ASSERT_EQUAL(n, 4);
    CU_ASSERT_EQUAL(utf8_count("", 0, &n), 0);
    CU_ASSERT_EQUAL(n, 0);
}

static void
what_is_not_utf8_is_refused(void)
{
    static const char *const wrong[] = {"\xE4", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "a\x80", "\xE2\x82"};
    size_t n;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT_EQUAL(utf8_count(wrong[i], strlen(wrong[i]), &n), -1);
}

static void
an_excerpt_is_one_short_line(void)
{
    char buffer[EXCERPT_BYTES];
    char longer[200];

    CU_ASSERT_STRING_EQUAL(utf8_excerpt("a\nb\xE4"
                                        "c",
                               5, buffer),
        "a?b?c");
    memset(longer, 'x', sizeof longer);
    utf8_excerpt(longer, sizeof longer, buffer);
    CU_ASSERT_EQUAL(strlen(buffer), EXCERPT_BYTES - 1);
    CU_ASSERT_STRING_EQUAL(buffer + strlen(buffer) - 4, "x...");
}

const struct test suite_etl_event_utf8[] = {
    {"characters are counted, not bytes", characters_are_counted_not_bytes},
    {"what is not UTF-8 is refused", what_is_not_utf8_is_refused},
    {"an excerpt is one short line", an_excerpt_is_one_short_line},
    {0},
};
