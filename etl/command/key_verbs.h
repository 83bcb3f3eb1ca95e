/*
 * key_verbs: what `key` does with backups that are there.
 */
#ifndef ETL_COMMAND_KEY_VERBS_H
#define ETL_COMMAND_KEY_VERBS_H

#include "etl/command/command.h"
#include "etl/command/grid.h"

/* What they print: up to a column without a name. */
extern const struct grid_column key_check_columns[];     /* a line a backup */
extern const struct grid_column key_check_one_columns[]; /* of one file */
extern const struct grid_column key_rewrap_columns[];

/* `key check [FILE]`: which backups does a key open? (key_check.c) */
int key_check(struct invocation *i, struct fault *f);

/* `key rewrap FILE|ID...`: other recipients (key_rewrap.c). */
int key_rewrap(struct invocation *i, struct fault *f);

#endif
