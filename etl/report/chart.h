/*
 * chart: small pictures as inline SVG. They stretch to the width there is, so words stand in HTML
 * around them; each says in a label what it shows.
 */
#ifndef ETL_REPORT_CHART_H
#define ETL_REPORT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "etl/report/page.h"

/* A bar from `begin` to `end` (0 to 1) of a track; however short, it can be seen. `label` says so
 * in words; NULL: the words stand beside it. */
void chart_bar(struct text *html, enum tone tone, double begin, double end, const char *label);

struct chart_column {
    double value; /* 0 or more */
    enum tone tone;
    const char *title; /* what it stands for, in words */
};

/* Columns side by side, the highest as high as the picture. */
void chart_columns(
    struct text *html, const struct chart_column *columns, size_t count, const char *label);

struct chart_block {
    double begin, end; /* 0 to 1 */
    enum tone tone;
    bool is_accent; /* in the accent colour instead */
    const char *title;
};

/* Blocks on a line; from `window` (0 to 1) on the ground is shaded, with an edge. */
void chart_strip(struct text *html, const struct chart_block *blocks, size_t count, double window,
    const char *label);

/* A square in a colour, for a legend. */
void chart_swatch(struct text *html, const char *classes);

/* The sign of a verdict. */
void chart_sign(struct text *html, enum tone tone);

#endif
