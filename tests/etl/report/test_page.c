#include "etl/report/page.h"

#include "tests/harness.h"

static void
expect(struct text *html, const char *wanted)
{
    CU_ASSERT_STRING_EQUAL(text_get(html), wanted);
    text_release(html);
}

static void
text_is_escaped(void)
{
    struct text html = TEXT_INIT;

    page_text(&html, "<script>alert(\"1\")</script> & 'x'");
    expect(&html, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;");
}

static void
what_is_no_text_becomes_a_sign(void)
{
    struct text html = TEXT_INIT;

    page_text(&html, "a\x01"
                     "b\xff"
                     "c\xc3\xa4");
    expect(&html, "a\ufffdb\ufffdc\u00e4");
}

static void
numbers_are_grouped_by_thousands(void)
{
    struct text html = TEXT_INIT;

    page_number(&html, -1234567);
    text_add(&html, " ");
    page_number(&html, 999);
    expect(&html, "-1\u202f234\u202f567 999");
}

static void
bytes_have_the_unit_that_fits(void)
{
    struct text html = TEXT_INIT;

    page_bytes(&html, 1023);
    text_add(&html, " ");
    page_bytes(&html, 1536);
    text_add(&html, " ");
    page_bytes(&html, INT64_C(300) << 30);
    expect(&html, "1023\u202fB 1.5\u202fKiB 300\u202fGiB");
}

static void
seconds_have_the_unit_that_fits(void)
{
    struct text html = TEXT_INIT;

    page_seconds(&html, 0.25);
    text_add(&html, ", ");
    page_seconds(&html, 72);
    text_add(&html, ", ");
    page_seconds(&html, 7260);
    expect(&html, "0.25\u202fs, 1\u202fmin 12\u202fs, 2\u202fh 1\u202fmin");
}

static void
a_moment_of_zero_is_never(void)
{
    struct text html = TEXT_INIT;

    page_time(&html, 0);
    expect(&html, "never");
}

static void
moments_in_a_sentence_are_shown_as_times(void)
{
    struct text html = TEXT_INIT;

    page_sentence(&html, "made <2026-09-05T02:00:00.25Z>, not 2026-09-05T02:00");
    expect(&html, "made &lt;<time datetime=\"2026-09-05T02:00:00Z\"><span>2026-09-05</span> "
                  "<span>02:00</span></time>&gt;, not 2026-09-05T02:00");
}

static void
long_names_may_be_broken(void)
{
    struct text html = TEXT_INIT;

    page_name(&html, "Archive_<x>_r1.abf");
    expect(&html, "Archive_<wbr>&lt;x&gt;_<wbr>r1.abf");
}

static void
no_name_is_cut_inside_a_character(void)
{
    struct text html = TEXT_INIT;
    struct text name = TEXT_INIT;

    text_add_char(&name, 'x'); /* so that every odd place is inside one */
    for (int i = 0; i < 300; i++)
        text_add(&name, "\u00fc");
    page_name(&html, text_get(&name));
    expect(&html, text_get(&name));
    text_release(&name);
}

static void
the_first_cell_of_a_row_is_its_header(void)
{
    struct text html = TEXT_INIT;

    page_row(&html);
    page_cell(&html, "Name", "a");
    page_cell(&html, "#Rows", "1");
    page_row_end(&html);
    expect(&html, "<tr role=\"row\"><td role=\"rowheader\" data-heading=\"Name\">a</td>"
                  "<td role=\"cell\" class=\"number\" data-heading=\"Rows\">1</td></tr>\n");
}

static void
a_page_forbids_all_loading(void)
{
    struct text html = TEXT_INIT;

    page_begin(&html, "T");
    page_end(&html, "F");
    CU_ASSERT(test_contains(text_get(&html), "default-src 'none'"));
    CU_ASSERT(test_contains(text_get(&html), "<html lang=\"en\">"));
    CU_ASSERT_FALSE(test_contains(text_get(&html), "<script"));
    CU_ASSERT_FALSE(test_contains(text_get(&html), "http:"));
    text_release(&html);
}

const struct test suite_etl_report_page[] = {
    {"text is escaped", text_is_escaped},
    {"what is no text becomes a sign", what_is_no_text_becomes_a_sign},
    {"numbers are grouped by thousands", numbers_are_grouped_by_thousands},
    {"bytes have the unit that fits", bytes_have_the_unit_that_fits},
    {"seconds have the unit that fits", seconds_have_the_unit_that_fits},
    {"a moment of zero is never", a_moment_of_zero_is_never},
    {"moments in a sentence are shown as times", moments_in_a_sentence_are_shown_as_times},
    {"long names may be broken", long_names_may_be_broken},
    {"no name is cut inside a character", no_name_is_cut_inside_a_character},
    {"the first cell of a row is its header", the_first_cell_of_a_row_is_its_header},
    {"a page forbids all loading", a_page_forbids_all_loading},
    {0},
};
