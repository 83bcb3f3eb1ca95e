/*
 * views: the SQL views of an activity and of the BAM views over it. They are generated from the
 * definition and the partitions there are, and made anew whenever either changes.
 */
#ifndef ETL_ACTIVITY_VIEWS_H
#define ETL_ACTIVITY_VIEWS_H

#include "etl/activity/view_shapes.h"

/* Makes all views of one activity and of the BAM views over it anew; whoever had rights on them has
 * the same afterwards. Must run inside a transaction where the engine's DDL is transactional;
 * elsewhere each takes the place of the one before in one step. */
int views_regenerate(
    struct db *primary, const struct definition *d, const struct activity *a, struct fault *f);

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

#endif
