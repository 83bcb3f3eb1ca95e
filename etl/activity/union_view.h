/*
 * union_view: a view over any number of tables of the same columns.
 *
 * An engine takes only so many SELECTs in one statement (SQLite: 500, SQLITE_MAX_COMPOUND_SELECT),
 * which is what stopped the old system at 253 partitions. Beyond a limit the tables are put into
 * tiers, views named <name>_1, <name>_2 ..., and the view is made over those.
 */
#ifndef ETL_ACTIVITY_UNION_VIEW_H
#define ETL_ACTIVITY_UNION_VIEW_H

#include "etl/odbc/db.h"

enum { UNION_VIEW_TERMS = 200 };

struct union_view {
    struct db *db;
    const char *name;  /* borrowed */
    struct text terms; /* SELECTs not yet in a tier */
    size_t term_count;
    struct text tiers; /* SELECTs over the tiers there are */
    size_t tier_count;
    bool in_place; /* it takes the place of another, whose tiers may be more: the caller may say so
                    */
};

void union_view_init(struct union_view *u, struct db *db, const char *name);
void union_view_release(struct union_view *u);

/* Adds one SELECT. */
int union_view_add(struct union_view *u, const char *select, struct fault *f);

/* Creates the view; at least one SELECT was added. */
int union_view_finish(struct union_view *u, struct fault *f);

/* Drops the view and its tiers; what is not there is fine. */
int union_view_drop(struct db *db, const char *name, struct fault *f);

#endif
