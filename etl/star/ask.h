/*
 * ask: a query on a cube of an installation, whatever the cube's storage mode.
 */
#ifndef ETL_STAR_ASK_H
#define ETL_STAR_ASK_H

#include "cube/query.h"
#include "etl/site/site.h"

/* From the cube's files, or, in DirectQuery mode, from the star schema. As cube_query_run. */
int ask_cube(struct site *site, struct stored_cube *c, const char *name, const struct cube_query *q,
    struct cube_result *r, struct fault *f);

#endif
