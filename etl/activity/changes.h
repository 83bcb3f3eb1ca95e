/*
 * changes: who deployed, changed or removed what, and when.
 */
#ifndef ETL_ACTIVITY_CHANGES_H
#define ETL_ACTIVITY_CHANGES_H

#include "etl/odbc/db.h"

enum {
    CHANGE_OPERATION,   /* VALUE_INT, one number for all that was done at once */
    CHANGE_TIME,        /* VALUE_TIME */
    CHANGE_ACCOUNT,     /* VALUE_TEXT, so the rest */
    CHANGE_DESCRIPTION, /* "deploy", "update", "remove" */
    CHANGE_EVENT,       /* "deployed", "kept", "removed"; NULL when nothing came of it */
    CHANGE_OBJECT_TYPE,
    CHANGE_OBJECT_NAME,
    CHANGE_COLUMNS
};

/* Calls `take` with each change as a row of CHANGE_COLUMNS values, oldest first, texts borrowed for
 * the call, until it returns -1 with a fault. */
int changes_visit(struct db *primary,
    int (*take)(void *state, const struct value *row, struct fault *f), void *state,
    struct fault *f);

#endif
