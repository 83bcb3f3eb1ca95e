/*
 * intake: a byte source read through a buffer, so that one can look before one reads.
 */
#ifndef BACKUP_AGE_INTAKE_H
#define BACKUP_AGE_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/base/fault.h"
#include "config/base/stream.h"

enum { INTAKE_BYTES = 64 * 1024 + 16 }; /* one sealed chunk */

struct intake {
    struct byte_source source;
    size_t start; /* of what was read and not yet taken */
    size_t end;
    bool ended;  /* the source has no more */
    bool failed; /* the source said a fault */
    uint8_t buffer[INTAKE_BYTES];
};

void intake_init(struct intake *in, struct byte_source source);

/* Sets *bytes to at least `want` (at most INTAKE_BYTES) bytes without taking them, fewer only when
 * the source ends. Returns how many there are, -1 with a fault. Valid until the next call. */
ssize_t intake_peek(struct intake *in, size_t want, const uint8_t **bytes, struct fault *f);

/* Takes bytes that were peeked at. */
void intake_skip(struct intake *in, size_t size);

/* Takes bytes up to and with the next line feed, at most `room`. Returns how many (the last is no
 * line feed when the room or the source ended), 0 at the end, -1 with a fault. */
ssize_t intake_line(struct intake *in, char *line, size_t room, struct fault *f);

/* The same bytes as a source. */
struct byte_source intake_source(struct intake *in);

#endif
