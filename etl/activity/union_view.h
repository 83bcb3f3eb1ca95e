/*
 * union_view: a view over any number of tables of the same columns.
 *
 * An engine takes only so many SELECTs in one statement (SQLite: 500, SQLITE_MAX_COMPOUND_SELECT),
 * which is what stopped the old system at 253 partitions. Tables beyond a limit are put into tiers,
 * views of their own, and the view is made over those.
 *
 * A tier is called after what it says, <name>_<hash>: made anew, a view finds the tiers there that
 * it needs, so that one partition more costs the same among thousands as among a few. What is in a
 * tier must keep its name for ever, as partitions do.
 */
#ifndef ETL_ACTIVITY_UNION_VIEW_H
#define ETL_ACTIVITY_UNION_VIEW_H

#include "config/base/arena.h"
#include "etl/odbc/db.h"

enum { UNION_VIEW_TERMS = 200 };

struct union_view_tier;

struct union_view {
    struct db *db;
    const char *name;  /* borrowed */
    struct text terms; /* SELECTs that are not in a tier */
    struct text next;  /* SELECTs of the next tier */
    size_t next_count;
    struct arena memory;
    struct union_view_tier *tiers; /* those there are */
    size_t tier_count;
    bool looked; /* for them */
};

void union_view_init(struct union_view *u, struct db *db, const char *name);
void union_view_release(struct union_view *u);

/* Adds one SELECT, in a tier when there are many. */
int union_view_add(struct union_view *u, const char *select, struct fault *f);

/* Adds one over a table that may take another name: never in a tier. */
int union_view_add_outside(struct union_view *u, const char *select, struct fault *f);

/* Creates the view, in the place of the one there is; at least one SELECT was added. Tiers that it
 * does not need are dropped. */
int union_view_finish(struct union_view *u, struct fault *f);

/* Drops the view and its tiers; what is not there is fine. */
int union_view_drop(struct db *db, const char *name, struct fault *f);

#endif
