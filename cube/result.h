/*
 * result: the answer to a query, as a table of lines in the order of their labels.
 */
#ifndef CUBE_RESULT_H
#define CUBE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/text.h"
#include "config/base/value.h"

#define CUBE_TOTAL UINT32_MAX

/*
 * One combination of members: labels of the row levels, then of the column levels, then the
 * measures' values. Labels at or after `row_depth` (of the rows) and `column_depth` (of the
 * columns) are totals: the line sums up all members there, and the label is NULL without being the
 * NULL member.
 */
struct cube_line {
    const struct value *labels;
    const uint32_t
        *keys; /* of each label; smaller sorts first, equal is the same, CUBE_TOTAL: a total */
    const struct value *measures;
    size_t row_depth;
    size_t column_depth;
};

struct cube_result {
    struct arena memory;
    const char **levels; /* "Dimension.Level": rows, then columns */
    size_t row_count;    /* of the levels */
    size_t column_count;
    const char **measures; /* names */
    size_t measure_count;
    struct cube_line *lines; /* none: there are no such facts, which is not zero */
    size_t line_count;
    size_t cut; /* rows that a query for the first ones left out */
};

#define CUBE_RESULT_INIT                                                                           \
    {                                                                                              \
        .lines = NULL                                                                              \
    }

void cube_result_release(struct cube_result *r);

/* What label `index` of a line is: a member's value, or a total. */
bool cube_line_is_total(const struct cube_result *r, const struct cube_line *line, size_t index);

/* True for a subtotal or grand total. */
bool cube_line_has_totals(const struct cube_result *r, const struct cube_line *line);

#endif
