#include "etl/report/page.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "config/base/moment.h"
#include "etl/event/utf8.h"
#include "etl/report/style.h"

#define NARROW_SPACE "\u202f"
#define REPLACEMENT "\ufffd"
#define ROW_TAG "<tr role=\"row\">"

const char *const tone_names[TONE_COUNT] = {"good", "warning", "bad", "quiet"};

/* ---- text ---- */

static void
add_character(struct text *html, int32_t c, const char *bytes, size_t length)
{
    switch (c) {
    case '&':
        text_add(html, "&amp;");
        break;
    case '<':
        text_add(html, "&lt;");
        break;
    case '>':
        text_add(html, "&gt;");
        break;
    case '"':
        text_add(html, "&quot;");
        break;
    case '\'':
        text_add(html, "&#39;");
        break;
    default:
        if ((c < ' ' && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) || c == 0xfffe ||
            c == 0xffff)
            text_add(html, REPLACEMENT);
        else
            text_add_bytes(html, bytes, length);
    }
}

static void
add_text(struct text *html, const char *text, const char *end)
{
    while (text < end) {
        const char *start = text;
        int32_t c = utf8_next(&text, end);

        if (c < 0)
            text = start + 1;
        add_character(html, c, start, (size_t)(text - start));
    }
}

void
page_text(struct text *html, const char *text)
{
    if (text != NULL)
        add_text(html, text, text + strlen(text));
}

void
page_name(struct text *html, const char *name)
{
    while (name != NULL && *name != '\0') {
        const char *end = name + strcspn(name, "_");

        end += *end == '_';
        add_text(html, name, end);
        if (end[-1] == '_')
            text_add(html, "<wbr>");
        name = end;
    }
}

/* ---- numbers and times ---- */

void
page_number(struct text *html, int64_t number)
{
    char digits[32];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%" PRId64, number);

    for (size_t i = 0; i < length; i++) {
        bool is_group = i > 0 && digits[i - 1] != '-' && (length - i) % 3 == 0;

        if (is_group)
            text_add(html, NARROW_SPACE);
        text_add_char(html, digits[i]);
    }
}

void
page_bytes(struct text *html, int64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double size = (double)bytes;
    size_t unit = 0;

    for (; size >= 1024 && unit < sizeof units / sizeof *units - 1; unit++)
        size /= 1024;
    text_add_format(
        html, "%.*f" NARROW_SPACE "%s", unit == 0 || size >= 100 ? 0 : 1, size, units[unit]);
}

void
page_seconds(struct text *html, double seconds)
{
    int64_t whole = (int64_t)seconds;

    if (seconds < 10)
        text_add_format(html, "%.2f" NARROW_SPACE "s", seconds);
    else if (whole < 60)
        text_add_format(html, "%" PRId64 NARROW_SPACE "s", whole);
    else if (whole < 3600)
        text_add_format(
            html, "%" PRId64 NARROW_SPACE "min %" PRId64 NARROW_SPACE "s", whole / 60, whole % 60);
    else
        text_add_format(html, "%" PRId64 NARROW_SPACE "h %" PRId64 NARROW_SPACE "min", whole / 3600,
            whole % 3600 / 60);
}

void
page_time(struct text *html, int64_t moment)
{
    char full[MOMENT_TEXT_BYTES];

    if (moment == 0) {
        text_add(html, "never");
        return;
    }
    moment_format(moment - moment % 1000000, full);
    text_add_format(html, "<time datetime=\"%s\"><span>%.10s</span> <span>%.5s</span></time>", full,
        full, full + sizeof "2026-11-20");
}

/* ---- the frame ---- */

void
page_begin(struct text *html, const char *title)
{
    text_add(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'; img-src data:\">\n"
                   "<meta name=\"referrer\" content=\"no-referrer\">\n"
                   "<link rel=\"icon\" href=\"data:,\">\n<title>");
    page_text(html, title);
    text_add(html, "</title>\n<style>\n");
    text_add(html, report_style);
    text_add(html, "</style>\n</head>\n<body>\n"
                   "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n"
                   "<main id=\"main\">\n");
}

void
page_end(struct text *html, const char *footer)
{
    text_add(html, "</main>\n<footer>");
    page_text(html, footer);
    text_add(html, "</footer>\n</body>\n</html>\n");
}

