/*
 * trailer: the last frame of a compressed container, see compress.h. Used by compress.c and
 * expand.c only.
 */
#ifndef BACKUP_TRAILER_H
#define BACKUP_TRAILER_H

#include <stdbool.h>

#include "backup/compress.h"
#include "backup/meter.h"

enum { TRAILER_BUFFER_BYTES = 64 * 1024 };

void trailer_build(char frame[COMPRESS_TRAILER_BYTES], const char sha256[DIGEST_HEX_BYTES]);

/* Reads a source whose last bytes are a trailer, and holds those back. */
struct trailer {
    struct byte_source from;
    struct meter meter;
    size_t filled; /* bytes in the buffer, the last ones not given out */
    bool ended;    /* the trailer was there and matches */
    char buffer[TRAILER_BUFFER_BYTES];
};

int trailer_init(struct trailer *t, struct byte_source from, struct fault *f);
void trailer_release(struct trailer *t);

/* The next bytes, valid until the next call. Returns how many, 0 at the end when the trailer
 * matches, -1. */
ssize_t trailer_next(struct trailer *t, const void **bytes, struct fault *f);

#endif
