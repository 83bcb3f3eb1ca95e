/*
 * compress: the zstd stage of a container (RFC 8878), through libarchive.
 *
 * zstd notices a flipped bit often, not always. So a skippable frame stands last (RFC 8878 section
 * 3.1.2: every zstd program passes over it) with the SHA-256 of all compressed bytes before it:
 *
 *     offset  bytes  what
 *     0       4      5e 2a 4d 18, the frame's magic number 0x184D2A5E, little endian
 *     4       4      40 00 00 00, the length of what follows
 *     8       64     the SHA-256 in lower-case hexadecimal
 */
#ifndef BACKUP_COMPRESS_H
#define BACKUP_COMPRESS_H

#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/stream.h"

enum {
    COMPRESS_LEVEL_MIN = 1,
    COMPRESS_LEVEL_MAX = 19,    /* beyond it a reader needs more than 8 MiB of window */
    COMPRESS_LEVEL_DEFAULT = 1, /* rows as CSV come out smaller than by 3, in a third of the time */
    COMPRESS_TRAILER_BYTES = 72,
};

/* The compressing sink before `to`; owned by the caller. `level` 1 to 19. NULL with a fault. */
struct compressor *compressor_new(struct byte_sink to, int level, struct fault *f);
struct byte_sink compressor_sink(struct compressor *c);

/* Writes what is still held back and the last frame. */
int compressor_finish(struct compressor *c, struct fault *f);

/* Frees; without a finish before it nothing more is written. NULL is fine. */
void compressor_free(struct compressor *c);

/* The expanding source behind `from`; owned by the caller. Its end is given only when the last
 * frame was there, its SHA-256 matches and nothing follows it; otherwise FAULT_DATA. */
struct expander *expander_new(struct byte_source from, struct fault *f);
struct byte_source expander_source(struct expander *e);
void expander_free(struct expander *e); /* NULL is fine */

#endif
