/*
 * partition: what bam_Metadata_Partitions says about the swapped-out tables of an activity.
 */
#ifndef ETL_ACTIVITY_PARTITION_H
#define ETL_ACTIVITY_PARTITION_H

#include <stdbool.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "etl/odbc/db.h"

struct partition {
    const char *activity;
    const char *instances;     /* table */
    const char *relationships; /* table */
    int64_t created;           /* moment */
    int64_t min_record, max_record;
    bool archiving;   /* marked: between begin and end of archiving */
    bool dropped;     /* archived and gone */
    int64_t archived; /* moment, when dropped */
};

struct partition_list {
    struct partition *items; /* oldest first */
    size_t count;
};

enum partition_filter { PARTITIONS_LIVE, PARTITIONS_MARKED, PARTITIONS_ALL };

/* Reads the partitions of one activity (NULL: of all) into `memory`. */
int partition_read(struct db *primary, const char *activity, enum partition_filter filter,
    struct arena *memory, struct partition_list *list, struct fault *f);

/* Writes down a partition that has just been swapped out. */
int partition_record(struct db *primary, const struct partition *p, struct fault *f);

#endif
