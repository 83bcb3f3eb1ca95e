/*
 * pivot: a query's result as text: long CSV, JSON objects, or a pivot table for a terminal.
 */
#ifndef CUBE_PIVOT_H
#define CUBE_PIVOT_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/fault.h"
#include "config/base/text.h"
#include "cube/result.h"

/* What stands for a label that sums up all members, in every form. */
#define PIVOT_TOTAL "(total)"

/* The long form: "Dimension.Level" for each level and the measures' names, then one line for each
 * combination. Exact numbers; the NULL member and NULL measures are empty. Each ends in a line
 * feed. */
void pivot_csv_head(struct text *out, const struct cube_result *r);
void pivot_csv_line(struct text *out, const struct cube_result *r, const struct cube_line *line);

/* One JSON object with the same fields, without a line feed. The NULL member is null, a sum beyond
 * all doubles the text "inf"; bytes that are not UTF-8 become U+FFFD. */
void pivot_json_line(struct text *out, const struct cube_result *r, const struct cube_line *line);

struct pivot_style {
    size_t width; /* terminal columns to fit; 0: any */
    bool box;     /* lines drawn with box characters instead of ASCII */
};

/*
 * Row labels left, members of the column levels across, measures beneath. Column groups that do not
 * fit the width go to further tables below. The NULL member shows as (unknown), a NULL measure as
 * -, a combination without facts as nothing; doubles have 15 digits. 0, or -1 when memory runs out.
 */
int pivot_table(struct text *out, const struct cube_result *r, const struct pivot_style *style,
    struct fault *f);

#endif
