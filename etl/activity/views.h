/*
 * views: the SQL views of an activity and of the BAM views over it. They are generated from the
 * definition and the partitions there are, and made anew whenever either changes.
 */
#ifndef ETL_ACTIVITY_VIEWS_H
#define ETL_ACTIVITY_VIEWS_H

#include "config/definition/definition.h"
#include "etl/odbc/db.h"

/* The name of the column a range or progress dimension gets in the views of its cube's activity
 * view: the dimension's own, or <Cube>_<Dimension> when that is taken there. In `memory`; NULL when
 * it runs out. */
const char *views_dimension_column(const struct definition *d, const struct cube *c,
    const struct dimension *dimension, struct arena *memory);

/* Drops and creates all views of one activity and of the BAM views over it; whoever had rights on
 * them has the same afterwards. Must run inside a transaction where the engine's DDL is
 * transactional. */
int views_regenerate(
    struct db *primary, const struct definition *d, const struct activity *a, struct fault *f);

/* Drops them. `d` is the definition that still holds the activity. Rights on them come back when
 * they are regenerated in the same transaction. */
int views_drop(
    struct db *primary, const struct definition *d, const struct activity *a, struct fault *f);

/* Adds ", <checkpoint>" for each: a NULL of its type when `table` (NULL: has all) lacks it. */
void views_add_checkpoints(struct text *sql, const struct dialect *dialect,
    const struct activity *a, const struct table *table);

/* Adds the SELECT of a cube's activity view with its range and progress columns, over any relation
 * that has RecordID, ActivityID, the checkpoints and LastModified (`instances` is SQL): for
 * instances that are no longer in the primary import. */
int views_add_cube_select(struct text *sql, const struct dialect *dialect,
    const struct definition *d, const struct cube *c, const char *instances, struct fault *f);

#endif
