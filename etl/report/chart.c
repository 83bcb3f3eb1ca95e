#include "etl/report/chart.h"

enum { WIDTH = 1000, BAR_HEIGHT = 10, COLUMN_HEIGHT = 100, STRIP_HEIGHT = 40, LEAST_WIDTH = 6 };

static double
clamp(double x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

static void
begin_picture(struct text *html, const char *name, int height, const char *label)
{
    text_add_format(html, "<svg class=\"%s\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\"",
        name, WIDTH, height);
    if (label == NULL) {
        text_add(html, " aria-hidden=\"true\">");
        return;
    }
    text_add(html, " role=\"img\" aria-label=\"");
    page_text(html, label);
    text_add(html, "\">");
}

static void
add_rectangle(struct text *html, const char *classes, double x, double y, double w, double h)
{
    text_add_format(html, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"",
        classes, x, y, w, h);
}

/* Closes a rectangle, with what a pointer over it tells. */
static void
end_rectangle(struct text *html, const char *title)
{
    if (title == NULL) {
        text_add(html, "/>");
        return;
    }
    text_add(html, "><title>");
    page_text(html, title);
    text_add(html, "</title></rect>");
}

static void
add_tinted(struct text *html, enum tone tone, bool is_accent, double x, double y, double w,
    double h, const char *title)
{
    struct text classes = TEXT_INIT;

    text_add(&classes, "fill");
    if (!is_accent)
        text_add_format(&classes, " %s", tone_names[tone]);
    add_rectangle(html, text_get(&classes), x, y, w, h);
    end_rectangle(html, title);
    page_release(html, &classes);
}

void
chart_bar(struct text *html, enum tone tone, double begin, double end, const char *label)
{
    double x = clamp(begin) * WIDTH;
    double width = (clamp(end) - clamp(begin)) * WIDTH;

    if (width < LEAST_WIDTH && end > 0)
        width = LEAST_WIDTH;
    if (x + width > WIDTH)
        x = WIDTH - width;
    begin_picture(html, "bar", BAR_HEIGHT, label);
    add_rectangle(html, "track", 0, 0, WIDTH, BAR_HEIGHT);
    end_rectangle(html, NULL);
    if (width > 0)
        add_tinted(html, tone, tone == TONE_COUNT, x, 0, width, BAR_HEIGHT, NULL);
    text_add(html, "</svg>");
}

void
chart_columns(
    struct text *html, const struct chart_column *columns, size_t count, const char *label)
{
    double highest = 0, step = count == 0 ? WIDTH : (double)WIDTH / (double)count;

    /* A few nights make columns, not walls; the newest stands at the right. */
    if (step > WIDTH / 12.0)
        step = WIDTH / 12.0;
    for (size_t i = 0; i < count; i++)
        highest = columns[i].value > highest ? columns[i].value : highest;
    begin_picture(html, "columns", COLUMN_HEIGHT, label);
    for (size_t i = 0; i < count; i++) {
        const struct chart_column *c = &columns[i];
        double height = highest > 0 ? c->value / highest * COLUMN_HEIGHT : 0;

        height = height < 1 ? 1 : height;
        add_tinted(html, c->tone, c->tone == TONE_GOOD,
            WIDTH - (double)(count - i) * step + step * 0.2, COLUMN_HEIGHT - height, step * 0.8,
            height, c->title);
    }
    text_add(html, "</svg>\n");
}

void
chart_strip(struct text *html, const struct chart_block *blocks, size_t count, double window,
    const char *label)
{
    double edge = clamp(window) * WIDTH;

    begin_picture(html, "strip", STRIP_HEIGHT, label);
    add_rectangle(html, "track", 0, 0, WIDTH, STRIP_HEIGHT);
    end_rectangle(html, NULL);
    add_rectangle(html, "window", edge, 0, WIDTH - edge, STRIP_HEIGHT);
    end_rectangle(html, NULL);
    for (size_t i = 0; i < count; i++) {
        const struct chart_block *b = &blocks[i];
        double x = clamp(b->begin) * WIDTH, width = clamp(b->end) * WIDTH - x - 2;

        add_tinted(html, b->tone, b->is_accent, x, 8, width < LEAST_WIDTH ? LEAST_WIDTH : width,
            STRIP_HEIGHT - 16, b->title);
    }
    add_rectangle(html, "edge", edge < 1 ? 0 : edge - 1, 0, 3, STRIP_HEIGHT);
    end_rectangle(html, NULL);
    text_add(html, "</svg>\n");
}

void
chart_swatch(struct text *html, const char *classes)
{
    text_add_format(html,
        "<svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"%s\" width=\"10\" "
        "height=\"10\"/></svg>",
        classes);
}

void
chart_sign(struct text *html, enum tone tone)
{
    static const char *const paths[TONE_COUNT] = {
        [TONE_GOOD] = "M7 12.5l3.4 3.4L17 9",
        [TONE_WARNING] = "M12 7v6.5M12 16.6v.4",
        [TONE_BAD] = "M8 8l8 8M16 8l-8 8",
        [TONE_QUIET] = "M8 12h8",
    };

    text_add_format(html,
        "<svg viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" "
        "stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\">"
        "<circle cx=\"12\" cy=\"12\" r=\"10\"/><path d=\"%s\"/></svg>",
        paths[tone]);
}
