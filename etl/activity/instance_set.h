/*
 * instance_set: the event rules of BAM, applied in memory to the instances of one activity that a
 * run of records touches. Pure: storage.h loads the set from the database before and saves it
 * after.
 *
 * Rules: begin makes an instance visible; NULL never erases; an end is remembered until the
 * instance was begun and no token is open; events under an announced token belong to its root; a
 * token that had events before it was announced is merged into the root, closed when it had ended.
 */
#ifndef ETL_ACTIVITY_INSTANCE_SET_H
#define ETL_ACTIVITY_INSTANCE_SET_H

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

struct instance_set {
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

enum apply_result {
    APPLY_FAULT = -1,
    APPLY_DONE = 0,
    APPLY_REJECTED = 1, /* the record breaks a rule and changed nothing; the fault says which */
    APPLY_SETTLE = 2    /* an instance that has left is touched again: save, and start a new set */
};

int instance_set_init(struct instance_set *b, const struct activity *a, struct fault *f);
void instance_set_release(struct instance_set *b);

/* The instance of an ID, added when it is new; NULL when memory runs out. `id` is copied. */
struct instance *instance_set_add(struct instance_set *b, const struct value *id);

/* Adds the IDs and tokens that a record speaks of, to be loaded. */
int instance_set_add_record(
    struct instance_set *b, const struct event_record *record, struct fault *f);

/* Sets one checkpoint; texts are copied. NULL never erases. */
int instance_set_value(struct instance_set *b, struct instance *i, size_t checkpoint,
    const struct value *v, struct fault *f);

/* Applies a record as a whole or not at all. */
enum apply_result instance_set_apply(
    struct instance_set *b, const struct event_record *record, struct fault *f);

/* Completes an instance whatever its state (an operator's decision): its tokens are closed. */
int instance_set_complete(struct instance_set *b, struct instance *i, struct fault *f);

#endif
