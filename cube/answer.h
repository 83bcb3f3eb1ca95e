/*
 * answer: the groups of a rollup put into a result: with totals, sorted or ranked, with the
 * members' names and the measures' values.
 */
#ifndef CUBE_ANSWER_H
#define CUBE_ANSWER_H

#include <stddef.h>

#include "config/base/fault.h"
#include "cube/axis.h"
#include "cube/query.h"
#include "cube/rollup.h"

/* What a result is made from; all borrowed. */
struct answer {
    const struct cube_model *model;
    const struct cube_query *query;
    const struct axis *axes; /* rows, then columns */
    size_t axis_count;
    struct rollup *rollup; /* gets the totals that are asked for */
};

/* Fills an empty result, which borrows nothing. 0, or -1 when memory runs out (release it then
 * too). */
int answer_fill(const struct answer *q, struct cube_result *r, struct fault *f);

#endif
