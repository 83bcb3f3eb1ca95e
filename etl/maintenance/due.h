/*
 * due: which partitions may be archived, and which rule holds the others back.
 *
 * A partition is due when its creation and its newest row lie before the online window, and every
 * OLAP cube of the activity has analysed its last record (BAM documentation, "Archiving primary
 * import data").
 */
#ifndef ETL_MAINTENANCE_DUE_H
#define ETL_MAINTENANCE_DUE_H

#include "config/definition/definition.h"
#include "etl/activity/partition.h"
#include "etl/maintenance/window.h"
#include "etl/odbc/db.h"

struct due {
    const struct partition *partition;
    int64_t rows; /* that it had when it was dropped; -1: nobody counted them */
    bool is_due;
    const char
        *why; /* the rule that decides, with its values, as a sentence; in the caller's arena */
};

struct due_list {
    struct window window;
    int64_t threshold;  /* moment */
    bool has_watermark; /* an OLAP cube reads the activity */
    int64_t watermark;  /* smallest RecordID that all its cubes have analysed */
    struct due *items;
    size_t count;
};

/* Judges the partitions of an activity as of now. All is allocated in `memory`. */
int due_read(struct db *primary, const struct definition *d, const struct activity *a,
    enum partition_filter filter, struct arena *memory, struct due_list *list, struct fault *f);

/* The same for people: of a partition that the last maintenance kept, `why` tells that too. */
int due_explain(struct db *primary, const struct definition *d, const struct activity *a,
    enum partition_filter filter, struct arena *memory, struct due_list *list, struct fault *f);

#endif
