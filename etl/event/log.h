/*
 * log: a raw event log, as it stands in an XES or long CSV file: cases with their attributes and
 * events, nothing mapped to a definition yet.
 *
 * XES: IEEE 1849-2016. Long CSV: the habit of process mining tools, one row for one event.
 */
#ifndef ETL_EVENT_LOG_H
#define ETL_EVENT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "etl/event/input.h"
#include "etl/event/source.h"

/* Bounds of one case: more than this is no trace but an attack, or a file without case ids. */
enum {
    LOG_LIMIT_EVENTS = 100000,
    LOG_LIMIT_ATTRIBUTES = 200000,
    LOG_LIMIT_TEXT_BYTES = 8 * 1024 * 1024,
    LOG_LIMIT_RAW_BYTES = 1024 * 1024 /* more is not kept for the reject file */
};

#define LOG_CASE_PREFIX "case:" /* of trace attributes among the columns of a long CSV */

struct log_text {
    const char *bytes; /* NULL: missing */
    size_t length;
};

struct log_attribute {
    struct log_text key;
    struct log_text value; /* missing or empty: no value */
    bool is_boolean;       /* XES <boolean> */
    bool is_key;           /* the case's id, the event's class or its time */
    uint64_t line;
};

struct log_event {
    struct log_text class;
    struct log_text time;
    const struct log_attribute *attributes;
    size_t attribute_count;
    uint64_t line;
};

/* A trace of XES, or the part of a case that one row of a long CSV holds. All is borrowed until
 * the next case. */
struct log_case {
    struct log_text id;
    const struct log_attribute *attributes;
    size_t attribute_count;
    const struct log_event *events;
    size_t event_count;
    uint64_t first_event; /* position of events[0] in its case, from 0 */
    bool is_last;         /* nothing more of this case follows */
    uint64_t line;
    struct log_text raw; /* missing when it is too large to keep */
};

struct event_log;

/*
 * Opens `format` (FORMAT_XES or FORMAT_LONG_CSV). `in` and `options` are borrowed for its life. A
 * long CSV is read once before, to learn which row is the last of its case. Owned by the caller;
 * NULL with a fault.
 */
struct event_log *event_log_open(const char *path, struct input *in, enum source_format format,
    const struct source_options *options, struct fault *f);
void event_log_close(struct event_log *l); /* NULL is fine */

/* The next case; as event_source_next, with `c` for the record. After SOURCE_REJECT only line and
 * raw of `c` are filled. */
enum source_result event_log_next(struct event_log *l, struct log_case *c, struct fault *f);

/* True when a case comes row by row and columns may stand for trace attributes as well. */
bool event_log_is_flat(const struct event_log *l);

bool log_text_is(struct log_text t, const char *string);

#endif
