/*
 * source_kind: what a format of events must offer. Private to source.c and source_*.c.
 */
#ifndef ETL_EVENT_SOURCE_KIND_H
#define ETL_EVENT_SOURCE_KIND_H

#include "etl/event/input.h"
#include "etl/event/source.h"
#include "etl/event/zone.h"

struct event_source {
    const struct source_kind *kind;
    enum source_format format;
    char *path; /* owned */
    struct source_options options;
    const struct definition *definition; /* borrowed */
    size_t activity; /* the one that is meant when a record does not say; NO_INDEX: it must say */
    struct input *input;
    struct zone zone;
    uint64_t position; /* of the last record */
    void *state;       /* of the kind */
};

struct source_kind {
    bool names_activity; /* records may say which activity they are for */
    int (*open)(struct event_source *s, struct fault *f); /* sets state */
    /* Fills all but the position; after SOURCE_REJECT line and raw. */
    enum source_result (*next)(struct event_source *s, struct event_record *r, struct fault *f);
    void (*close)(struct event_source *s); /* also after an open that failed */
};

extern const struct source_kind source_kind_jsonl;
extern const struct source_kind source_kind_wide;
extern const struct source_kind source_kind_log; /* XES and long CSV */

#endif
