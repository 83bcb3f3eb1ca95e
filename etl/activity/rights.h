/*
 * rights: SELECT on the SQL views of a BAM view, given to and taken from accounts of the engine.
 * Only where dialect->add_account is there. Nothing is remembered here (account.h).
 */
#ifndef ETL_ACTIVITY_RIGHTS_H
#define ETL_ACTIVITY_RIGHTS_H

#include "config/definition/definition.h"
#include "etl/odbc/db.h"

/* Lets the account read every object of the view; again changes nothing. FAULT_DATA when there is
 * no such account. */
int rights_give(struct db *primary, const struct view *v, const char *name, struct fault *f);

/* Takes that back, and with the last view the way into the space. What was never given, or to an
 * account that is gone, is as good as taken. */
int rights_take(
    struct db *primary, const struct view *v, const char *name, bool is_last, struct fault *f);

/* Takes the way into the space alone: of an account whose last view is gone. */
int rights_expel(struct db *primary, const char *name, struct fault *f);

/* Where rights outlive the views they are on, a later view of that name would inherit them: takes
 * what was given on objects of `was` that `is` has no more (NULL: has none). */
int rights_take_gone(struct db *primary, const struct view *was, const struct view *is,
    const char *name, struct fault *f);

/* Can the account read all of the view? Returns 1, 0, -1 with a fault, or RIGHTS_UNKNOWN where the
 * engine does not tell. */
enum { RIGHTS_UNKNOWN = 2 };
int rights_can_read(struct db *primary, const struct view *v, const char *name, struct fault *f);

#endif
