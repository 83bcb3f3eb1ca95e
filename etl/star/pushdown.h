/*
 * pushdown: a query on a cube in DirectQuery mode, as SQL on its star schema: one GROUP BY for the
 * completed facts and one for the active ones, both of the same moment.
 */
#ifndef ETL_STAR_PUSHDOWN_H
#define ETL_STAR_PUSHDOWN_H

#include "cube/query.h"
#include "etl/odbc/db.h"

/*
 * As cube_query_run, on the star schema: the same lines in the same order. Counts, integers,
 * minima, maxima and all that is made of them are the same; sums of doubles are the engine's and
 * may differ by n * epsilon * sum(|x|). `cube` is its name, `m` its model as it was processed last.
 */
int pushdown_query(struct db *star, const char *cube, const struct cube_model *m,
    const struct cube_query *q, struct cube_result *r, struct fault *f);

#endif
