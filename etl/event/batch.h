/*
 * batch: the cases that a push parser found in a piece of its document. The last one may still be
 * open; it stays when the others have been taken. Bounded by the limits of log.h.
 */
#ifndef ETL_EVENT_BATCH_H
#define ETL_EVENT_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/text.h"
#include "etl/event/log.h"

enum batch_role { ROLE_NONE, ROLE_ID, ROLE_CLASS, ROLE_TIME };

/* Bytes in the batch's text, counted from where their case starts there. */
struct batch_span {
    uint32_t start;
    uint32_t length;
    bool present;
};

struct batch_attribute {
    struct batch_span key;
    struct batch_span value;
    bool is_boolean;
    bool is_key;
    uint64_t line;
};

struct batch_event {
    struct batch_span class;
    struct batch_span time;
    size_t attribute_start; /* counted from the case's first */
    size_t attribute_count;
    uint64_t line;
};

struct batch_case {
    struct batch_span id;
    size_t text_start;
    size_t own_start, own_count; /* attributes of the case itself */
    size_t event_start, event_count;
    size_t attribute_start, attribute_count; /* of all its events */
    uint64_t line;
    uint64_t from_byte, to_byte; /* of the document */
    const char *too_large;       /* which limit it breaks; NULL: none */
};

/* A growing array of elements of `size` bytes. */
struct batch_array {
    void *items;
    size_t count;
    size_t room;
};

struct batch {
    struct text text;
    struct batch_array cases;
    struct batch_array own;
    struct batch_array events;
    struct batch_array attributes;
    size_t taken;  /* cases handed out */
    bool open;     /* the last case is not complete */
    bool in_event; /* nor is its last event */
    bool failed;   /* memory ran out */
    /* the case handed out last */
    struct batch_array out_attributes;
    struct batch_array out_events;
};

void batch_release(struct batch *b); /* of a zeroed or used batch */

/* What the parser finds, in document order. An attribute belongs to the open event, else to the
 * open case. Memory that runs out is remembered and told by batch_take. */
void batch_begin_case(struct batch *b, uint64_t line, uint64_t from_byte);
void batch_begin_event(struct batch *b, uint64_t line);
void batch_add(struct batch *b, enum batch_role role, struct log_text key, struct log_text value,
    bool is_boolean, uint64_t line);
void batch_end_event(struct batch *b);
void batch_end_case(struct batch *b, uint64_t to_byte);

/* The open case, NULL when there is none. */
const struct batch_case *batch_open_case(const struct batch *b);

/* Hands out the next complete case, borrowed until the next call. Returns 1, 0 when there is none,
 * -1 with a fault. `from` gets the batch's own record of it. */
int batch_take(
    struct batch *b, struct log_case *c, const struct batch_case **from, struct fault *f);

/* Forgets the cases that were handed out, once all complete ones were. */
void batch_compact(struct batch *b);

#endif
