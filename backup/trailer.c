#include "backup/trailer.h"

#include <string.h>

void
trailer_build(char frame[COMPRESS_TRAILER_BYTES], const char sha256[DIGEST_HEX_BYTES])
{
    static const unsigned char head[8] = {0x5e, 0x2a, 0x4d, 0x18, DIGEST_HEX_BYTES - 1};

    memcpy(frame, head, sizeof head);
    memcpy(frame + sizeof head, sha256, DIGEST_HEX_BYTES - 1);
}

int
trailer_init(struct trailer *t, struct byte_source from, struct fault *f)
{
    t->from = from;
    t->filled = 0;
    t->ended = false;
    return meter_init(&t->meter, f);
}

void
trailer_release(struct trailer *t)
{
    meter_release(&t->meter);
}

/* The source has ended: what is held back must be the trailer of what was given out. */
static int
check(struct trailer *t, struct fault *f)
{
    char expected[COMPRESS_TRAILER_BYTES];
    char sha256[DIGEST_HEX_BYTES];

    if (meter_finish(&t->meter, sha256, f) != 0)
        return -1;
    trailer_build(expected, sha256);
    if (t->filled != sizeof expected || memcmp(t->buffer, expected, 8) != 0)
        return fault_set(f, FAULT_DATA, "the compressed stream has no end: not a complete backup");
    if (memcmp(t->buffer, expected, sizeof expected) != 0)
        return fault_set(f, FAULT_DATA, "the compressed bytes do not match their SHA-256");
    t->ended = true;
    return 0;
}

ssize_t
trailer_next(struct trailer *t, const void **bytes, struct fault *f)
{
    size_t held = t->filled < COMPRESS_TRAILER_BYTES ? t->filled : COMPRESS_TRAILER_BYTES;
    size_t given;

    if (t->ended)
        return 0;
    memmove(t->buffer, t->buffer + t->filled - held, held);
    t->filled = held;
    while (t->filled <= COMPRESS_TRAILER_BYTES) {
        ssize_t n =
            t->from.read(t->from.state, t->buffer + t->filled, sizeof t->buffer - t->filled, f);

        if (n < 0)
            return -1;
        if (n == 0)
            return check(t, f);
        t->filled += (size_t)n;
    }
    given = t->filled - COMPRESS_TRAILER_BYTES;
    *bytes = t->buffer;
    return meter_add(&t->meter, t->buffer, given, f) != 0 ? -1 : (ssize_t)given;
}
