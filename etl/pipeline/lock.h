/*
 * lock: one run at a time on an installation. A kernel lock on <state>/nightcube.lock: it dies with
 * its process, so a crash never leaves a stale one. The file tells who holds it and since when.
 */
#ifndef ETL_PIPELINE_LOCK_H
#define ETL_PIPELINE_LOCK_H

#include "config/base/fault.h"

struct lock {
    int fd; /* -1: not held */
};

#define LOCK_INIT                                                                                  \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* Takes the lock or fails at once: FAULT_LOCKED names the holder. `what` is what the holder does.
 */
int lock_take(struct lock *l, const char *state_directory, const char *what, struct fault *f);
void lock_release(struct lock *l);

#endif
