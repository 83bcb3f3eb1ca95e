/*
 * mapping: which checkpoints the names in a raw event log feed.
 *
 * For each name the definition's origins count first, then the options' maps, then checkpoints of
 * that very name which nothing else feeds. Names of trace attributes are the same with and without
 * "case:" before them, so that one definition reads a log in both its formats.
 */
#ifndef ETL_EVENT_MAPPING_H
#define ETL_EVENT_MAPPING_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/fault.h"
#include "config/definition/definition.h"
#include "etl/event/log.h"
#include "etl/event/names.h"

enum mapping_kind {
    MAPPING_CLASS,     /* time of the first event of that class; DATETIME checkpoints only */
    MAPPING_TRACE,     /* attribute of the trace */
    MAPPING_ATTRIBUTE, /* attribute of any event */
    MAPPING_PAIR,      /* attribute of the events of one class */
    MAPPING_KIND_COUNT
};

struct mapping_target {
    size_t checkpoint;
    const struct mapping_target *next; /* the same name feeds this one too */
};

struct mapping_name {
    struct mapping_target *targets;
    int level; /* origins, maps, names: a later level adds nothing to a name of an earlier one */
};

struct mapping_table {
    struct names names;
    struct mapping_name *entries; /* by number in names */
    size_t count;
};

struct mapping {
    const struct activity *activity; /* borrowed */
    struct arena memory;
    struct mapping_table tables[MAPPING_KIND_COUNT];
    bool *fed; /* checkpoints that an origin or a map names */
    char *key; /* room for the longest pair; owned by the arena */
    size_t key_room;
    bool is_flat; /* columns of events stand for trace attributes too */
};

/* FAULT_DATA for a map to an unknown checkpoint, FAULT_USAGE for one without '='. The mapping is to
 * be released in any case. */
int mapping_init(struct mapping *m, const struct activity *a, const struct source_options *options,
    bool is_flat, struct fault *f);
void mapping_release(struct mapping *m); /* of a zeroed or used mapping */

/* The checkpoints that a name feeds, as a list; NULL when none. `class` counts for MAPPING_PAIR. */
const struct mapping_target *mapping_find(
    const struct mapping *m, enum mapping_kind kind, struct log_text class, struct log_text name);

#endif
