#include "etl/report/report.h"

#include <inttypes.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/file.h"
#include "config/base/moment.h"

enum tone
report_tone(enum journal_state state)
{
    static const enum tone tones[JOURNAL_STATE_COUNT] = {
        [JOURNAL_STARTED] = TONE_QUIET,
        [JOURNAL_DONE] = TONE_GOOD,
        [JOURNAL_WARNED] = TONE_WARNING,
        [JOURNAL_FAILED] = TONE_BAD,
        [JOURNAL_SKIPPED] = TONE_QUIET,
        [JOURNAL_DIED] = TONE_BAD,
    };

    return state < JOURNAL_STATE_COUNT ? tones[state] : TONE_QUIET;
}

void
report_add_failure(struct report *r, const struct fault *why)
{
    text_add(r->html, "<p class=\"note\">");
    page_badge(r->html, TONE_WARNING, "not readable");
    text_add(r->html, " ");
    page_text(r->html, why->text);
    if (why->hint[0] != '\0') {
        text_add(r->html, " (");
        page_text(r->html, why->hint);
        text_add(r->html, ")");
    }
    text_add(r->html, "</p>\n");
}

/* ---- gathering ---- */

static int
read_nights(
    struct report *r, struct journal *journal, const struct report_order *order, struct fault *f)
{
    struct journal_runs *runs = arena_alloc(&r->memory, sizeof *runs);
    size_t limit = order->run > 0 ? SIZE_MAX : REPORT_NIGHTS;

    r->job = order->job == NULL ? "nightly" : order->job;
    if (runs == NULL)
        return fault_set_memory(f);
    if (journal_read_runs(
            journal, order->run > 0 ? order->job : r->job, limit, &r->memory, runs, f) != 0)
        return -1;
    if (runs->count == 0 && order->job == NULL) {
        r->job = NULL;
        if (journal_read_runs(journal, NULL, limit, &r->memory, runs, f) != 0)
            return -1;
    }
    r->nights = arena_array(&r->memory, runs->count + 1, sizeof *r->nights);
    if (r->nights == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < runs->count; i++)
        r->nights[r->night_count++].run = &runs->items[i];
    return 0;
}

/* The run that is shown and those of the same job before it. */
static int
choose(struct report *r, int64_t run, struct fault *f)
{
    size_t first = 0, kept = 0;

    if (run > 0) {
        while (first < r->night_count && r->nights[first].run->id != run)
            first++;
        if (first == r->night_count) {
            fault_set(f, FAULT_DATA, "there is no run %" PRId64, run);
            return fault_hint(f, "nightcube history lists them");
        }
        r->job = r->nights[first].run->job;
    }
    for (size_t i = first; i < r->night_count && kept < REPORT_NIGHTS; i++) {
        if (r->job == NULL || strcmp(r->nights[i].run->job, r->job) == 0)
            r->nights[kept++] = r->nights[i];
    }
    r->night_count = kept;
    r->shown = kept > 0 ? &r->nights[0] : NULL;
    return 0;
}

static int
read_trend(struct report *r, struct journal *journal, struct fault *f)
{
    struct journal_runs runs = {
        .items = arena_array(&r->memory, r->night_count + 1, sizeof *runs.items),
        .count = r->night_count};
    const struct trend *trends;

    if (runs.items == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < r->night_count; i++)
        runs.items[i] = *r->nights[i].run;
    if ((trends = trend_read(journal, &runs, &r->memory, f)) == NULL)
        return -1;
    r->trend = trends[0];
    return 0;
}

static int
read_journal(struct report *r, const struct report_order *order, struct fault *f)
{
    struct journal *journal = journal_open(r->site->settings.state_directory, f);
    int rc = journal == NULL ? -1 : read_nights(r, journal, order, f);

    if (rc == 0)
        rc = choose(r, order->run, f);
    for (size_t i = 0; rc == 0 && i < r->night_count; i++) {
        struct night *n = &r->nights[i];

        rc = journal_read_steps(journal, n->run->id, &r->memory, &n->steps, f);
        n->sums = trend_sum_up(n->steps.items, n->steps.count);
    }
    if (rc == 0)
        rc = read_trend(r, journal, f);
    journal_close(journal);
    return rc;
}

/* ---- the page ---- */

static void
add_navigation(struct report *r)
{
    text_add(r->html, "<nav aria-label=\"Parts of this report\"><ul>"
                      "<li><a href=\"#steps\">Steps</a></li><li><a href=\"#nights\">Nights</a></li>"
                      "<li><a href=\"#partitions\">Partitions</a></li>"
                      "<li><a href=\"#backups\">Backups</a></li>"
                      "<li><a href=\"#cubes\">Cubes</a></li>");
    if (r->has_index)
        text_add(r->html, "<li><a href=\"index.html\">All nights</a></li>");
    text_add(r->html, "</ul></nav>\n");
}

