/*
 * The newest backups of the store, and when each was last found right.
 */
#include <inttypes.h>
#include <string.h>

#include "etl/dump/listing.h"
#include "etl/report/report.h"

enum { FIRST_ROWS = 12, MOST_ROWS = 100 };

static const char *const headings[] = {
    "Database", "Taken", "#Run", "#Size", "#Rows", "Key", "Verified", "File", NULL};

/* Which of the two ways of verifying it was. */
static void
add_verified(struct text *html, const struct listing_row *row)
{
    page_cell_begin(html, "Verified");
    if (row->verified_utc == 0 && row->deep_utc == 0) {
        page_badge(html, TONE_WARNING, "never");
    } else {
        page_badge(html, TONE_GOOD, row->deep_utc > 0 ? "all read" : "hash");
        text_add(html, " ");
        page_time(html, row->deep_utc > row->verified_utc ? row->deep_utc : row->verified_utc);
    }
    page_cell_end(html);
}

static void
add_row(struct text *html, const struct listing_row *row)
{
    page_row(html);
    page_cell(html, headings[0], row->database);
    page_cell_time(html, headings[1], row->taken_utc);
    page_cell_begin(html, headings[2]);
    if (row->run > 0)
        text_add_format(
            html, "%" PRId64 "%s", row->run, row->run_complete ? "" : " (not complete)");
    page_cell_end(html);
    page_cell_bytes(html, headings[3], (int64_t)row->bytes);
    page_cell_number(html, headings[4], (int64_t)row->rows);
    page_cell_begin(html, headings[5]);
    page_badge(
        html, row->encrypted ? TONE_QUIET : TONE_WARNING, row->encrypted ? "sealed" : "clear");
    page_cell_end(html);
    add_verified(html, row);
    text_add(html, "<td role=\"cell\" class=\"words\"><span class=\"message\">");
    page_text(html, row->file);
    text_add(html, "</span></td>");
    page_row_end(html);
}

/* How many there are, how large they are together, and the newest proof that they can be read. */
static void
add_lead(struct text *html, const struct listing *l)
{
    int64_t bytes = 0, deep = 0;

    for (size_t i = 0; i < l->count; i++) {
        bytes += (int64_t)l->rows[i].bytes;
        deep = l->rows[i].deep_utc > deep ? l->rows[i].deep_utc : deep;
    }
    text_add(html, "<p class=\"lead\">");
    page_number(html, (int64_t)l->count);
    text_add(html, " containers, ");
    page_bytes(html, bytes);
    text_add(html, " in all. Last one read and checked to its end: ");
    page_time(html, deep);
    text_add(html, ".</p>\n");
}

/* Some of the rows, counted from the newest. */
static void
add_table(struct text *html, const struct listing *l, size_t from, size_t to, const char *caption)
{
    page_table(html, caption, headings);
    for (size_t i = from; i < to; i++)
        add_row(html, &l->rows[l->count - 1 - i]);
    page_table_end(html);
}

static void
add_tables(struct text *html, const struct listing *l)
{
    size_t shown = l->count < FIRST_ROWS ? l->count : FIRST_ROWS;
    size_t more = l->count < MOST_ROWS ? l->count : MOST_ROWS;

    add_table(html, l, 0, shown, "Newest first");
    if (more == shown)
        return;
    text_add_format(html, "<details><summary>%zu older ones</summary>\n", more - shown);
    add_table(html, l, shown, more,
        more < l->count ? "Newest first; nightcube list shows those before them" : "Newest first");
    text_add(html, "</details>\n");
}

void
report_add_backups(struct report *r)
{
    struct listing l = LISTING_INIT;
    struct fault why = FAULT_INIT;

    page_section(r->html, "backups", "Backups");
    if (listing_read(&l, r->site, NULL, false, &why) != 0) {
        report_add_failure(r, &why);
    } else if (l.count == 0) {
        page_note(r->html, "The store is empty.");
    } else {
        add_lead(r->html, &l);
        add_tables(r->html, &l);
    }
    listing_release(&l);
    page_section_end(r->html);
}
