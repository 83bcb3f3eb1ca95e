/*
 * unseal: a stage of a source chain that decrypts an age v1 file and gives out nothing that is not
 * authenticated. Whole chunks are authentic when they come out; that the file is complete is known
 * only when the source has returned 0, so commit nothing before that.
 */
#ifndef BACKUP_AGE_UNSEAL_H
#define BACKUP_AGE_UNSEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backup/age/failure.h"
#include "backup/age/key.h"
#include "backup/age/payload.h"
#include "config/base/fault.h"
#include "config/base/stream.h"

/* Accepted cost of a passphrase: 2^20 is 1 GiB of memory and some seconds. */
enum { UNSEAL_WORK_FACTOR_LIMIT = 20 };

/* What to try: identities, a passphrase, or both. */
struct unseal_keys {
    const struct identity *identities; /* borrowed while opening */
    size_t identity_count;
    const char *passphrase;     /* UTF-8, used as it is; NULL: none */
    unsigned work_factor_limit; /* 0: UNSEAL_WORK_FACTOR_LIMIT; at most 30 */
};

struct unseal;

/*
 * Reads and authenticates the header; armor is noticed by itself. Owned by the caller. NULL with a
 * fault: FAULT_PERMISSION when a key or passphrase is missing or wrong, FAULT_DATA when the file is
 * none, malformed or altered, or asks for too much work. *failure (may be NULL) says at which
 * stage.
 */
struct unseal *unseal_open(struct byte_source from, const struct unseal_keys *keys,
    enum age_failure *failure, struct fault *f);

/* The plaintext. A damaged, cut or lengthened payload is FAULT_DATA; after a fault the source only
 * repeats that it failed. */
struct byte_source unseal_source(struct unseal *u);

/* At which stage reading failed; AGE_FAILURE_NONE as long as it did not. */
enum age_failure unseal_failure(const struct unseal *u);

void unseal_free(struct unseal *u); /* wipes; NULL is fine */

/* Whether a file that begins with these bytes is an age file, of any version or in armor. Some 64
 * bytes are enough unless white space stands in front of armor. */
bool age_is_sealed(const void *first_bytes, size_t size);

/* One chunk, as it stands in the file and opened; valid until the next one. */
struct unseal_chunk {
    const uint8_t *sealed;
    size_t sealed_size;
    const uint8_t *plain;
    size_t plain_size;
};

/* For rewrap, instead of unseal_source: returns 1 with the next chunk, 0 after the final one when
 * nothing follows it, -1 with a fault. */
int unseal_next(struct unseal *u, struct unseal_chunk *chunk, struct fault *f);

/* For rewrap: the keys of the payload, borrowed. */
const uint8_t *unseal_file_key(const struct unseal *u);
const uint8_t *unseal_nonce(const struct unseal *u);

#endif
