/*
 * stream: where bytes come from and where they go, as small callback structs.
 *
 * A stage of a chain (compress, seal, hash, count) takes the sink behind it and offers one itself,
 * so chains are built inside out: seal(file), then compress(seal).
 */
#ifndef CONFIG_BASE_STREAM_H
#define CONFIG_BASE_STREAM_H

#include <stddef.h>
#include <sys/types.h>

#include "config/base/fault.h"

struct byte_source {
    /* Reads up to `size` (> 0) bytes. Returns how many, 0 at the end, -1 with a fault. */
    ssize_t (*read)(void *state, void *buffer, size_t size, struct fault *f);
    void *state; /* borrowed */
};

struct byte_sink {
    /* Writes all of the bytes. Returns 0, or -1 with a fault; after a fault the sink is unusable.
     */
    int (*write)(void *state, const void *bytes, size_t size, struct fault *f);
    void *state; /* borrowed */
};

/* Reads until `size` bytes are there or the source ends. Returns how many, -1 with a fault. */
ssize_t source_read_full(
    const struct byte_source *source, void *buffer, size_t size, struct fault *f);

#endif
