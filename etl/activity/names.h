/*
 * names: what BAM calls the tables and views of an activity, a view and a cube. The one place where
 * these names are put together. No name is longer than engines can have them: the activity's part
 * of a longer one is cut and gets a hash, the same each time; what tells the tables of an activity
 * apart is always kept.
 */
#ifndef ETL_ACTIVITY_NAMES_H
#define ETL_ACTIVITY_NAMES_H

#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/definition/definition.h"

struct activity_names {
    const char *active, *completed;
    const char *active_relationships, *completed_relationships;
    const char *continuations;
    const char *online_ids;
    const char *active_instances, *completed_instances, *all_instances; /* views */
    const char *all_relationships;
    const char *instances_for_archive, *relationships_for_archive;
    /* what applications write through (etl/writer), and what it calls itself */
    const char *primary_import, *enable_continuation, *add_reference;
    const char *root_of, *announce, *complete;
    const char *archive_instances_view, *archive_relationships_view; /* in the archive */
};

struct view_names {
    const char *active_alias, *completed_alias; /* aliases and durations */
    const char *active, *completed;             /* and range and progress columns */
    const char *both;
};

struct cube_names {
    const char *snapshot;              /* in the primary import */
    const char *facts, *active_facts;  /* in the star schema */
    const char *active_facts_incoming; /* being written by a load */
};

/* All texts live in `memory`. 0, or -1 when it runs out. */
int activity_names_init(
    struct activity_names *n, struct arena *memory, const char *activity, struct fault *f);
int view_names_init(struct view_names *n, struct arena *memory, const char *view,
    const char *activity_view, struct fault *f);
int cube_names_init(struct cube_names *n, struct arena *memory, const char *cube, struct fault *f);

/* bam_<Cube>_<Dimension>; NULL when memory runs out. */
char *dimension_table_name(struct arena *memory, const char *cube, const char *dimension);

/* Tables of a partition: bam_<Activity>_<stamp>, and ..._Relationships; NULL when memory runs out.
 */
char *partition_name(struct arena *memory, const char *activity, const char *stamp);
char *partition_relationships_name(struct arena *memory, const char *partition);

/* How long a stamp is without a number behind. */
enum { PARTITION_STAMP_BYTES = 16 };

/* The stamp at the end of a name, "20261120T080000Z" and perhaps "_2"; NULL when there is none. */
const char *partition_stamp(const char *name);

/* What a table is called while it is being filled or made ready. */
char *incoming_name(struct arena *memory, const char *table);

/* <view>_<16 digits>: a view over some of the tables that are too many for one. */
enum { TIER_DIGITS = 16 };
char *tier_name(struct arena *memory, const char *view, uint64_t hash);

/* Its copies in the archive, bam_<Activity>_Instances_<stamp>, and how they all begin. */
enum archive_kind { ARCHIVE_INSTANCES, ARCHIVE_RELATIONSHIPS };
char *archive_prefix(struct arena *memory, const char *activity, enum archive_kind kind);
char *archive_name(
    struct arena *memory, const char *activity, enum archive_kind kind, const char *partition);

#endif
