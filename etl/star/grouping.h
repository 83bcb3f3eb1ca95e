/*
 * grouping: what a cube in DirectQuery mode wants to know, as SQL on its star schema. Facts are the
 * table f, the dimensions that are asked for d0, d1, ..., each joined once.
 */
#ifndef ETL_STAR_GROUPING_H
#define ETL_STAR_GROUPING_H

#include "cube/direct.h"
#include "etl/odbc/db.h"

struct grouping {
    const char *cube;
    const struct dialect *dialect;
    const struct direct_plan *plan;
    struct arena *memory;
    struct text sql;
    enum value_type *types; /* of the columns */
    size_t column_count;
    struct tally_finding *findings; /* one a source of the model */
};

/* All is borrowed for the grouping's life; `memory` holds what it allocates. Release it always. */
int grouping_init(struct grouping *g, const char *cube, const struct dialect *dialect,
    const struct direct_plan *plan, struct arena *memory, struct fault *f);
void grouping_release(struct grouping *g);

/* Sets g->sql: the plan's groups among the facts of a table, with what is wanted of each. */
int grouping_write(struct grouping *g, const char *facts, struct fault *f);

/* Sets g->sql: 1 when any fact of the table passes the plan's filters, otherwise 0. */
int grouping_write_probe(struct grouping *g, const char *facts, struct fault *f);

/* Passes a row on that grouping_write's statement gave. */
int grouping_take(
    struct grouping *g, const struct value *row, struct direct_groups *to, struct fault *f);

#endif
