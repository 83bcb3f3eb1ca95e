/*
 * aead: ChaCha20-Poly1305 (RFC 8439) without associated data. The key is set up once; each message
 * then costs only its nonce.
 */
#ifndef BACKUP_AGE_AEAD_H
#define BACKUP_AGE_AEAD_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"

enum {
    AEAD_KEY_BYTES = 32,
    AEAD_NONCE_BYTES = 12,
    AEAD_TAG_BYTES = 16,
};

struct aead;

/* Ciphers that seal or open; owned by the caller. NULL with a fault, also where OpenSSL is confined
 * to FIPS algorithms and has no such cipher. */
struct aead *aead_new_sealing(const uint8_t key[AEAD_KEY_BYTES], struct fault *f);
struct aead *aead_new_opening(const uint8_t key[AEAD_KEY_BYTES], struct fault *f);
void aead_free(struct aead *a); /* NULL is fine */

/* Seals `size` (at most INT_MAX) bytes into size + AEAD_TAG_BYTES. A nonce seals once per key. */
int aead_seal(struct aead *a, const uint8_t nonce[AEAD_NONCE_BYTES], const uint8_t *plain,
    size_t size, uint8_t *sealed, struct fault *f);

/* Opens `size` (at least AEAD_TAG_BYTES) bytes into size - AEAD_TAG_BYTES. Returns 1, or 0 and
 * wiped room when key, nonce or bytes are not what was sealed, or -1 with a fault. */
int aead_open(struct aead *a, const uint8_t nonce[AEAD_NONCE_BYTES], const uint8_t *sealed,
    size_t size, uint8_t *plain, struct fault *f);

#endif
