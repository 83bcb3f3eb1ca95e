/*
 * The cubes with their totals, each with one pivot: its first measure by a level that can be shown.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cube/query.h"
#include "cube/store.h"
#include "etl/report/chart.h"
#include "etl/report/report.h"
#include "etl/star/ask.h"

enum { MOST_BARS = 12 };

/* ---- values ---- */

static double
size_of(const struct value *v)
{
    if (v->type == VALUE_INT)
        return (double)v->as.integer;
    return v->type == VALUE_FLOAT && isfinite(v->as.real) ? v->as.real : 0;
}

/* "-12 345.67" where a double counts hundredths, otherwise six digits. */
static void
add_double(struct text *html, double number)
{
    char text[40];

    if (fabs(number) >= 1e15 || (number != 0 && fabs(number) < 0.01)) {
        text_add_format(html, "%.6g", number);
        return;
    }
    snprintf(text, sizeof text, "%.2f", fabs(number));
    text_add(html, number < 0 ? "-" : "");
    page_number(html, (int64_t)strtoll(text, NULL, 10));
    text_add(html, strchr(text, '.'));
}

static void
add_value(struct text *html, const struct value *v)
{
    struct text text = TEXT_INIT;

    if (v->type == VALUE_INT) {
        page_number(html, v->as.integer);
    } else if (v->type == VALUE_TIME) {
        page_time(html, v->as.time_us);
    } else if (v->type == VALUE_FLOAT && isfinite(v->as.real)) {
        add_double(html, v->as.real);
    } else {
        value_add_text(&text, v);
        page_text(html, text.length == 0 ? "-" : text_get(&text));
    }
    page_release(html, &text);
}

static void
add_label(struct text *html, const struct value *v)
{
    struct text text = TEXT_INIT;

    value_add_text(&text, v);
    page_text(html, v->type == VALUE_NULL ? "(unknown)" : text_get(&text));
    page_release(html, &text);
}

/* ---- totals ---- */

static void
add_total(struct text *html, const char *name)
{
    text_add(html, "<div><dt>");
    page_text(html, name);
    text_add(html, "</dt><dd>");
}

static int
add_totals(struct report *r, struct stored_cube *c, const char *name, struct fault *why)
{
    const struct cube_query all = {.part = CUBE_PART_ALL};
    struct cube_result result = CUBE_RESULT_INIT;
    int64_t moment = 0;
    int rc = ask_cube(r->site, c, name, &all, &result, why);

    text_add(r->html, "<dl class=\"tiles\">\n");
    add_total(r->html, "Facts");
    page_number(r->html, (int64_t)cube_facts(c, CUBE_PART_ALL));
    text_add(r->html, "<small>");
    page_number(r->html, (int64_t)cube_facts(c, CUBE_PART_ACTIVE));
    text_add(r->html, " of them active</small></dd></div>\n");
    for (size_t i = 0; rc == 0 && result.line_count > 0 && i < result.measure_count; i++) {
        add_total(r->html, result.measures[i]);
        add_value(r->html, &result.lines[0].measures[i]);
        text_add(r->html, "</dd></div>\n");
    }
    add_total(r->html, "Processed");
    cube_processed(c, &moment);
    page_time(r->html, moment);
    text_add(r->html, "</dd></div>\n</dl>\n");
    cube_result_release(&result);
    return rc;
}

/* ---- one pivot ---- */

/* The line with the largest value that was not taken yet; NULL when all were. */
static const struct cube_line *
take_largest(const struct cube_result *result, bool *taken)
{
    size_t best = result->line_count;

    for (size_t i = 0; i < result->line_count; i++) {
        if (!taken[i] &&
            (best == result->line_count ||
                size_of(&result->lines[i].measures[0]) > size_of(&result->lines[best].measures[0])))
            best = i;
    }
    if (best == result->line_count)
        return NULL;
    taken[best] = true;
    return &result->lines[best];
}

