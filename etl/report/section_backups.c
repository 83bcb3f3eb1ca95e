/*
 * The backups of the store: what each database has, when it was last found right, and the last
 * drill.
 */
#include <inttypes.h>
#include <string.h>

#include "etl/dump/listing.h"
#include "etl/report/report.h"

enum { MOST_ROWS = 100 };

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
        page_badge(html, TONE_GOOD, row->deep_utc > 0 ? "all read" : "hash checked");
        text_add(html, " ");
        page_time(html, row->deep_utc > row->verified_utc ? row->deep_utc : row->verified_utc);
    }
    page_cell_end(html);
}

/* A run that left some of its containers out is no set. */
static void
add_run(struct text *html, const char *heading, const struct listing_row *row)
{
    page_cell_begin(html, heading);
    if (row->run > 0 && !row->run_complete) {
        page_badge(html, TONE_WARNING, "part of a set");
        text_add(html, " ");
    }
    if (row->run > 0)
        text_add_format(html, "%" PRId64, row->run);
    page_cell_end(html);
}

static void
add_row(struct text *html, const struct listing_row *row)
{
    page_row(html);
    page_cell(html, headings[0], row->database);
    page_cell_time(html, headings[1], row->taken_utc);
    add_run(html, headings[2], row);
    page_cell_bytes(html, headings[3], (int64_t)row->bytes);
    page_cell_number(html, headings[4], (int64_t)row->rows);
    page_cell_begin(html, headings[5]);
    page_badge(
        html, row->encrypted ? TONE_QUIET : TONE_WARNING, row->encrypted ? "sealed" : "clear");
    page_cell_end(html);
    add_verified(html, row);
    text_add(html, "<td role=\"cell\" class=\"words\"><span class=\"message\">");
    page_name(html, row->file);
    text_add(html, "</span></td>");
    page_row_end(html);
}

/* ---- the summary ---- */

/* The newest restore drill. */
static void
add_drill_tile(struct text *html, const struct catalogue *c)
{
    const struct catalogue_entry *drill = NULL;

    for (size_t i = 0; i < c->count; i++) {
        if (c->entries[i].kind == CATALOGUE_DRILLED)
            drill = &c->entries[i];
    }
    page_tile(html, "Last restore drill");
    page_time(html, drill == NULL ? 0 : drill->added_utc);
    if (drill == NULL)
        text_add(html, "<small>nightcube drill proves that the newest set restores</small>");
    else
        text_add_format(html, "<small>run %" PRId64 ": %s</small>", drill->run,
            drill->complete ? "all as it should be" : "a difference was found");
    page_tile_end(html);
}

/* How many there are, how large they are together, and the newest proofs that they can be read. */
static void
add_tiles(struct text *html, const struct listing *l)
{
    int64_t bytes = 0, deep = 0;

    for (size_t i = 0; i < l->count; i++) {
        bytes += (int64_t)l->rows[i].bytes;
        deep = l->rows[i].deep_utc > deep ? l->rows[i].deep_utc : deep;
    }
    text_add(html, "<dl class=\"tiles\">\n");
    page_tile(html, "Containers");
    page_number(html, (int64_t)l->count);
    page_tile_end(html);
    page_tile(html, "In all");
    page_bytes(html, bytes);
    page_tile_end(html);
    page_tile(html, "Last one read to its end");
    page_time(html, deep);
    page_tile_end(html);
    add_drill_tile(html, &l->catalogue);
    text_add(html, "</dl>\n");
}

/* What one database has in the store. */
struct holding {
    const struct listing_row *newest; /* of the whole database */
    int64_t containers, bytes;
};

enum { MOST_HOLDINGS = 64 };

static size_t
gather(const struct listing *l, struct holding *holdings)
{
    size_t count = 0;

    for (size_t i = 0; i < l->count; i++) {
        const struct listing_row *row = &l->rows[i];
        size_t at = 0;

        while (at < count && strcmp(holdings[at].newest->database, row->database) != 0)
            at++;
        if (at == MOST_HOLDINGS)
            continue;
        if (at == count)
            holdings[count++] = (struct holding){.newest = row};
        if (row->partition == NULL)
            holdings[at].newest = row;
        holdings[at].containers++;
        holdings[at].bytes += (int64_t)row->bytes;
    }
    return count;
}

static void
add_summary(struct text *html, const struct listing *l)
{
    static const char *const columns[] = {
        "Database", "Newest", "#Run", "#Its size", "#Containers", "#All of them", "Verified", NULL};
    struct holding holdings[MOST_HOLDINGS];
    size_t count = gather(l, holdings);

    page_table(html, "The newest backup of each database", columns);
    for (size_t i = 0; i < count; i++) {
        const struct holding *h = &holdings[i];

        page_row(html);
        page_cell(html, columns[0], h->newest->database);
        page_cell_time(html, columns[1], h->newest->taken_utc);
        add_run(html, columns[2], h->newest);
        page_cell_bytes(html, columns[3], (int64_t)h->newest->bytes);
        page_cell_number(html, columns[4], h->containers);
        page_cell_bytes(html, columns[5], h->bytes);
        add_verified(html, h->newest);
        page_row_end(html);
    }
    page_table_end(html);
}

/* ---- all of them ---- */

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
add_details(struct text *html, const struct listing *l)
{
    size_t shown = l->count < MOST_ROWS ? l->count : MOST_ROWS;

    text_add_format(html, "<details><summary>The %s%zu containers</summary>\n",
        shown < l->count ? "newest " : "", shown);
    add_table(html, l, 0, shown,
        shown < l->count ? "Newest first; nightcube list shows those before them" : "Newest first");
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
        add_tiles(r->html, &l);
        add_summary(r->html, &l);
        add_details(r->html, &l);
    }
    listing_release(&l);
    page_section_end(r->html);
}
