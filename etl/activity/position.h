/*
 * position: how far the import of a source has come, kept in nightcube_Imports under the source's
 * bytes and the options that change what a record means: the same source is never taken twice.
 */
#ifndef ETL_ACTIVITY_POSITION_H
#define ETL_ACTIVITY_POSITION_H

#include "config/base/digest.h"
#include "etl/activity/import.h"
#include "etl/event/source.h"

struct position {
    char sha256[DIGEST_HEX_BYTES];
    struct text options;
    uint64_t record; /* the last one that a committed batch took */
    bool known;      /* there is a row of this source */
    bool finished;   /* and an earlier run came to its end */
};

/* Of `source`, which was opened from `path`. */
int position_read(struct position *p, struct db *primary, const struct event_source *source,
    const char *path, struct fault *f);

/* Part of the batch's transaction, which takes the records up to `record` and did `step`.
 * `activity`: the one that was met so far, "*" for several, NULL for none. */
int position_write(const struct position *p, struct db *primary, uint64_t record,
    const struct import_result *step, const char *activity, bool finished, struct fault *f);

void position_release(struct position *p);

#endif
