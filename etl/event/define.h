/*
 * define: infers a BAM definition from an event log.
 */
#ifndef ETL_EVENT_DEFINE_H
#define ETL_EVENT_DEFINE_H

#include "config/base/fault.h"
#include "config/definition/definition.h"
#include "etl/event/source.h"

struct define_options {
    const char *name; /* of the activity; NULL: from the file's name */
    struct source_options source;
};

/*
 * Reads the whole log and fills `d`: one activity with a DATETIME checkpoint for each event class
 * (its first occurrence), typed checkpoints for attributes, their origins; a view with an alias for
 * each and a duration from the earliest milestone to the latest; a cube with time, data and
 * progress dimensions. The result passes definition_read. Faults as event_source_open.
 */
int define_from_log(
    const char *path, const struct define_options *options, struct definition *d, struct fault *f);

#endif
