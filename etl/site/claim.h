/*
 * claim: one host at a time changes a primary import. The lock of the state directory
 * (pipeline/lock.h) keeps the runs of one installation apart; this one is in the database itself
 * and keeps apart installations that name the same one: a lock of the server, held by a connection
 * of its own, or of a file beside an embedded database, <file>.lock. Both die with their process.
 *
 * Who holds it is told by the table nightcube_Holder, which is there as long as it is held.
 */
#ifndef ETL_SITE_CLAIM_H
#define ETL_SITE_CLAIM_H

#include "etl/site/site.h"

#define CLAIM_NOTE "nightcube_Holder"

struct claim {
    struct db *holder; /* on a server; NULL: not held there */
    int fd;            /* of the file; -1: not held there */
    /* The primary import could not be reached: it is tried again. Borrowed; NULL: it was. */
    struct site *missed;
    const char *what;
};

#define CLAIM_INIT                                                                                 \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* Takes it; `what` is what the holder does. Waits two seconds at the most, as a server may not have
 * noticed yet that somebody died. FAULT_LOCKED names the holder. A primary import that cannot be
 * reached is nobody's to change: whoever needs it says so, and claim_check takes it when it is
 * there again (`site` and `what` are borrowed until then). */
int claim_take(struct claim *c, struct site *site, const char *what, struct fault *f);

/* Is it held still? A connection that was lost let it go: FAULT_UNAVAILABLE. Takes it where it
 * could not be taken before: as claim_take. */
int claim_check(struct claim *c, struct fault *f);

/* The note goes with it, also over a new connection where the old one was lost. */
void claim_release(struct claim *c);

#endif