/* How long the moment at the beginning of a text is; 0 when there is none. */
static size_t
moment_length(const char *text)
{
    static const char form[] = "0000-00-00T00:00:00";
    size_t at = 0;

    for (; form[at] != '\0'; at++) {
        if (form[at] == '0' ? text[at] < '0' || text[at] > '9' : text[at] != form[at])
            return 0;
    }
    at += text[at] == '.' ? 1 + strspn(text + at + 1, "0123456789") : 0;
    return text[at] == 'Z' ? at + 1 : 0;
}

void
page_release(struct text *html, struct text *part)
{
    html->failed = html->failed || part->failed;
    text_release(part);
}

void
page_sentence(struct text *html, const char *sentence)
{
    const char *at = sentence;
    struct text plain = TEXT_INIT;

    while (*at != '\0') {
        size_t length = moment_length(at);
        int64_t moment;

        if (length == 0 || moment_parse(at, length, 0, &moment) != 0) {
            text_add_char(&plain, *at++);
            continue;
        }
        page_text(html, text_get(&plain));
        text_clear(&plain);
        page_time(html, moment);
        at += length;
    }
    page_text(html, text_get(&plain));
    page_release(html, &plain);
}

void
page_section(struct text *html, const char *id, const char *heading)
{
    text_add_format(html,
        "<section id=\"%s\" aria-labelledby=\"%s-heading\">\n"
        "<h2 id=\"%s-heading\">",
        id, id, id);
    page_text(html, heading);
    text_add(html, "</h2>\n");
}

void
page_section_end(struct text *html)
{
    text_add(html, "</section>\n");
}

void
page_note(struct text *html, const char *text)
{
    text_add(html, "<p class=\"note\">");
    page_text(html, text);
    text_add(html, "</p>\n");
}

/* ---- tables ---- */

void
page_table(struct text *html, const char *caption, const char *const *headings)
{
    text_add(html, "<table role=\"table\">\n<caption>");
    page_text(html, caption);
    text_add(html, "</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">");
    for (; *headings != NULL; headings++) {
        bool is_number = (*headings)[0] == '#';

        text_add_format(html, "<th role=\"columnheader\" scope=\"col\"%s>",
            is_number ? " class=\"number\"" : "");
        page_text(html, *headings + is_number);
        text_add(html, "</th>");
    }
    text_add(html, "</tr></thead>\n<tbody role=\"rowgroup\">\n");
}

void
page_table_end(struct text *html)
{
    text_add(html, "</tbody>\n</table>\n");
}

void
page_row(struct text *html)
{
    text_add(html, ROW_TAG);
}

void
page_row_end(struct text *html)
{
    text_add(html, "</tr>\n");
}

/* The first cell of a row begins right behind its tag. */
static bool
is_first(const struct text *html)
{
    size_t length = sizeof ROW_TAG - 1;

    return html->length >= length &&
           memcmp(html->bytes + html->length - length, ROW_TAG, length) == 0;
}

void
page_cell_begin(struct text *html, const char *heading)
{
    bool is_number = heading[0] == '#';

    /* Roles are said outright: a table that is laid out as blocks loses its own. */
    text_add_format(html, "<td role=\"%s\"%s data-heading=\"",
        is_first(html) ? "rowheader" : "cell", is_number ? " class=\"number\"" : "");
    page_text(html, heading + is_number);
    text_add(html, "\">");
}

void
page_cell_end(struct text *html)
{
    text_add(html, "</td>");
}

void
page_cell(struct text *html, const char *heading, const char *text)
{
    page_cell_begin(html, heading);
    page_text(html, text);
    page_cell_end(html);
}

void
page_cell_number(struct text *html, const char *heading, int64_t number)
{
    page_cell_begin(html, heading);
    page_number(html, number);
    page_cell_end(html);
}

void
page_cell_bytes(struct text *html, const char *heading, int64_t bytes)
{
    page_cell_begin(html, heading);
    page_bytes(html, bytes);
    page_cell_end(html);
}

void
page_cell_time(struct text *html, const char *heading, int64_t moment)
{
    page_cell_begin(html, heading);
    page_time(html, moment);
    page_cell_end(html);
}

void
page_tile(struct text *html, const char *name)
{
    text_add(html, "<div><dt>");
    page_text(html, name);
    text_add(html, "</dt><dd>");
}

void
page_tile_end(struct text *html)
{
    text_add(html, "</dd></div>\n");
}

void
page_badge(struct text *html, enum tone tone, const char *word)
{
    text_add_format(html, "<span class=\"badge %s\">", tone_names[tone]);
    page_text(html, word);
    text_add(html, "</span>");
}