static int
add_parts(struct report *r, struct fault *f)
{
    report_add_verdict(r);
    add_navigation(r);
    report_add_steps(r);
    report_add_nights(r);
    if (report_add_partitions(r, f) != 0)
        return -1;
    report_add_backups(r);
    return report_add_cubes(r, f);
}

static void
add_end(struct text *html, const char *signature, int64_t now)
{
    char stamp[MOMENT_TEXT_BYTES];
    struct text footer = TEXT_INIT;

    text_add_format(
        &footer, "Made by %s, %s. All times are UTC.", signature, moment_format(now, stamp));
    page_end(html, text_get(&footer));
    page_release(html, &footer);
}

int
report_write(struct site *site, const struct report_order *order, struct text *html, int64_t *run,
    struct fault *f)
{
    struct report r = {.site = site,
        .html = html,
        .memory = ARENA_INIT,
        .now_utc = clock_now(),
        .has_index = order->has_index};
    struct text title = TEXT_INIT;
    int rc = read_journal(&r, order, f);

    if (rc == 0) {
        r.has_definition = site_definition(site, &r.definition, &r.no_definition) == 0;
        *run = r.shown == NULL ? 0 : r.shown->run->id;
        if (r.shown == NULL)
            text_add(&title, "nightcube");
        else
            text_add_format(
                &title, "%s, run %" PRId64 " \u00b7 nightcube", r.shown->run->job, *run);
        page_begin(html, text_get(&title));
        rc = add_parts(&r, f);
        add_end(html, order->signature, r.now_utc);
    }
    page_release(html, &title);
    definition_release(&r.definition);
    arena_release(&r.memory);
    return rc == 0 ? text_check(html, f) : -1;
}

/* ---- the page over all nights ---- */

static bool
has_page(const char *directory, int64_t run)
{
    struct text path = TEXT_INIT;
    bool exists;

    text_add_format(&path, "%s/run-%" PRId64 ".html", directory, run);
    exists = !path.failed && file_exists(text_get(&path));
    text_release(&path);
    return exists;
}

static void
add_index_row(struct text *html, const char *directory, const struct journal_run *run)
{
    static const char *const headings[] = {"Run", "Job", "State", "Began", "Took", "Message"};

    page_row(html);
    page_cell_begin(html, headings[0]);
    if (has_page(directory, run->id))
        text_add_format(
            html, "<a href=\"run-%" PRId64 ".html\">run %" PRId64 "</a>", run->id, run->id);
    else
        text_add_format(html, "run %" PRId64, run->id);
    page_cell_end(html);
    page_cell(html, headings[1], run->job);
    page_cell_begin(html, headings[2]);
    page_badge(html, report_tone(run->state), journal_state_names[run->state]);
    page_cell_end(html);
    page_cell_time(html, headings[3], run->started_utc);
    page_cell_begin(html, headings[4]);
    if (run->ended_utc >= run->started_utc && run->ended_utc > 0)
        page_seconds(html, (double)(run->ended_utc - run->started_utc) / 1e6);
    page_cell_end(html);
    page_cell_begin(html, headings[5]);
    text_add(html, "<span class=\"message\">");
    page_text(html, run->message);
    text_add(html, "</span>");
    page_cell_end(html);
    page_row_end(html);
}

static void
add_index(struct text *html, const char *directory, const struct journal_runs *runs)
{
    static const char *const headings[] = {"Run", "Job", "State", "Began", "Took", "Message", NULL};

    page_begin(html, "All nights \u00b7 nightcube");
    text_add(html, "<p class=\"brand\">nightcube</p>\n<h1>All nights</h1>\n");
    page_section(html, "runs", "Runs");
    if (runs->count == 0)
        page_note(html, "No job was run yet.");
    page_table(html, "Newest first; a run with a link has its report beside this page.", headings);
    for (size_t i = 0; i < runs->count; i++)
        add_index_row(html, directory, &runs->items[i]);
    page_table_end(html);
    page_section_end(html);
}

int
report_write_index(struct site *site, const char *directory, const char *signature,
    struct text *html, struct fault *f)
{
    struct journal *journal = journal_open(site->settings.state_directory, f);
    struct arena memory = ARENA_INIT;
    struct journal_runs runs;
    int rc = journal == NULL
                 ? -1
                 : journal_read_runs(journal, NULL, REPORT_INDEX_RUNS, &memory, &runs, f);

    if (rc == 0) {
        add_index(html, directory, &runs);
        add_end(html, signature, clock_now());
        rc = text_check(html, f);
    }
    journal_close(journal);
    arena_release(&memory);
    return rc;
}
