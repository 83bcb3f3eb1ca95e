/*
 * retention: which containers of a store are kept and why. Pure: only the catalogue and the
 * settings are looked at.
 *
 * Kept by rule: of each of the last `Daily` days (UTC) that have one the newest set, and so for
 * weeks (from Monday) and months. A set is a complete run, counted by job; a backup outside a
 * complete run counts by database and kind. No rule at all keeps everything.
 *
 * Kept whatever the rule: the newest set whose containers were all found right; what restoring a
 * kept set needs from other runs (set_plan.h); containers that kept ones leave tables to; the
 * newest container that holds a table of the archive, or without an archive a partition, that no
 * kept one holds.
 */
#ifndef ETL_DUMP_RETENTION_H
#define ETL_DUMP_RETENTION_H

#include "backup/catalogue.h"
#include "config/settings/settings.h"

struct retained {
    const struct catalogue_entry *entry; /* borrowed from the catalogue */
    const char *why;                     /* in words; NULL: it may go */
};

struct retention {
    struct arena memory;
    struct retained *items; /* every container that is there, in the order of writing */
    size_t count;
};

#define RETENTION_INIT                                                                             \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

/* Catalogue and settings are borrowed; release the plan in any case. */
int retention_plan(struct retention *r, const struct catalogue *c, const struct settings *settings,
    struct fault *f);
void retention_release(struct retention *r);

#endif
