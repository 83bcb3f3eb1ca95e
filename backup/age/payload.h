/*
 * payload: the chunks behind the header, each sealed with its number and whether it is the last
 * (c2sp.org/age, "Payload"). So chunks cannot be changed, moved, dropped or cut off unnoticed.
 */
#ifndef BACKUP_AGE_PAYLOAD_H
#define BACKUP_AGE_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backup/age/aead.h"
#include "backup/age/header.h"
#include "config/base/fault.h"

enum {
    PAYLOAD_NONCE_BYTES = 16,
    PAYLOAD_CHUNK_BYTES = 64 * 1024, /* of plaintext */
    PAYLOAD_SEALED_BYTES = PAYLOAD_CHUNK_BYTES + AEAD_TAG_BYTES,
};

struct payload;

/* The cipher for one payload, at its first chunk; owned by the caller, NULL with a fault. */
struct payload *payload_new_sealing(const uint8_t file_key[FILE_KEY_BYTES],
    const uint8_t nonce[PAYLOAD_NONCE_BYTES], struct fault *f);
struct payload *payload_new_opening(const uint8_t file_key[FILE_KEY_BYTES],
    const uint8_t nonce[PAYLOAD_NONCE_BYTES], struct fault *f);
void payload_free(struct payload *p); /* NULL is fine */

/* Seals the next chunk into size + AEAD_TAG_BYTES. Every chunk but the final one is full; the final
 * one is empty only when it is the first. */
int payload_seal(struct payload *p, const uint8_t *plain, size_t size, bool final, uint8_t *sealed,
    struct fault *f);

/* Opens the next chunk as a final one or not. Returns 1 and goes on to the next chunk; 0 when it is
 * not that, and stays; -1 with a fault. */
int payload_open(struct payload *p, const uint8_t *sealed, size_t size, bool final, uint8_t *plain,
    struct fault *f);

/* Chunks sealed or opened so far. */
uint64_t payload_count(const struct payload *p);

#endif
