/*
 * rejects: the file of records that an import could not take: each as it stood in the source, below
 * a line with the reason. What a batch that is not committed wrote is taken back.
 */
#ifndef ETL_ACTIVITY_REJECTS_H
#define ETL_ACTIVITY_REJECTS_H

#include <stdio.h>
#include <sys/types.h>

#include "etl/activity/backlog.h"

struct rejects {
    const char *path; /* borrowed */
    FILE *file;       /* NULL: nobody wants them */
    bool is_stream;   /* no file: nothing can be taken back of it */
    off_t kept;       /* bytes of it, by batches that were committed */
};

/* `path` NULL: none are wanted. `again`: what an earlier run of this import collected stays, as its
 * records will not come again. FAULT_USAGE when it is the source itself. */
int rejects_open(
    struct rejects *r, const char *path, const char *source, bool again, struct fault *f);
int rejects_write(struct rejects *r, const struct waiting *w, const char *reason, struct fault *f);

/* Of a batch that is not committed, and of one that is. */
int rejects_take_back(struct rejects *r, struct fault *f);
int rejects_keep(struct rejects *r, struct fault *f);

void rejects_close(struct rejects *r);

#endif
