/*
 * identity: what stands behind each XML ID of a definition.
 */
#ifndef CONFIG_DEFINITION_IDENTITY_H
#define CONFIG_DEFINITION_IDENTITY_H

#include <libxml/hash.h>
#include <stddef.h>

#include "config/base/arena.h"

enum identity_kind {
    IDENTITY_ACTIVITY,
    IDENTITY_CHECKPOINT,
    IDENTITY_INDEX,
    IDENTITY_VIEW,
    IDENTITY_ACTIVITY_VIEW,
    IDENTITY_ALIAS,
    IDENTITY_DURATION,
    IDENTITY_CUBE,
    IDENTITY_MEASURE,
    IDENTITY_DIMENSION,
    IDENTITY_RANGE,
    IDENTITY_STAGE,
    IDENTITY_AGGREGATION,
    IDENTITY_KIND_COUNT
};

/* Where it is: item `item` of its list; the list belongs to activity, view or cube `outer` and, for
 * aliases and durations, to activity view `inner` of that view. */
struct identity {
    enum identity_kind kind;
    size_t outer;
    size_t inner;
    size_t item;
    int line;
};

/* "a Checkpoint", "an Alias" ... for messages. */
extern const char *const identity_kind_names[IDENTITY_KIND_COUNT];

struct identity_table {
    struct arena *memory; /* borrowed */
    xmlHashTable *by_id;
};

/* 0, or -1 when memory runs out. */
int identity_table_init(struct identity_table *t, struct arena *memory);
void identity_table_release(struct identity_table *t);

/* What has this ID; NULL when nothing has. */
const struct identity *identity_find(const struct identity_table *t, const char *id);

/* Adds an ID that nothing has yet; 0, or -1 when memory runs out. */
int identity_add(struct identity_table *t, const char *id, const struct identity *what);

#endif
