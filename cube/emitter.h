/*
 * emitter: buffered output of numbers and bytes, hashed on its way.
 */
#ifndef CUBE_EMITTER_H
#define CUBE_EMITTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xxhash.h>

#include "config/base/fault.h"
#include "config/base/stream.h"

enum { EMITTER_BYTES = 65536 };

struct emitter {
    struct byte_sink sink;
    XXH3_state_t *hash;
    uint64_t written; /* bytes emitted so far */
    size_t filled;
    bool failed; /* the sink has, or memory ran out; the fault is set */
    struct fault *f;
    unsigned char buffer[EMITTER_BYTES];
};

/* A new emitter into a sink, owned by the caller; faults go to `f`. NULL when memory runs out. */
struct emitter *emitter_new(struct byte_sink sink, struct fault *f);
void emitter_free(struct emitter *e); /* NULL is fine; what was not flushed is lost */

void emitter_flush(struct emitter *e);
void emit_bytes(struct emitter *e, const void *bytes, size_t size);
void emit_number(struct emitter *e, uint64_t number, uint32_t width);

/* `count` numbers of 1, 2, 4 or 8 bytes each. */
void emit_numbers(struct emitter *e, const uint64_t *numbers, size_t count, uint32_t width);

/* Emits the XXH3-64 of all bytes before, flushes and returns it. */
uint64_t emitter_seal(struct emitter *e);

#endif
