/*
 * The verdict on top and the steps of the run that is shown.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "etl/report/chart.h"
#include "etl/report/report.h"

enum { FRESH_HOURS = 26 };

/* ---- the verdict ---- */

/* The newest of the nights that ended well; NULL when none did. */
static const struct night *
last_good(const struct report *r)
{
    for (size_t i = 0; i < r->night_count; i++) {
        enum journal_state state = r->nights[i].run->state;

        if (journal_is_good(state))
            return &r->nights[i];
    }
    return NULL;
}

static const char *
headline(const struct report *r)
{
    static const char *const lines[JOURNAL_STATE_COUNT] = {
        [JOURNAL_STARTED] = "The run is under way",
        [JOURNAL_DONE] = "All went well",
        [JOURNAL_WARNED] = "Done, with warnings",
        [JOURNAL_FAILED] = "The run failed",
        [JOURNAL_SKIPPED] = "The run was skipped",
        [JOURNAL_DIED] = "The run died half-way",
    };

    if (r->shown == NULL)
        return "No job was run yet";
    return r->shown->run->state < JOURNAL_STATE_COUNT ? lines[r->shown->run->state] : "Unknown";
}

static bool
is_stale(const struct report *r)
{
    const struct night *good = last_good(r);

    return good == NULL || r->now_utc - good->run->ended_utc > INT64_C(3600000000) * FRESH_HOURS;
}

static enum tone
verdict_tone(const struct report *r)
{
    enum tone tone = r->shown == NULL ? TONE_QUIET : report_tone(r->shown->run->state);

    return tone == TONE_GOOD && is_stale(r) ? TONE_WARNING : tone;
}

static void
add_run_line(struct report *r)
{
    const struct journal_run *run = r->shown->run;

    text_add_format(r->html, "<p>Run %" PRId64 " of job <b>", run->id);
    page_text(r->html, run->job);
    text_add(r->html, "</b>, ");
    page_time(r->html, run->started_utc);
    text_add(r->html, " UTC");
    if (run->ended_utc != 0)
        text_add_format(
            r->html, ", exit code %d: %s", run->exit_code, fault_meaning_of(run->exit_code));
    text_add(r->html, "</p>\n");
}

/* What the operator does now; NULL: nothing. */
static const char *
advice(const struct report *r)
{
    static const char *const lines[JOURNAL_STATE_COUNT] = {
        [JOURNAL_WARNED] = "The steps below say what to look at.",
        [JOURNAL_FAILED] =
            "Nothing is lost: mend the cause (nightcube doctor looks for it); with --resume the "
            "job goes on where it stopped, otherwise the next run does all of it.",
        [JOURNAL_DIED] = "Nothing is lost: the next run does the step again that was cut short, "
                         "and then its whole job.",
    };
    enum journal_state state = r->shown == NULL ? JOURNAL_DONE : r->shown->run->state;

    if (lines[state] == NULL && r->shown != NULL && is_stale(r))
        return "No night has gone well for more than 26 hours: look whether its timer runs "
               "(systemctl list-timers).";
    return lines[state];
}

static void
add_why(struct report *r, const char *words)
{
    text_add(r->html, "<p class=\"why\">");
    page_text(r->html, words);
    text_add(r->html, "</p>\n");
}

static size_t
count_steps(const struct night *n, enum journal_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < n->steps.count; i++)
        count += n->steps.items[i].state == state;
    return count;
}

static void
add_step_tile(struct report *r)
{
    size_t skipped = count_steps(r->shown, JOURNAL_SKIPPED);
    size_t failed = count_steps(r->shown, JOURNAL_FAILED);

    page_tile(r->html, "Steps");
    page_number(r->html, (int64_t)r->shown->steps.count);
    text_add(r->html, "<small>");
    if (failed > 0)
        text_add_format(r->html, "%zu failed, ", failed);
    text_add_format(r->html, "%zu skipped</small>", skipped);
    page_tile_end(r->html);
}

