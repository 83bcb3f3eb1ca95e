/*
 * The partitions of each activity against its online window, with the rule that decides on each.
 */
#include <inttypes.h>
#include <stdio.h>

#include "config/base/moment.h"
#include "etl/maintenance/due.h"
#include "etl/report/chart.h"
#include "etl/report/report.h"

enum { MOST_BLOCKS = 400, MOST_ROWS = 60 };

struct map {
    struct report *report;
    const struct activity *activity;
    struct due_list list;
    int64_t begins, ends; /* moments the strip reaches from and to */
    size_t first;         /* of the partitions that are drawn */
};

static enum tone
tone_of(const struct due *d)
{
    if (d->partition->dropped)
        return TONE_QUIET;
    return d->is_due || d->partition->archiving ? TONE_WARNING : TONE_GOOD;
}

static const char *
state_of(const struct due *d)
{
    if (d->partition->dropped)
        return "archived";
    return d->partition->archiving ? "archiving" : d->is_due ? "due" : "online";
}

static double
place(const struct map *m, int64_t moment)
{
    return m->ends > m->begins ? (double)(moment - m->begins) / (double)(m->ends - m->begins) : 0;
}

/* From the oldest partition, or from the window's edge when that is earlier, a little before. */
static void
measure(struct map *m)
{
    int64_t oldest = m->report->now_utc;

    m->first = m->list.count > MOST_BLOCKS ? m->list.count - MOST_BLOCKS : 0;
    if (m->first < m->list.count)
        oldest = m->list.items[m->first].partition->created;
    if (m->list.threshold < oldest)
        oldest = m->list.threshold;
    m->ends = m->report->now_utc;
    m->begins = oldest - (m->ends - oldest) / 8 - 1;
}

static const char *
title_of(const struct map *m, const struct due *d)
{
    const char *name = d->partition->instances, *state = state_of(d);
    int64_t rows = d->rows;

    return rows < 0
               ? arena_printf(&m->report->memory, "%s: %s", name, state)
               : arena_printf(&m->report->memory, "%s: %s, %" PRId64 " rows", name, state, rows);
}

/* A partition holds what was completed between the one before it and its own making. */
static int
add_strip(struct map *m, struct fault *f)
{
    size_t count = m->list.count - m->first;
    struct chart_block *blocks = arena_array(&m->report->memory, count + 1, sizeof *blocks);
    struct text label = TEXT_INIT;
    int64_t from = m->begins;

    if (blocks == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < count; i++) {
        const struct due *d = &m->list.items[m->first + i];

        blocks[i] = (struct chart_block){.begin = place(m, from),
            .end = place(m, d->partition->created),
            .tone = tone_of(d),
            .is_accent = tone_of(d) == TONE_GOOD,
            .title = title_of(m, d)};
        m->report->html->failed = m->report->html->failed || blocks[i].title == NULL;
        from = d->partition->created;
    }
    text_add_format(&label, "%zu partitions of %s over time, and the online window at the right",
        count, m->activity->name);
    text_add(m->report->html, "<figure class=\"chart\">");
    chart_strip(m->report->html, blocks, count, place(m, m->list.threshold), text_get(&label));
    page_release(m->report->html, &label);
    return 0;
}

static void
add_scale(struct map *m)
{
    static const char *const legend[][2] = {{"fill", "online"},
        {"fill warning", "due or archiving"}, {"fill quiet", "archived"},
        {"window", "online window"}};
    struct text *html = m->report->html;

    text_add(html, "<p class=\"scale\"><span>");
    page_time(html, m->begins);
    text_add(html, "</span><span>window begins ");
    page_time(html, m->list.threshold);
    text_add(html, "</span><span>now</span></p>\n<ul class=\"legend\">");
    for (size_t i = 0; i < sizeof legend / sizeof *legend; i++) {
        text_add(html, "<li>");
        chart_swatch(html, legend[i][0]);
        text_add_format(html, "%s</li>", legend[i][1]);
    }
    text_add(html, "</ul></figure>\n");
}

static void
add_row(struct map *m, const struct due *d)
{
    static const char *const headings[] = {"Partition", "Made", "#Rows", "State", "Why"};
    struct text *html = m->report->html;

    page_row(html);
    page_cell(html, headings[0], d->partition->instances);
    page_cell_time(html, headings[1], d->partition->created);
    if (d->rows >= 0)
        page_cell_number(html, headings[2], d->rows);
    else
        page_cell(html, headings[2], "");
    page_cell_begin(html, headings[3]);
    page_badge(html, tone_of(d), state_of(d));
    page_cell_end(html);
    text_add(html, "<td role=\"cell\" class=\"words\"><span class=\"message\">");
    page_sentence(html, d->why);
    text_add(html, "</span></td>");
    page_row_end(html);
}

/* Those that are here, or those that are gone, newest first. */
static void
add_some(struct map *m, bool gone, size_t count)
{
    static const char *const headings[] = {"Partition", "Made", "#Rows", "State", "Why", NULL};
    size_t shown = 0;

    page_table(m->report->html,
        count > MOST_ROWS ? "Newest first; older ones are left out" : "Newest first", headings);
    for (size_t i = m->list.count; i > 0 && shown < MOST_ROWS; i--) {
        if (m->list.items[i - 1].partition->dropped != gone)
            continue;
        add_row(m, &m->list.items[i - 1]);
        shown++;
    }
    page_table_end(m->report->html);
}

/* What is here is looked at every day; what is gone only when somebody asks. */
static void
add_tables(struct map *m)
{
    size_t gone = 0;

    for (size_t i = 0; i < m->list.count; i++)
        gone += m->list.items[i].partition->dropped;
    if (gone < m->list.count)
        add_some(m, false, m->list.count - gone);
    if (gone == 0)
        return;
    text_add_format(m->report->html, "<details%s><summary>%zu archived and dropped</summary>\n",
        gone < m->list.count ? "" : " open", gone);
    add_some(m, true, gone);
    text_add(m->report->html, "</details>\n");
}

static int
add_map(struct map *m, struct fault *f)
{
    struct text *html = m->report->html;
    const struct window *w = &m->list.window;

    text_add(html, "<h3>");
    page_text(html, m->activity->name);
    text_add_format(html, "</h3>\n<p class=\"lead\">Online for %" PRId64 " %s%s, then %s.</p>\n",
        w->length, (const char *const[]){"minute", "hour", "day", "month"}[w->unit],
        w->length == 1 ? "" : "s", w->archive ? "to the archive" : "purged without archiving");
    if (m->list.count == 0) {
        page_note(html, "There is no partition yet.");
        return 0;
    }
    measure(m);
    if (add_strip(m, f) != 0)
        return -1;
    add_scale(m);
    add_tables(m);
    return 0;
}

int
report_add_partitions(struct report *r, struct fault *f)
{
    struct fault why = FAULT_INIT;
    struct db *primary = r->has_definition ? site_primary(r->site, &why) : NULL;
    int rc = 0;

    page_section(r->html, "partitions", "Partitions and the online window");
    if (primary == NULL)
        report_add_failure(r, r->has_definition ? &why : &r->no_definition);
    else if (r->definition.activity_count == 0)
        page_note(r->html, "No activity is deployed.");
    for (size_t i = 0; primary != NULL && rc == 0 && i < r->definition.activity_count; i++) {
        struct map m = {.report = r, .activity = &r->definition.activities[i]};

        if (due_explain(primary, &r->definition, m.activity, PARTITIONS_ALL, &r->memory, &m.list,
                &why) != 0)
            report_add_failure(r, &why);
        else
            rc = add_map(&m, f);
    }
    page_section_end(r->html);
    return rc;
}
