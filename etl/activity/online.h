/*
 * online: the ActivityIDs of all completed instances that are online, in Completed and in the live
 * partitions: bam_<Activity>_OnlineIDs, one table with one column. Whoever completes an instance
 * puts its ID in (etl/writer, storage.h), which the table's key refuses a second time; whoever
 * drops a partition takes its IDs out. So completing costs the same however many partitions there
 * are and whatever the IDs look like, and a swap has nothing to do with it.
 */
#ifndef ETL_ACTIVITY_ONLINE_H
#define ETL_ACTIVITY_ONLINE_H

#include "config/definition/definition.h"
#include "etl/activity/partition.h"
#include "etl/odbc/db.h"

/* Is there the table? 1, 0, -1. */
int online_exists(struct db *primary, const struct activity *a, struct fault *f);

/* Makes the table from what is online, in a database from before there was one; it appears when it
 * is filled. Must run inside a transaction that holds the writers over DDL (hold.h). */
int online_make(struct db *primary, const struct activity *a, struct fault *f);

/* Takes the IDs of a partition out, in short transactions of its own, so that no writer waits: for
 * one that is about to be dropped. Cut short, it is done again, or undone by online_put_back. */
int online_take_out(
    struct db *primary, const struct activity *a, const struct partition *p, struct fault *f);

/* Puts the IDs of a partition that is kept after all back in; mostly they are there, which one look
 * tells. Must run inside a transaction. */
int online_put_back(
    struct db *primary, const struct activity *a, const struct partition *p, struct fault *f);

#endif
