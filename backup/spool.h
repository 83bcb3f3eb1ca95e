/*
 * spool: bytes put aside in order and read back: in memory while they are few, then in a temporary
 * file without a name ($TMPDIR, else /tmp). Holds entry names and hashes, never rows.
 */
#ifndef BACKUP_SPOOL_H
#define BACKUP_SPOOL_H

#include <stdint.h>

#include "config/base/stream.h"
#include "config/base/text.h"

enum { SPOOL_MEMORY_BYTES = 1024 * 1024 };

struct spool {
    struct text memory; /* what is not in the file yet */
    int fd;             /* -1: no file */
    uint64_t size_bytes;
    uint64_t read_bytes;
};

#define SPOOL_INIT                                                                                 \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

void spool_release(struct spool *s);

int spool_add(struct spool *s, const void *bytes, size_t size, struct fault *f);

/* Reads from the start; nothing may be added until it is read. */
struct byte_source spool_source(struct spool *s);

#endif
