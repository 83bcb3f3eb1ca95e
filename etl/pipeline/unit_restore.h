/*
 * unit_restore: the unit of a plan that restores what an XMLA command names.
 */
#ifndef ETL_PIPELINE_UNIT_RESTORE_H
#define ETL_PIPELINE_UNIT_RESTORE_H

#include "etl/pipeline/unit.h"

/* An analysis database of the settings goes to its own place, any other name beside it. */
int unit_restore(
    struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f);

#endif
