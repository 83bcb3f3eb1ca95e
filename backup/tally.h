/*
 * tally: a stage that counts the bytes passing through and takes their SHA-256.
 */
#ifndef BACKUP_TALLY_H
#define BACKUP_TALLY_H

#include <stdint.h>

#include "config/base/digest.h"
#include "config/base/stream.h"

struct tally {
    struct digest *digest; /* owned */
    uint64_t bytes;
    struct byte_sink to;
    struct byte_source from;
};

#define TALLY_INIT                                                                                 \
    {                                                                                              \
        .digest = NULL                                                                             \
    }

int tally_init(struct tally *t, struct fault *f);
void tally_release(struct tally *t);

/* A sink that counts and hands everything to `to`; a source that counts what it reads from `from`.
 * The tally must not move while one of them is in use. */
struct byte_sink tally_sink(struct tally *t, struct byte_sink to);
struct byte_source tally_source(struct tally *t, struct byte_source from);

/* Counts bytes that pass elsewhere. */
int tally_add(struct tally *t, const void *bytes, size_t size, struct fault *f);

/* The digest of all bytes so far; the tally starts anew at 0 bytes. */
int tally_finish(struct tally *t, char sha256[DIGEST_HEX_BYTES], struct fault *f);

#endif
