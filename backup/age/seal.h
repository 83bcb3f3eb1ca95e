/*
 * seal: a stage of a sink chain that encrypts. What it writes is an age v1 file that any age
 * program opens with a key of one of the recipients, or with the passphrase.
 */
#ifndef BACKUP_AGE_SEAL_H
#define BACKUP_AGE_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "backup/age/header.h"
#include "backup/age/key.h"
#include "backup/age/payload.h"
#include "config/base/fault.h"
#include "config/base/stream.h"

enum {
    SEAL_WORK_FACTOR = 18,       /* 256 MiB and about a second, as the age program does */
    SEAL_WORK_FACTOR_LIMIT = 22, /* what the age program still opens */
};

/* For whom: recipients or a passphrase, never both (the format keeps a passphrase alone). */
struct seal_keys {
    const struct recipient *recipients; /* borrowed while sealing begins */
    size_t recipient_count;             /* up to HEADER_STANZA_LIMIT */
    const char *passphrase;             /* UTF-8, used as it is; NULL: none */
    unsigned work_factor;               /* of the passphrase; 0: SEAL_WORK_FACTOR */
};

struct seal;

/* Writes the header, with a fresh file key, to `behind`. Owned by the caller; NULL with a fault,
 * which is FAULT_SETTINGS when the keys are not one or the other. */
struct seal *seal_open(struct byte_sink behind, const struct seal_keys *keys, struct fault *f);

/* The plaintext goes in here; at most 64 KiB of it are held. Faults are those of `behind`. */
struct byte_sink seal_sink(struct seal *s);

/* Writes the final chunk. Without it the file is incomplete and nobody opens it to its end. Call
 * once; `behind` is then complete but not closed. */
int seal_finish(struct seal *s, struct fault *f);

/* Wipes and frees; before seal_finish it abandons the file. NULL is fine. */
void seal_free(struct seal *s);

/* Adds a header for these keys to `out`. For rewrap, and a part of seal_open. */
int seal_write_header(struct text *out, const struct seal_keys *keys,
    const uint8_t file_key[FILE_KEY_BYTES], struct fault *f);

/* What seal_open takes from the random generator. */
struct seal_given {
    const char *header; /* complete, made with this file key */
    size_t header_size;
    const uint8_t *file_key; /* FILE_KEY_BYTES */
    const uint8_t *nonce;    /* PAYLOAD_NONCE_BYTES */
};

/* seal_open with everything given, so that the same file comes out again: for test vectors and as a
 * part of seal_open. A file key and nonce must never seal two different plaintexts. */
struct seal *seal_open_given(
    struct byte_sink behind, const struct seal_given *given, struct fault *f);

#endif
