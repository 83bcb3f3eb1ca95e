/*
 * header: the text in front of a sealed file: a version line, one stanza for each way to the file
 * key, and a MAC made with that key. Grammar: c2sp.org/age, "Header"; README.md shows it as a
 * table.
 */
#ifndef BACKUP_AGE_HEADER_H
#define BACKUP_AGE_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "backup/age/intake.h"
#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/base/text.h"

enum {
    HEADER_LIMIT = 1024 * 1024, /* bytes; the format has no limit of its own */
    HEADER_STANZA_LIMIT = 1024,
    HEADER_MAC_BYTES = 32,
    FILE_KEY_BYTES = 16,
};

#define AGE_VERSION_LINE "age-encryption.org/v1\n"

struct stanza {
    const char *const *args; /* at least one: the first says how to read the others and the body */
    size_t arg_count;
    const uint8_t *body;
    size_t body_size;
};

struct age_header {
    struct stanza *stanzas;
    size_t count;
    uint8_t mac[HEADER_MAC_BYTES];
    struct text raw;      /* the header as it was read, "---" and MAC included */
    size_t authenticated; /* so many bytes of `raw` are under the MAC */
    struct arena arena;   /* owns the stanzas */
};

#define AGE_HEADER_INIT                                                                            \
    {                                                                                              \
        .stanzas = NULL                                                                            \
    }

/* Takes the whole header, which must not have been used, off `in` and parses it. FAULT_DATA: not an
 * age file, malformed, beyond the limits. Nothing in it is to be believed before the MAC is
 * checked.
 */
int age_header_read(struct age_header *h, struct intake *in, struct fault *f);
void age_header_release(struct age_header *h);

/* Returns 1 when the MAC is the one that the file key makes, 0 when not, -1 with a fault. */
int age_header_check(
    const struct age_header *h, const uint8_t file_key[FILE_KEY_BYTES], struct fault *f);

/* Adds a whole header with these stanzas and its MAC to `out`. */
int age_header_write(struct text *out, const struct stanza *stanzas, size_t count,
    const uint8_t file_key[FILE_KEY_BYTES], struct fault *f);

#endif
