/*
 * event: one thing that happened to an activity instance, whatever format it was written in.
 */
#ifndef ETL_EVENT_EVENT_H
#define ETL_EVENT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/value.h"

enum event_op {
    EVENT_BEGIN,     /* the row becomes visible; may carry data */
    EVENT_UPDATE,    /* data; NULL never erases */
    EVENT_END,       /* completes the instance; may carry data */
    EVENT_CONTINUE,  /* later events under `token` belong to this instance */
    EVENT_REFERENCE, /* a relationship */
    EVENT_OP_COUNT
};

/* "begin", "update", "end", "continue", "reference". */
extern const char *const event_op_names[EVENT_OP_COUNT];

struct event_datum {
    size_t checkpoint;  /* into the activity's checkpoints */
    bool keep_first;    /* the value already there wins: milestones of an event log */
    struct value value; /* of the checkpoint's type, or NULL */
};

struct event_reference {
    struct value name; /* VALUE_TEXT or NULL, so below */
    struct value type; /* NULL: the default, BizTalkService */
    struct value data;
    struct value long_data;
};

struct event {
    enum event_op op;
    size_t activity; /* into the definition's activities */
    struct value id; /* VALUE_TEXT, 1 to LIMIT_ACTIVITY_ID characters */
    struct event_datum *data;
    size_t data_count;
    struct value token;               /* EVENT_CONTINUE */
    struct event_reference reference; /* EVENT_REFERENCE */
};

/*
 * A record is what a source delivers at a time and what is taken or rejected as a whole: a line of
 * JSON Lines, a row of CSV, a trace of XES. Its events all speak of one instance. Everything in it
 * is borrowed until the next record.
 */
struct event_record {
    uint64_t position; /* number of the record in its source, from 1 */
    uint64_t line;     /* where it starts, for messages; 0 when unknown */
    struct event *events;
    size_t event_count;
    const char
        *raw; /* as it stands in the source, for the reject file; NULL when too large to keep */
    size_t raw_length;
};

#endif
