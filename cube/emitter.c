#include "cube/emitter.h"

#include <stdlib.h>
#include <string.h>

#include "cube/bytes.h"

struct emitter *
emitter_new(struct byte_sink sink, struct fault *f)
{
    struct emitter *e = calloc(1, sizeof *e);

    if (e == NULL || (e->hash = XXH3_createState()) == NULL) {
        fault_set_memory(f);
        free(e);
        return NULL;
    }
    XXH3_64bits_reset(e->hash);
    e->sink = sink;
    e->f = f;
    return e;
}

void
emitter_free(struct emitter *e)
{
    if (e != NULL)
        XXH3_freeState(e->hash);
    free(e);
}

void
emitter_flush(struct emitter *e)
{
    if (!e->failed && e->filled > 0) {
        XXH3_64bits_update(e->hash, e->buffer, e->filled);
        e->failed = e->sink.write(e->sink.state, e->buffer, e->filled, e->f) != 0;
    }
    e->filled = 0;
}

void
emit_bytes(struct emitter *e, const void *bytes, size_t size)
{
    e->written += size;
    for (const unsigned char *at = bytes; size > 0;) {
        size_t room = sizeof e->buffer - e->filled;
        size_t piece = size < room ? size : room;

        memcpy(e->buffer + e->filled, at, piece);
        e->filled += piece;
        at += piece;
        size -= piece;
        if (e->filled == sizeof e->buffer)
            emitter_flush(e);
    }
}

void
emit_number(struct emitter *e, uint64_t number, uint32_t width)
{
    unsigned char bytes[8];

    bytes_put(bytes, number, width);
    emit_bytes(e, bytes, width);
}

/* Widths are those of packed numbers: 1, 2, 4 or 8. */
static void
pack(unsigned char *at, const uint64_t *numbers, size_t count, uint32_t width)
{
    switch (width) {
    case 1:
        for (size_t i = 0; i < count; i++)
            at[i] = (unsigned char)numbers[i];
        break;
    case 2:
        for (size_t i = 0; i < count; i++)
            bytes_put16(at + 2 * i, (uint16_t)numbers[i]);
        break;
    case 4:
        for (size_t i = 0; i < count; i++)
            bytes_put32(at + 4 * i, (uint32_t)numbers[i]);
        break;
    default:
        for (size_t i = 0; i < count; i++)
            bytes_put64(at + 8 * i, numbers[i]);
    }
}

void
emit_numbers(struct emitter *e, const uint64_t *numbers, size_t count, uint32_t width)
{
    while (count > 0) {
        size_t room = (sizeof e->buffer - e->filled) / width;
        size_t piece = count < room ? count : room;
        unsigned char *at = e->buffer + e->filled;

        if (piece == 0) {
            emitter_flush(e);
            continue;
        }
        pack(at, numbers, piece, width);
        e->filled += piece * width;
        e->written += piece * width;
        numbers += piece;
        count -= piece;
    }
}

uint64_t
emitter_seal(struct emitter *e)
{
    uint64_t checksum;

    emitter_flush(e);
    checksum = XXH3_64bits_digest(e->hash);
    emit_number(e, checksum, 8);
    emitter_flush(e);
    return checksum;
}
