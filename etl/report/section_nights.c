/*
 * The nights up to the one that is shown: how much each did, as columns and as a table.
 */
#include <inttypes.h>

#include "config/base/moment.h"
#include "etl/report/chart.h"
#include "etl/report/report.h"

/* One quantity of the nights. */
struct quantity {
    const char *name;
    double (*of)(const struct night *n);
    void (*add)(struct text *html, double value);
};

static double
rows_of(const struct night *n)
{
    return (double)n->sums.rows;
}

static double
bytes_of(const struct night *n)
{
    return (double)n->sums.bytes;
}

static double
seconds_of(const struct night *n)
{
    return n->sums.seconds;
}

static void
add_rows(struct text *html, double value)
{
    page_number(html, (int64_t)value);
}

static void
add_bytes(struct text *html, double value)
{
    page_bytes(html, (int64_t)value);
}

static const struct quantity quantities[] = {
    {"Rows treated", rows_of, add_rows},
    {"Written to the store", bytes_of, add_bytes},
    {"Time of work", seconds_of, page_seconds},
};

static const char *
title_of(struct report *r, const struct quantity *q, const struct night *n)
{
    char began[MOMENT_TEXT_BYTES];
    struct text value = TEXT_INIT;
    const char *title;

    q->add(&value, q->of(n));
    title = arena_printf(&r->memory, "run %" PRId64 ", %.16s: %s, %s", n->run->id,
        moment_format(n->run->started_utc, began), text_get(&value),
        journal_state_names[n->run->state]);
    r->html->failed = r->html->failed || title == NULL;
    page_release(r->html, &value);
    return title;
}

static void
add_scale(struct report *r)
{
    text_add_format(r->html, "<p class=\"scale\"><span>%zu run%s since ", r->night_count,
        r->night_count == 1 ? "" : "s");
    page_time(r->html, r->nights[r->night_count - 1].run->started_utc);
    text_add(r->html, "</span><span>");
    page_time(r->html, r->nights[0].run->started_utc);
    text_add(r->html, "</span></p>\n");
}

/* Oldest first, as time runs. */
static void
add_chart(struct report *r, const struct quantity *q)
{
    struct chart_column columns[REPORT_NIGHTS];
    struct text label = TEXT_INIT;
    double highest = 0;

    for (size_t i = 0; i < r->night_count; i++) {
        const struct night *n = &r->nights[r->night_count - 1 - i];

        columns[i] = (struct chart_column){
            .value = q->of(n), .tone = report_tone(n->run->state), .title = title_of(r, q, n)};
        highest = q->of(n) > highest ? q->of(n) : highest;
    }
    text_add(r->html, "<figure class=\"chart\"><figcaption><b>");
    page_text(r->html, q->name);
    text_add(r->html, "</b><span>at most ");
    q->add(r->html, highest);
    text_add(r->html, "</span></figcaption>\n");
    text_add_format(&label, "%s in each of %zu runs, oldest first", q->name, r->night_count);
    chart_columns(r->html, columns, r->night_count, text_get(&label));
    add_scale(r);
    text_add(r->html, "</figure>\n");
    page_release(r->html, &label);
}

static void
add_table(struct report *r)
{
    static const char *const headings[] = {
        "Run", "Began", "State", "#Time", "#Rows", "#Bytes", NULL};

    text_add(r->html, "<details class=\"on-paper\"><summary>The same as a table</summary>\n");
    page_table(r->html, "Newest first", headings);
    for (size_t i = 0; i < r->night_count; i++) {
        const struct night *n = &r->nights[i];

        page_row(r->html);
        page_cell_begin(r->html, headings[0]);
        text_add_format(r->html, "run %" PRId64, n->run->id);
        page_cell_end(r->html);
        page_cell_time(r->html, headings[1], n->run->started_utc);
        page_cell_begin(r->html, headings[2]);
        page_badge(r->html, report_tone(n->run->state), journal_state_names[n->run->state]);
        page_cell_end(r->html);
        page_cell_begin(r->html, headings[3]);
        page_seconds(r->html, n->sums.seconds);
        page_cell_end(r->html);
        page_cell_number(r->html, headings[4], n->sums.rows);
        page_cell_bytes(r->html, headings[5], n->sums.bytes);
        page_row_end(r->html);
    }
    page_table_end(r->html);
    text_add(r->html, "</details>\n");
}

void
report_add_nights(struct report *r)
{
    page_section(r->html, "nights", "The last nights");
    if (r->night_count == 0) {
        page_note(r->html, "There are none yet.");
    } else {
        text_add(r->html, "<div class=\"charts\">\n");
        for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++)
            add_chart(r, &quantities[i]);
        text_add(r->html, "</div>\n");
        add_table(r);
    }
    page_section_end(r->html);
}
