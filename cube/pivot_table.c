/* The table for a terminal: pivot_table of pivot.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cube/pivot.h"
#include "cube/visible.h"

static const char unknown_member[] = "(unknown)";
static const char null_measure[] = "-";

/* How columns are set apart. */
struct strokes {
    const char *gap;      /* between columns */
    const char *rule;     /* one column of the line under the head */
    const char *rule_gap; /* that line between columns */
    size_t gap_width;
};

static const struct strokes plain_strokes = {"  ", "-", "  ", 2};
static const struct strokes box_strokes = {" │ ", "─", "─┼─", 3};

struct grid {
    const struct cube_result *result;
    const struct strokes *strokes;
    size_t width; /* to fit */
    struct arena memory;
    struct text *out;
    struct text cell;                 /* the cell being measured or written */
    const struct cube_line **columns; /* a line of each distinct column tuple, sorted */
    size_t column_count;
    size_t *column_of;  /* of each line */
    size_t label_count; /* row levels, or one column to name column levels in */
    size_t *label_widths;
    size_t *widths; /* column_count * measures */
};

static int
compare_columns(const struct cube_result *r, const struct cube_line *a, const struct cube_line *b)
{
    for (size_t i = r->row_count; i < r->row_count + r->column_count; i++) {
        if (a->keys[i] != b->keys[i])
            return a->keys[i] < b->keys[i] ? -1 : 1;
    }
    return 0;
}

static int
compare_column_lines(const void *left, const void *right, void *state)
{
    return compare_columns(
        state, *(const struct cube_line *const *)left, *(const struct cube_line *const *)right);
}

/* True when both lines agree in the labels first .. first + count - 1. */
static bool
same_labels(const struct cube_line *a, const struct cube_line *b, size_t first, size_t count)
{
    return memcmp(a->keys + first, b->keys + first, count * sizeof *a->keys) == 0;
}

