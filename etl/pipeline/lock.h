/*
 * lock: one run at a time on an installation, and one installation at a time on a primary import
 * (site/claim.h). A kernel lock on <state>/nightcube.lock: it dies with
 * its process, so a crash never leaves a stale one. The file tells who holds it and since when.
 */
#ifndef ETL_PIPELINE_LOCK_H
#define ETL_PIPELINE_LOCK_H

#include "etl/site/claim.h"

struct lock {
    int fd; /* -1: not held */
    struct claim claim;
};

#define LOCK_INIT                                                                                  \
    {                                                                                              \
        .fd = -1, .claim = CLAIM_INIT                                                              \
    }

/* Takes the lock or fails at once: FAULT_LOCKED names the holder. `what` is what the holder does.
 */
int lock_take(struct lock *l, const char *state_directory, const char *what, struct fault *f);

/* Takes it, and the claim on the primary import. */
int lock_take_site(struct lock *l, struct site *site, const char *what, struct fault *f);
void lock_release(struct lock *l);

#endif
