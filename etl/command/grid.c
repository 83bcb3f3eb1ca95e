#include "etl/command/grid.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "config/base/moment.h"
#include "config/base/number.h"
#include "etl/command/output.h"
#include "etl/event/utf8.h"

enum { GAP = 2 }; /* blanks between columns */

void
grid_init(struct grid *g, const struct grid_column *columns, size_t column_count, bool json)
{
    *g = (struct grid){.columns = columns, .column_count = column_count, .json = json};
}

void
grid_release(struct grid *g)
{
    arena_release(&g->memory);
    g->rows = NULL;
    g->row_count = 0;
}

struct value
grid_flag(bool flag)
{
    return value_int(flag);
}

struct value
grid_time(int64_t moment)
{
    return moment == 0 ? value_null() : value_time(moment);
}

struct value
grid_seconds(double seconds)
{
    return value_float((double)(int64_t)(seconds * 100 + 0.5) / 100);
}

/* ---- JSON ---- */

static void
add_json_character(struct text *t, const char *bytes, size_t length)
{
    static const struct {
        char character;
        const char *escape;
    } escapes[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}};

    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        if (bytes[0] == escapes[i].character) {
            text_add(t, escapes[i].escape);
            return;
        }
    }
    if ((unsigned char)bytes[0] < 0x20)
        text_add_format(t, "\\u%04x", (unsigned)bytes[0]);
    else
        text_add_bytes(t, bytes, length);
}

void
grid_add_json_text(struct text *t, const char *bytes, size_t length)
{
    const char *at = bytes;
    const char *end = bytes + length;

    text_add_char(t, '"');
    while (at < end) {
        const char *start = at;

        if (utf8_next(&at, end) >= 0) {
            add_json_character(t, start, (size_t)(at - start));
        } else {
            text_add(t, "\\ufffd");
            at = start + 1;
        }
    }
    text_add_char(t, '"');
}

static void
add_json_value(struct text *t, enum grid_kind kind, const struct value *v)
{
    struct text plain = TEXT_INIT;

    value_add_text(&plain, v);
    if (v->type == VALUE_NULL || (v->type == VALUE_FLOAT && !isfinite(v->as.real)))
        text_add(t, "null");
    else if (kind == GRID_FLAG && v->type == VALUE_INT)
        text_add(t, v->as.integer != 0 ? "true" : "false");
    else if (v->type == VALUE_INT || v->type == VALUE_FLOAT)
        text_add(t, text_get(&plain));
    else
        grid_add_json_text(t, text_get(&plain), plain.length);
    t->failed = t->failed || plain.failed;
    text_release(&plain);
}

static int
print_json(const struct grid *g, const struct value *row, struct fault *f)
{
    struct text line = TEXT_INIT;
    int rc;

    for (size_t c = 0; c < g->column_count; c++) {
        text_add_char(&line, c == 0 ? '{' : ',');
        grid_add_json_text(&line, g->columns[c].name, strlen(g->columns[c].name));
        text_add_char(&line, ':');
        add_json_value(&line, g->columns[c].kind, &row[c]);
    }
    text_add(&line, "}\n");
    rc = output_take(&line, f);
    text_release(&line);
    return rc;
}

/* ---- table ---- */

/* Control characters would break the table, or command the terminal. */
static void
add_visible(struct text *t, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];

        if (byte == '\n' || byte == '\t')
            text_add(t, byte == '\n' ? "\\n" : "\\t");
        else if (byte < 0x20 || byte == 0x7F)
            text_add_format(t, "\\x%02X", byte);
        else
            text_add_char(t, (char)byte);
    }
}

/* People read seconds. */
static void
add_second(struct text *t, int64_t moment)
{
    char text[MOMENT_TEXT_BYTES];

    moment -= (moment % 1000000 + 1000000) % 1000000;
    text_add(t, moment_format(moment, text));
}

static const char *
make_cell(struct grid *g, enum grid_kind kind, const struct value *v)
{
    struct text plain = TEXT_INIT, visible = TEXT_INIT;
    char *cell = NULL;

    if (kind == GRID_FLAG && v->type == VALUE_INT)
        text_add(&plain, v->as.integer != 0 ? "yes" : "no");
    else if (kind == GRID_TIME && v->type == VALUE_TIME)
        add_second(&plain, v->as.time_us);
    else
        value_add_text(&plain, v);
    add_visible(&visible, text_get(&plain), plain.length);
    if (!plain.failed && !visible.failed)
        cell = arena_strdup(&g->memory, text_get(&visible));
    text_release(&visible);
    text_release(&plain);
    return cell;
}

