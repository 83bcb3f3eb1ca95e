/*
 * activity_select: what a BAM activity view says, as SQL: aliases, durations, and a column for each
 * range or progress dimension of the cubes over it.
 */
#ifndef ETL_ACTIVITY_ACTIVITY_SELECT_H
#define ETL_ACTIVITY_ACTIVITY_SELECT_H

#include "config/base/arena.h"
#include "config/base/text.h"
#include "config/definition/definition.h"
#include "etl/odbc/dialect.h"

/* Adds the SELECT of its aliases and durations from instances: SQL of any relation that has
 * RecordID, ActivityID, the checkpoints and LastModified. */
void activity_select_add_aliases(struct text *sql, const struct dialect *dialect,
    const struct activity *a, const struct activity_view *av, const char *instances);

/* Adds the SELECT of these and the dimensions' columns from what the first one makes (`aliases` is
 * SQL). */
int activity_select_add_all(struct text *sql, const struct definition *d,
    const struct activity_view *av, const char *aliases, struct fault *f);

/* Both in one for a cube's activity view: for instances that are no longer in the primary import.
 */
int activity_select_add_cube(struct text *sql, const struct dialect *dialect,
    const struct definition *d, const struct cube *c, const char *instances, struct fault *f);

/* The name of the column a range or progress dimension gets in the views of its cube's activity
 * view: the dimension's own, or <Cube>_<Dimension> when that is taken there. In `memory`; NULL when
 * it runs out. */
const char *activity_select_dimension_column(const struct definition *d, const struct cube *c,
    const struct dimension *dimension, struct arena *memory);

#endif
