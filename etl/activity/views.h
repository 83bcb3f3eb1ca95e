/*
 * views: the SQL views of an activity and of the BAM views over it. They are generated from the
 * definition and the partitions there are, and made anew whenever either changes.
 */
#ifndef ETL_ACTIVITY_VIEWS_H
#define ETL_ACTIVITY_VIEWS_H

#include "config/base/arena.h"
#include "config/definition/definition.h"
#include "config/table/table.h"
#include "etl/odbc/db.h"

/* The name of the column a range or progress dimension gets in the views of its cube's activity
 * view: the dimension's own, or <Cube>_<Dimension> when that is taken there. In `memory`; NULL when
 * it runs out. */
const char *views_dimension_column(const struct definition *d, const struct cube *c,
    const struct dimension *dimension, struct arena *memory);

/* Makes all views of one activity and of the BAM views over it anew; whoever had rights on them has
 * the same afterwards. Must run inside a transaction where the engine's DDL is transactional;
 * elsewhere each takes the place of the one before in one step. */
int views_regenerate(
    struct db *primary, const struct definition *d, const struct activity *a, struct fault *f);

/* The shapes of an activity's partitions, which never change once they are swapped out. */
struct view_shapes {
    struct arena memory;
    struct table *tables;
    size_t count;
};

/* Reads them from the catalogue: what takes time of regenerating views over many partitions. The
 * caller releases them, also after a fault. */
int view_shapes_read(
    struct view_shapes *shapes, struct db *primary, const struct activity *a, struct fault *f);
void view_shapes_release(struct view_shapes *shapes);

/* The same as views_regenerate, with shapes that were read before: partitions that have come since
 * are looked up, those that have gone do no harm. */
int views_regenerate_from(struct db *primary, const struct definition *d, const struct activity *a,
    const struct view_shapes *shapes, struct fault *f);

/* Makes those over the tables anew after partitions have come, gone or been marked; all of them
 * where a view must go before what it reads is changed. */
int views_follow_partitions(struct db *primary, const struct definition *d,
    const struct activity *a, const struct view_shapes *shapes, struct fault *f);

/* Drops them. `d` is the definition that still holds the activity. Rights on them come back when
 * they are regenerated in the same transaction. */
int views_drop(
    struct db *primary, const struct definition *d, const struct activity *a, struct fault *f);

/* Drops those over an activity of `before`, which stays, that `after` knows no more: where views
 * are replaced one by one, the others are there all the time. */
int views_drop_gone(struct db *primary, const struct definition *before,
    const struct definition *after, const struct activity *a, struct fault *f);

/* Drops them for a change of the tables below, and leaves what regenerating them in the same
 * transaction finds again. */
int views_make_way(
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
