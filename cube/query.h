/*
 * query: facts grouped by levels, as SQL's GROUP BY does it.
 *
 * A query groups by exactly the levels it names: Time.Month alone merges the months of all years.
 * Each line is unique by its labels. The struct says nothing of how the answer is found, so it is
 * also the plan for a cube in direct mode.
 */
#ifndef CUBE_QUERY_H
#define CUBE_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/fault.h"
#include "cube/model.h"
#include "cube/result.h"
#include "cube/store.h"

#define CUBE_ROW_COUNT ((size_t)-1) /* stands for the implicit measure */
#define CUBE_ROW_COUNT_NAME "Count"

/* Only facts whose member of the level is this one. Slices of one level: any of them. Of several
 * levels: all of them. */
struct cube_slice {
    struct cube_level_ref level;
    const char *text; /* the member as people read it; NULL: the NULL member */
};

/* Rows ranked by a measure (see rank.h), which need not be one that is shown. */
struct cube_order {
    size_t measure; /* of the model's, or CUBE_ROW_COUNT */
    bool ascending;
    size_t top; /* rows; 0: all */
};

struct cube_query {
    const struct cube_level_ref *rows;
    size_t row_count;
    const struct cube_level_ref *columns;
    size_t column_count;
    const size_t *measures; /* into the model's measures, or CUBE_ROW_COUNT; none: all there are */
    size_t measure_count;
    const struct cube_slice *slices;
    size_t slice_count;
    enum cube_part part;
    bool totals; /* adds a total for every shorter list of row levels and of column levels */
    const struct cube_order *order; /* NULL: rows in the order of their members */
};

/* The levels of a query: those of the rows, then those of the columns. */
struct cube_level_ref cube_query_level(const struct cube_query *q, size_t index);

/* FAULT_USAGE: a level named twice. */
int cube_query_check(const struct cube_model *m, const struct cube_query *q, struct fault *f);

/*
 * Answers from the cube's segments. FAULT_USAGE: a level named twice; FAULT_DATA: a slice's member
 * is unknown to the whole cube (with the nearest one), a damaged segment; a cube in direct mode.
 */
int cube_query_run(
    struct stored_cube *c, const struct cube_query *q, struct cube_result *r, struct fault *f);

#endif
