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

/* Whatever bytes come, and wherever they end, nothing is written behind it. */
static void
an_excerpt_fits_its_buffer(void)
{
    static const char *const units[] = {
        "\xFF", "\n", "a", "\xC3\xA4", "\xE2\x82\xAC", "\xE2\x82", "\xF0\x9F\x98\x80"};
    struct {
        char buffer[EXCERPT_BYTES];
        char behind;
    } there;
    char bytes[200];

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = units[i][k % strlen(units[i])];
        for (size_t length = 0; length <= sizeof bytes; length++) {
            memset(&there, 'x', sizeof there);
            utf8_excerpt(bytes, length, there.buffer);
            CU_ASSERT(memchr(there.buffer, '\0', sizeof there.buffer) != NULL);
            CU_ASSERT_EQUAL(there.behind, 'x');
        }
        CU_ASSERT_STRING_EQUAL(there.buffer + strlen(there.buffer) - 3, "...");
    }
}

/* What is cut says so, also when only the last character was. */
static void
an_excerpt_says_that_it_is_cut(void)
{
    char bytes[EXCERPT_BYTES - 3], buffer[EXCERPT_BYTES];

    memset(bytes, 'a', sizeof bytes);
    utf8_excerpt(bytes, sizeof bytes - 1, buffer);
    CU_ASSERT(strlen(buffer) == sizeof bytes - 1 && strstr(buffer, "...") == NULL);
    utf8_excerpt(bytes, sizeof bytes, buffer);
    CU_ASSERT(strlen(buffer) == sizeof bytes + 2 && strstr(buffer, "a...") != NULL);
}

const struct test suite_etl_event_utf8[] = {
    {"characters are counted, not bytes", characters_are_counted_not_bytes},
    {"what is not UTF-8 is refused", what_is_not_utf8_is_refused},
    {"an excerpt is one short line", an_excerpt_is_one_short_line},
    {"an excerpt fits its buffer", an_excerpt_fits_its_buffer},
    {"an excerpt says that it is cut", an_excerpt_says_that_it_is_cut},
    {0},
};