static void
add_bar(struct report *r, const struct cube_result *result, const struct cube_line *line,
    double largest)
{
    page_row(r->html);
    page_cell_begin(r->html, result->levels[0]);
    add_label(r->html, &line->labels[0]);
    page_cell_end(r->html);
    page_cell_begin(r->html, "#");
    add_value(r->html, &line->measures[0]);
    page_cell_end(r->html);
    text_add(r->html, "<td role=\"cell\" class=\"picture\">");
    chart_bar(
        r->html, TONE_COUNT, 0, largest > 0 ? size_of(&line->measures[0]) / largest : 0, NULL);
    page_cell_end(r->html);
    page_row_end(r->html);
}

static int
add_bars(struct report *r, const struct cube_result *result, struct fault *f)
{
    bool *taken = arena_array(&r->memory, result->line_count + 1, sizeof *taken);
    const char *heading = arena_printf(&r->memory, "#%s", result->measures[0]);
    const char *headings[] = {result->levels[0], heading, "Share of the largest", NULL};
    double largest = 0;
    char caption[256];

    if (taken == NULL || heading == NULL)
        return fault_set_memory(f);
    snprintf(caption, sizeof caption, "%s by %s, largest first%s", result->measures[0],
        result->levels[0], result->line_count > MOST_BARS ? ", the first twelve" : "");
    page_table(r->html, caption, headings);
    for (size_t i = 0; i < result->line_count && i < MOST_BARS; i++) {
        const struct cube_line *line = take_largest(result, taken);

        if (i == 0)
            largest = size_of(&line->measures[0]);
        add_bar(r, result, line, largest);
    }
    page_table_end(r->html);
    return 0;
}

/* By the first dimension's first level: the coarsest there is. */
static int
add_pivot(
    struct report *r, struct stored_cube *c, const char *name, struct fault *why, struct fault *f)
{
    const struct cube_model *model = cube_model_of(c);
    const struct cube_level_ref level = {0, 0};
    const size_t measure = model->measure_count > 0 ? 0 : CUBE_ROW_COUNT;
    const struct cube_query query = {
        .rows = &level, .row_count = 1, .measures = &measure, .measure_count = 1};
    struct cube_result result = CUBE_RESULT_INIT;
    int rc = 0;

    if (model->dimension_count == 0)
        return 0;
    if (ask_cube(r->site, c, name, &query, &result, why) != 0)
        report_add_failure(r, why);
    else if (result.line_count > 0)
        rc = add_bars(r, &result, f);
    cube_result_release(&result);
    return rc;
}

static int
add_cube(struct report *r, const char *directory, const char *name, struct fault *f)
{
    struct fault why = FAULT_INIT;
    struct stored_cube *c = cube_open(directory, name, &why);
    int rc = 0;

    text_add(r->html, "<h3>");
    page_text(r->html, name);
    text_add(r->html, "</h3>\n");
    if (c == NULL)
        report_add_failure(r, &why);
    else if (add_totals(r, c, name, &why) != 0)
        report_add_failure(r, &why);
    else
        rc = add_pivot(r, c, name, &why, f);
    cube_close(c);
    return rc;
}

static int
add_database(struct report *r, const struct analysis_setting *a, size_t *count, struct fault *f)
{
    struct fault why = FAULT_INIT;
    const char **names = NULL;
    size_t found = 0;
    int rc = 0;

    if (cube_list(a->directory, &r->memory, &names, &found, &why) != 0) {
        report_add_failure(r, &why);
        return 0;
    }
    *count += found;
    for (size_t i = 0; rc == 0 && i < found; i++)
        rc = add_cube(r, a->directory, names[i], f);
    return rc;
}

int
report_add_cubes(struct report *r, struct fault *f)
{
    const struct settings *s = &r->site->settings;
    size_t count = 0;
    int rc = 0;

    page_section(r->html, "cubes", "Cubes");
    for (size_t i = 0; rc == 0 && i < s->analysis_count; i++)
        rc = add_database(r, &s->analyses[i], &count, f);
    if (count == 0)
        page_note(r->html, "No cube was processed yet.");
    page_section_end(r->html);
    return rc;
}
