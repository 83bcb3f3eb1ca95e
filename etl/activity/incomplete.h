/*
 * incomplete: the instances of an activity that wait in Active: not begun, not ended, or with an
 * open token.
 */
#ifndef ETL_ACTIVITY_INCOMPLETE_H
#define ETL_ACTIVITY_INCOMPLETE_H

#include <stdbool.h>
#include <stdint.h>

#include "etl/odbc/db.h"

struct incomplete {
    struct value id; /* texts are borrowed for the call */
    bool visible;    /* was begun */
    bool ended;
    int64_t open_tokens;
    struct value token; /* the first of them; VALUE_NULL: none */
    int64_t relationships;
    struct value modified; /* VALUE_TIME */
    bool late;             /* an instance of this ID is completed and still online */
};

struct incomplete_filter {
    const char *id; /* only this one; NULL: all */
    bool by_age;
    int64_t modified_before; /* moment, with by_age */
    const char *after;       /* only IDs behind this one; NULL: from the start */
};

/* Calls `take` for each instance, in order of ID, until it returns non-zero: 1 ends the visit, -1
 * is a fault. No other statement's rows are disturbed by it; `take` must not run any. */
int incomplete_visit(struct db *primary, const char *activity,
    const struct incomplete_filter *filter,
    int (*take)(void *state, const struct incomplete *row, struct fault *f), void *state,
    struct fault *f);

#endif