/* How long it worked, against what is usual. */
static void
add_time_tile(struct report *r)
{
    int percent = r->trend.percent;

    page_tile(r->html, "Time of work");
    page_seconds(r->html, r->shown->sums.seconds);
    if (r->trend.is_known && percent == 0)
        text_add(r->html, "<small>as usual</small>");
    else if (r->trend.is_known)
        text_add_format(r->html, "<small>%d %% %s than usual</small>", abs(percent),
            percent > 0 ? "more" : "less");
    page_tile_end(r->html);
}

static void
add_tiles(struct report *r)
{
    const struct night *good = last_good(r);

    text_add(r->html, "<dl class=\"tiles\">\n");
    add_step_tile(r);
    page_tile(r->html, "Rows treated");
    page_number(r->html, r->shown->sums.rows);
    page_tile_end(r->html);
    page_tile(r->html, "Written to the store");
    page_bytes(r->html, r->shown->sums.bytes);
    page_tile_end(r->html);
    add_time_tile(r);
    page_tile(r->html, "Last good run");
    if (good == NULL) {
        text_add(r->html, "none");
    } else {
        page_time(r->html, good->run->ended_utc);
        text_add_format(r->html, "<small>%s</small>",
            is_stale(r) ? "more than 26 hours ago" : "within the last 26 hours");
    }
    page_tile_end(r->html);
    text_add(r->html, "</dl>\n");
}

void
report_add_verdict(struct report *r)
{
    enum tone tone = verdict_tone(r);

    text_add_format(r->html, "<p class=\"brand\">nightcube</p>\n<header class=\"verdict %s\">\n",
        tone_names[tone]);
    chart_sign(r->html, tone);
    text_add_format(r->html, "\n<h1>%s</h1>\n", headline(r));
    if (r->shown == NULL)
        text_add(r->html, "<p>nightcube nightly runs the first one.</p>\n");
    else
        add_run_line(r);
    if (r->shown != NULL && r->shown->run->message[0] != '\0')
        add_why(r, r->shown->run->message);
    if (advice(r) != NULL)
        add_why(r, advice(r));
    text_add(r->html, "</header>\n");
    if (r->shown != NULL)
        add_tiles(r);
}

/* ---- the steps ---- */

static const char *const headings[] = {
    "Step", "State", "When in the run", "#Time", "#Rows", "#Bytes", "What", NULL};

/* One after another: where a step begins is where those before it end. */
static void
add_step(struct report *r, const struct journal_step *s, double *at)
{
    double whole = r->shown->sums.seconds > 0 ? r->shown->sums.seconds : 1;
    char when[64];

    page_row(r->html);
    page_cell(r->html, headings[0], s->name);
    page_cell_begin(r->html, headings[1]);
    page_badge(r->html, report_tone(s->state), journal_state_names[s->state]);
    page_cell_end(r->html);
    text_add(r->html, "<td role=\"cell\" class=\"picture\">");
    snprintf(when, sizeof when, "after %.2f s, for %.2f s", *at, s->seconds);
    chart_bar(r->html, report_tone(s->state), *at / whole, (*at + s->seconds) / whole, when);
    page_cell_end(r->html);
    page_cell_begin(r->html, headings[3]);
    page_seconds(r->html, s->seconds);
    page_cell_end(r->html);
    page_cell_number(r->html, headings[4], s->rows);
    page_cell_begin(r->html, headings[5]);
    if (s->bytes > 0)
        page_bytes(r->html, s->bytes);
    page_cell_end(r->html);
    text_add(r->html, "<td role=\"cell\" class=\"words\"><span class=\"message\">");
    page_text(r->html, s->target);
    if (s->message[0] != '\0') {
        text_add(r->html, s->target[0] == '\0' ? "" : ": ");
        page_name(r->html, s->message);
    }
    text_add(r->html, "</span></td>");
    page_row_end(r->html);
    *at += s->seconds;
}

void
report_add_steps(struct report *r)
{
    double at = 0;

    page_section(r->html, "steps", "Steps of this run");
    if (r->shown == NULL || r->shown->steps.count == 0) {
        page_note(r->html, "No step has begun.");
    } else {
        page_table(
            r->html, "In their order; the bar shows when in the run each one worked.", headings);
        for (size_t i = 0; i < r->shown->steps.count; i++)
            add_step(r, &r->shown->steps.items[i], &at);
        page_table_end(r->html);
    }
    page_section_end(r->html);
}
