/*
 * hold: holding the writers of an activity for a moment. Whoever holds sees all that they have
 * committed, every RecordID that was given belongs to such a row or to none, and new writers wait.
 *
 * Writers are the applications that write through writer/writer.h, and import.h and resolve.h,
 * which hold the others for each batch: what they have read is then still so when they write it.
 */
#ifndef ETL_ACTIVITY_HOLD_H
#define ETL_ACTIVITY_HOLD_H

#include "etl/odbc/db.h"

struct hold {
    struct db *holder; /* a connection of its own, where the hold must outlast DDL that commits */
};

enum hold_span {
    HOLD_TRANSACTION, /* ends with the caller's transaction, in which no DDL may follow */
    HOLD_OVER_DDL     /* ends with hold_end, and with the transaction at the latest */
};

/* Must run inside a transaction, which has not yet read or written the activity's tables. FAULT_
 * UNAVAILABLE when the writers do not make way in time: see db_transact. */
int hold_begin(
    struct hold *h, struct db *primary, const char *activity, enum hold_span span, struct fault *f);

/* Lets the writers go where the hold is a connection's of its own; never fails. */
void hold_end(struct hold *h);

#endif