static size_t
find_column(const struct grid *g, const struct cube_line *line)
{
    size_t low = 0, high = g->column_count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (compare_columns(g->result, g->columns[middle], line) <= 0)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The distinct column tuples in order, and which of them each line belongs to. */
static int
collect_columns(struct grid *g, struct fault *f)
{
    const struct cube_result *r = g->result;

    g->columns = arena_array(&g->memory, r->line_count + 1, sizeof *g->columns);
    g->column_of = arena_array(&g->memory, r->line_count + 1, sizeof *g->column_of);
    if (g->columns == NULL || g->column_of == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < r->line_count; i++)
        g->columns[i] = &r->lines[i];
    qsort_r(g->columns, r->line_count, sizeof *g->columns, compare_column_lines, (void *)r);
    for (size_t i = 0; i < r->line_count; i++) {
        if (i == 0 || compare_columns(r, g->columns[g->column_count - 1], g->columns[i]) != 0)
            g->columns[g->column_count++] = g->columns[i];
    }
    for (size_t i = 0; i < r->line_count; i++)
        g->column_of[i] = find_column(g, &r->lines[i]);
    return 0;
}

/* Fills g->cell and returns its width. */
static size_t
set_cell(struct grid *g, const char *text)
{
    text_clear(&g->cell);
    visible_add(&g->cell, text, strlen(text));
    return visible_width(text_get(&g->cell), g->cell.length);
}

static size_t
set_label(struct grid *g, const struct cube_line *line, size_t index)
{
    const struct value *v = &line->labels[index];
    struct text raw = TEXT_INIT;

    if (cube_line_is_total(g->result, line, index)) {
        /* Only the first label that is summed up says so. */
        size_t first = index < g->result->row_count ? line->row_depth
                                                    : g->result->row_count + line->column_depth;

        return set_cell(g, index == first ? PIVOT_TOTAL : "");
    }
    if (v->type == VALUE_NULL)
        return set_cell(g, unknown_member);
    text_clear(&g->cell);
    value_add_text(&raw, v);
    visible_add(&g->cell, text_get(&raw), raw.length);
    g->cell.failed |= raw.failed;
    text_release(&raw);
    return visible_width(text_get(&g->cell), g->cell.length);
}

static size_t
set_measure(struct grid *g, const struct value *v)
{
    text_clear(&g->cell);
    if (v->type == VALUE_NULL)
        text_add(&g->cell, null_measure);
    else if (v->type == VALUE_FLOAT)
        text_add_format(&g->cell, "%.15g", v->as.real);
    else
        value_add_text(&g->cell, v);
    return g->cell.length;
}

static void
widen(size_t *width, size_t needed)
{
    if (*width < needed)
        *width = needed;
}

/* Width of a column group: all its measures with the gaps between them. */
static size_t
group_width(const struct grid *g, size_t column)
{
    size_t measure_count = g->result->measure_count;
    size_t width = (measure_count - 1) * g->strokes->gap_width;

    for (size_t i = 0; i < measure_count; i++)
        width += g->widths[column * measure_count + i];
    return width;
}

static void
measure_labels(struct grid *g)
{
    const struct cube_result *r = g->result;

    for (size_t i = 0; i < r->row_count; i++)
        widen(&g->label_widths[i], set_cell(g, r->levels[i]));
    for (size_t i = 0; i < r->column_count; i++)
        widen(&g->label_widths[0], set_cell(g, r->levels[r->row_count + i]));
    for (size_t i = 0; i < r->line_count; i++) {
        for (size_t k = 0; k < r->row_count; k++)
            widen(&g->label_widths[k], set_label(g, &r->lines[i], k));
    }
}

static void
measure_columns(struct grid *g)
{
    const struct cube_result *r = g->result;

    for (size_t i = 0; i < g->column_count * r->measure_count; i++)
        widen(&g->widths[i], set_cell(g, r->measures[i % r->measure_count]));
    for (size_t i = 0; i < r->line_count; i++) {
        size_t *widths = g->widths + g->column_of[i] * r->measure_count;

        for (size_t k = 0; k < r->measure_count; k++)
            widen(&widths[k], set_measure(g, &r->lines[i].measures[k]));
    }
    /* A label wider than its measures widens the last of them. */
    for (size_t i = 0; i < g->column_count; i++) {
        for (size_t k = 0; k < r->column_count; k++) {
            size_t label = set_label(g, g->columns[i], r->row_count + k);
            size_t width = group_width(g, i);

            if (label > width)
                g->widths[(i + 1) * r->measure_count - 1] += label - width;
        }
    }
}

static int
measure(struct grid *g, struct fault *f)
{
    const struct cube_result *r = g->result;

    g->label_count = r->row_count == 0 && r->column_count > 0 ? 1 : r->row_count;
    g->label_widths = arena_array(&g->memory, g->label_count + 1, sizeof *g->label_widths);
    g->widths = arena_array(&g->memory, g->column_count * r->measure_count + 1, sizeof *g->widths);
    if (g->label_widths == NULL || g->widths == NULL)
        return fault_set_memory(f);
    measure_labels(g);
    measure_columns(g);
    return 0;
}

static void
add_blanks(struct grid *g, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_add_char(g->out, ' ');
}

/* Writes g->cell, `width` wide as measured, into a field. */
static void
add_field(struct grid *g, size_t width, size_t field, bool right)
{
    size_t blanks = field > width ? field - width : 0;

    if (right)
        add_blanks(g, blanks);
    text_add_bytes(g->out, text_get(&g->cell), g->cell.length);
    if (!right)
        add_blanks(g, blanks);
}

static void
add_gap(struct grid *g, bool needed)
{
    if (needed)
        text_add(g->out, g->strokes->gap);
}

/* Ends a line without blanks behind its last word. */
static void
end_line(struct grid *g)
{
    size_t length = g->out->length;

    while (length > 0 && g->out->bytes[length - 1] == ' ')
        length--;
    text_cut(g->out, length);
    text_add_char(g->out, '\n');
}

/* The line of one column level: its name, then its members over their groups. */
static void
add_level_line(struct grid *g, size_t level, size_t first, size_t last)
{
    const struct cube_result *r = g->result;
    size_t index = r->row_count + level;

    for (size_t i = 0; i < g->label_count; i++) {
        add_gap(g, i > 0);
        add_field(g, set_cell(g, i == 0 ? r->levels[index] : ""), g->label_widths[i], false);
    }
    for (size_t i = first; i < last; i++) {
        bool repeated =
            i > first && same_labels(g->columns[i - 1], g->columns[i], r->row_count, level + 1);
        size_t width = repeated ? set_cell(g, "") : set_label(g, g->columns[i], index);

        add_gap(g, true);
        add_field(g, width, group_width(g, i), r->measure_count == 1);
    }
    end_line(g);
}

static void
add_name_line(struct grid *g, size_t first, size_t last)
{
    const struct cube_result *r = g->result;

    for (size_t i = 0; i < g->label_count; i++) {
        add_gap(g, i > 0);
        add_field(g, set_cell(g, i < r->row_count ? r->levels[i] : ""), g->label_widths[i], false);
    }
    for (size_t i = first * r->measure_count; i < last * r->measure_count; i++) {
        add_gap(g, i > first * r->measure_count || g->label_count > 0);
        add_field(g, set_cell(g, r->measures[i % r->measure_count]), g->widths[i], true);
    }
    end_line(g);
}

static void
add_rule(struct grid *g, size_t first, size_t last)
{
    size_t measure_count = g->result->measure_count;
    size_t cells = (last - first) * measure_count;

    for (size_t i = 0; i < g->label_count + cells; i++) {
        size_t width = i < g->label_count ? g->label_widths[i]
                                          : g->widths[first * measure_count + i - g->label_count];

        if (i > 0)
            text_add(g->out, g->strokes->rule_gap);
        for (size_t k = 0; k < width; k++)
            text_add(g->out, g->strokes->rule);
    }
    text_add_char(g->out, '\n');
}

/* The measures of one column group in a row; `line` NULL: no facts there. */
static void
add_measures(struct grid *g, size_t column, const struct cube_line *line, bool gap)
{
    size_t measure_count = g->result->measure_count;

    for (size_t i = 0; i < measure_count; i++) {
        size_t width = line == NULL ? set_cell(g, "") : set_measure(g, &line->measures[i]);

        add_gap(g, gap || i > 0);
        add_field(g, width, g->widths[column * measure_count + i], true);
    }
}

/* A label that the row above shows already, after equal outer ones, is left blank. */
static void
add_row(struct grid *g, size_t start, size_t end, const struct cube_line *above, size_t first,
    size_t last)
{
    const struct cube_result *r = g->result;
    const struct cube_line *line = &r->lines[start];

    for (size_t i = 0; i < g->label_count; i++) {
        bool repeated = i >= r->row_count || (above != NULL && same_labels(above, line, 0, i + 1));

        add_gap(g, i > 0);
        add_field(g, repeated ? set_cell(g, "") : set_label(g, line, i), g->label_widths[i], false);
    }
    for (size_t i = start, column = first; column < last; column++) {
        while (i < end && g->column_of[i] < column)
            i++;
        add_measures(g, column, i < end && g->column_of[i] == column ? &r->lines[i] : NULL,
            column > first || g->label_count > 0);
    }
    end_line(g);
}

static void
add_page(struct grid *g, size_t first, size_t last)
{
    const struct cube_result *r = g->result;
    const struct cube_line *above = NULL;
    size_t end;

    for (size_t i = 0; i < r->column_count; i++)
        add_level_line(g, i, first, last);
    add_name_line(g, first, last);
    add_rule(g, first, last);
    for (size_t start = 0; start < r->line_count; start = end) {
        for (end = start + 1;
             end < r->line_count && same_labels(&r->lines[start], &r->lines[end], 0, r->row_count);)
            end++;
        add_row(g, start, end, above, first, last);
        above = &r->lines[start];
    }
}

/* The end of the column groups from `first` on that fit the width; at least one. */
static size_t
page_end(const struct grid *g, size_t first)
{
    size_t used = 0;
    size_t last = first;

    for (size_t i = 0; i < g->label_count; i++)
        used += g->label_widths[i] + g->strokes->gap_width;
    while (last < g->column_count) {
        used += group_width(g, last) + (last > first ? g->strokes->gap_width : 0);
        if (g->width > 0 && used > g->width && last > first)
            break;
        last++;
    }
    return last;
}

int
pivot_table(
    struct text *out, const struct cube_result *r, const struct pivot_style *style, struct fault *f)
{
    struct grid g = {.result = r,
        .strokes = style->box ? &box_strokes : &plain_strokes,
        .width = style->width,
        .memory = ARENA_INIT,
        .out = out,
        .cell = TEXT_INIT};
    int rc = -1;

    if (collect_columns(&g, f) == 0 && measure(&g, f) == 0) {
        size_t first = 0;

        do {
            size_t last = page_end(&g, first);

            if (first > 0)
                text_add_char(out, '\n');
            add_page(&g, first, last);
            first = last;
        } while (first < g.column_count);
        rc = text_check(&g.cell, f) == 0 ? text_check(out, f) : -1;
    }
    text_release(&g.cell);
    arena_release(&g.memory);
    return rc;
}
