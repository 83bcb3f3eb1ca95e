/*
 * backlog: the records of a source in batches, read ahead by a thread of its own: while one batch
 * is taken the next is read.
 */
#ifndef ETL_ACTIVITY_BACKLOG_H
#define ETL_ACTIVITY_BACKLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "etl/event/source.h"

/* A record that waits to be taken: a copy of its own, or the reason why it is rejected. */
struct waiting {
    struct event_record record;
    const char *reason; /* NULL: a good record */
};

/* A batch is a transaction: large enough to be quick, small enough to be held in memory. */
struct backlog_batch {
    struct waiting *items;
    size_t count;
    bool last;         /* the source is at its end */
    uint64_t skipped;  /* records that were passed over */
    uint64_t progress; /* how far the source is behind it (event_source_progress) */
};

/* What an import says of a record that it cannot take, and nobody collects. */
#define BACKLOG_REJECT_HINT "--reject FILE collects such records, and the import goes on"

struct backlog;

/*
 * Begins to read. Records up to `position` are passed over. `keep_bad`: a malformed record waits
 * with its reason and its text; otherwise it is the end. `source` is borrowed, and nobody else
 * reads it until the backlog is closed. Owned by the caller; NULL with a fault.
 */
struct backlog *backlog_open(
    struct event_source *source, uint64_t position, bool keep_bad, struct fault *f);
void backlog_close(struct backlog *b); /* NULL is fine */

/* The next batch, good until the one after it is asked for; not behind the last. NULL with the
 * fault of a source or of its first malformed record, which leaves nothing of its batch. */
const struct backlog_batch *backlog_next(struct backlog *b, struct fault *f);

#endif
