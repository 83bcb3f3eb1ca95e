/*
 * plan_table: what a job would do, for `run --plan`: its units with their targets, and for
 * maintenance each partition with the rule that decides on it.
 */
#ifndef ETL_COMMAND_PLAN_TABLE_H
#define ETL_COMMAND_PLAN_TABLE_H

#include "config/job/job.h"
#include "etl/command/grid.h"
#include "etl/command/invocation.h"
#include "etl/pipeline/plan.h"

/* What it prints, up to a column without a name. */
extern const struct grid_column plan_table_columns[];

int plan_table_print(struct invocation *i, const struct job *job, struct fault *f);

/* Before somebody decides on a unit: for each of its partitions on stderr, whether it is due and
 * why. */
int plan_table_explain(struct site *site, const struct unit *u, struct fault *f);

#endif
