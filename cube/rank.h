/*
 * rank: a result's rows put in the order of a measure, and cut after the first of them.
 *
 * A row is all lines with the same row labels. It ranks by its total over all columns. Without
 * totals rows stand in the order of their ranks. With them the rows of one outer member stay
 * together, under it the subtotal; outer members then rank by their subtotals. A row whose measure
 * is NULL comes last, whatever the direction; rows that are alike keep the order of their members.
 */
#ifndef CUBE_RANK_H
#define CUBE_RANK_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/fault.h"
#include "cube/result.h"

struct rank {
    size_t measure; /* of the result's */
    bool ascending; /* otherwise the largest first */
    size_t top;     /* rows that stay; 0: all. Which they are does not depend on `totals`. */
    bool totals;    /* subtotals and totals stay, as they are: of all rows, not only of these */
};

/*
 * The result is in the order of its members and holds all totals there are. Sets r->cut. 0, or -1
 * when memory runs out.
 */
int rank_apply(const struct rank *rank, struct cube_result *r, struct fault *f);

#endif
