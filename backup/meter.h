/*
 * meter: a stage that counts the bytes passing through and takes their SHA-256.
 */
#ifndef BACKUP_METER_H
#define BACKUP_METER_H

#include <stdint.h>

#include "config/base/digest.h"
#include "config/base/stream.h"

struct meter {
    struct digest *digest; /* owned */
    uint64_t bytes;
    struct byte_sink to;
    struct byte_source from;
};

#define METER_INIT                                                                                 \
    {                                                                                              \
        .digest = NULL                                                                             \
    }

int meter_init(struct meter *t, struct fault *f);
void meter_release(struct meter *t);

/* A sink that counts and hands everything to `to`; a source that counts what it reads from `from`.
 * The meter must not move while one of them is in use. */
struct byte_sink meter_sink(struct meter *t, struct byte_sink to);
struct byte_source meter_source(struct meter *t, struct byte_source from);

/* Counts bytes that pass elsewhere. */
int meter_add(struct meter *t, const void *bytes, size_t size, struct fault *f);

/* The digest of all bytes so far; the meter starts anew at 0 bytes. */
int meter_finish(struct meter *t, char sha256[DIGEST_HEX_BYTES], struct fault *f);

#endif