int
grid_add(struct grid *g, const struct value *row, struct fault *f)
{
    const char **cells, ***kept;

    if (g->json)
        return print_json(g, row, f);
    if ((cells = arena_array(&g->memory, g->column_count, sizeof *cells)) == NULL)
        return fault_set_memory(f);
    for (size_t c = 0; c < g->column_count; c++) {
        if ((cells[c] = make_cell(g, g->columns[c].kind, &row[c])) == NULL)
            return fault_set_memory(f);
    }
    /* Whole rows only: what could not be added does not stop the others from being printed. */
    if ((kept = arena_append(&g->memory, &g->rows, &g->row_count, sizeof *kept)) == NULL)
        return fault_set_memory(f);
    *kept = cells;
    return 0;
}

static size_t
width_of(const char *cell)
{
    size_t characters;

    return utf8_count(cell, strlen(cell), &characters) == 0 ? characters : strlen(cell);
}

static void
add_blanks(struct text *t, size_t count)
{
    while (count-- > 0)
        text_add_char(t, ' ');
}

/* No blanks at the end of a line. */
static void
add_row(struct text *t, const struct grid *g, const char *const *cells, const size_t *widths)
{
    size_t owed = 0;

    for (size_t c = 0; c < g->column_count; c++) {
        size_t padding = widths[c] - width_of(cells[c]);
        bool right = g->columns[c].kind == GRID_NUMBER;

        if (cells[c][0] != '\0') {
            add_blanks(t, owed + (right ? padding : 0));
            text_add(t, cells[c]);
            owed = right ? 0 : padding;
        } else {
            owed += widths[c];
        }
        owed += GAP;
    }
    text_add_char(t, '\n');
}

static int
print_table(struct grid *g, struct fault *f)
{
    size_t *widths = arena_array(&g->memory, g->column_count, sizeof *widths);
    const char **header = arena_array(&g->memory, g->column_count, sizeof *header);
    struct text t = TEXT_INIT;
    int rc = 0;

    if (widths == NULL || header == NULL)
        return fault_set_memory(f);
    for (size_t c = 0; c < g->column_count; c++) {
        header[c] = g->columns[c].name;
        widths[c] = width_of(header[c]);
        for (size_t r = 0; r < g->row_count; r++) {
            size_t width = width_of(g->rows[r][c]);

            widths[c] = width > widths[c] ? width : widths[c];
        }
    }
    add_row(&t, g, header, widths);
    for (size_t r = 0; rc == 0 && r < g->row_count; r++) {
        add_row(&t, g, g->rows[r], widths);
        rc = output_take(&t, f);
    }
    if (rc == 0)
        rc = output_take(&t, f);
    text_release(&t);
    return rc;
}

static int
print_upright(const struct grid *g, struct fault *f)
{
    struct text t = TEXT_INIT;
    size_t widest = 0;
    int rc;

    for (size_t c = 0; c < g->column_count; c++) {
        size_t width = width_of(g->columns[c].name);

        widest = width > widest ? width : widest;
    }
    for (size_t r = 0; r < g->row_count; r++) {
        for (size_t c = 0; c < g->column_count; c++) {
            text_add(&t, g->columns[c].name);
            if (g->rows[r][c][0] != '\0')
                add_blanks(&t, widest - width_of(g->columns[c].name) + GAP);
            text_add(&t, g->rows[r][c]);
            text_add_char(&t, '\n');
        }
    }
    rc = output_take(&t, f);
    text_release(&t);
    return rc;
}

int
grid_finish(struct grid *g, struct fault *f)
{
    if (g->json)
        return 0;
    return g->upright ? print_upright(g, f) : print_table(g, f);
}

int
grid_print_one(const struct grid_column *columns, size_t column_count, bool json,
    const struct value *row, struct fault *f)
{
    struct grid g;
    int rc;

    grid_init(&g, columns, column_count, json);
    g.upright = true;
    rc = grid_add(&g, row, f);
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}
