/*
 * batch: the event rules of BAM, applied in memory to the instances of one activity that a run of
 * records touches. Pure: storage.h loads the batch from the database before and saves it after.
 *
 * Rules: begin makes an instance visible; NULL never erases; an end is remembered until the
 * instance was begun and no token is open; events under an announced token belong to its root; a
 * token that had events before it was announced is merged into the root, closed when it had ended.
 */
#ifndef ETL_ACTIVITY_BATCH_H
#define ETL_ACTIVITY_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/definition/definition.h"
#include "etl/event/event.h"

enum fate {
    FATE_KEPT,      /* in Active, or nowhere */
    FATE_COMPLETED, /* moves to Completed */
    FATE_MERGED     /* was a token: its data went to its root */
};

struct reference {
    struct reference *next;
    struct event_reference content;
};

struct instance {
    struct value id;
    struct value *values; /* one a checkpoint */
    bool present;         /* has a row in Active, or is to get one */
    bool visible;
    bool ended;
    bool changed;
    enum fate fate;
    struct instance *parent;      /* announced as a token of that root */
    size_t open_tokens;           /* how many have this one as their parent */
    struct reference *references; /* new ones, newest first */
    struct instance *merged_into;
    /* as the database has it */
    bool stored;
    struct instance *stored_parent;
    bool completed_online; /* a completed instance of this ID is in Completed or a live partition */
};

struct batch {
    const struct activity *activity;
    struct arena memory;
    struct instance **instances; /* in order of first mention */
    size_t count;
    struct instance **slots; /* open addressing by the hash of the ID */
    size_t slot_count;
    struct instance **completed; /* in order of completion */
    size_t completed_count;
    struct instance **merged; /* in order of merging */
    size_t merged_count;
    uint64_t late_events;
};

enum batch_result {
    BATCH_FAULT = -1,
    BATCH_APPLIED = 0,
    BATCH_REJECTED = 1, /* the record breaks a rule and changed nothing; the fault says which */
    BATCH_SETTLE = 2 /* an instance that has left is touched again: save, and start a new batch */
};

int batch_init(struct batch *b, const struct activity *a, struct fault *f);
void batch_release(struct batch *b);

/* The instance of an ID, added when it is new; NULL when memory runs out. `id` is copied. */
struct instance *batch_add(struct batch *b, const struct value *id);

/* Adds the IDs and tokens that a record speaks of, to be loaded. */
int batch_add_record(struct batch *b, const struct event_record *record, struct fault *f);

/* Sets one checkpoint; texts are copied. NULL never erases. */
int batch_set_value(
    struct batch *b, struct instance *i, size_t checkpoint, const struct value *v, struct fault *f);

/* Applies a record as a whole or not at all. */
enum batch_result batch_apply(struct batch *b, const struct event_record *record, struct fault *f);

/* Completes an instance whatever its state (an operator's decision): its tokens are closed. */
int batch_complete(struct batch *b, struct instance *i, struct fault *f);

#endif
