/*
 * log_kind: what a format of raw event logs must offer. Private to log.c and log_*.c.
 */
#ifndef ETL_EVENT_LOG_KIND_H
#define ETL_EVENT_LOG_KIND_H

#include "etl/event/log.h"

struct event_log {
    const struct log_kind *kind;
    const char *path;     /* borrowed */
    struct input *input;  /* borrowed */
    const char *case_key; /* borrowed, so below */
    const char *class_key;
    const char *time_key;
    char separator;
    void *state; /* of the kind */
};

struct log_kind {
    enum source_format format;
    bool is_flat;
    int (*open)(struct event_log *l, struct fault *f); /* sets state */
    enum source_result (*next)(struct event_log *l, struct log_case *c, struct fault *f);
    void (*close)(struct event_log *l); /* also after an open that failed */
};

extern const struct log_kind log_kind_xes;
extern const struct log_kind log_kind_csv;

#endif
