/*
 * primitive: the few algorithms age is made of, as OpenSSL 3 gives them (c2sp.org/age, section
 * "File key" and "Header MAC" for how they are put together).
 */
#ifndef BACKUP_AGE_PRIMITIVE_H
#define BACKUP_AGE_PRIMITIVE_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"

enum { PRIMITIVE_KEY_BYTES = 32 }; /* of every derived key, X25519 scalar and point, and MAC */

/* Random bytes for what must stay secret, and for what is public in the end (salts, nonces). */
int primitive_random_secret(void *bytes, size_t size, struct fault *f);
int primitive_random(void *bytes, size_t size, struct fault *f);

/* HKDF-SHA-256 (RFC 5869). `salt` may be empty. */
struct hkdf_input {
    const uint8_t *secret;
    size_t secret_size;
    const uint8_t *salt;
    size_t salt_size;
    const char *info;
};
int primitive_hkdf(
    const struct hkdf_input *input, uint8_t key[PRIMITIVE_KEY_BYTES], struct fault *f);

/* HMAC-SHA-256 (RFC 2104). */
int primitive_hmac(const uint8_t key[PRIMITIVE_KEY_BYTES], const void *bytes, size_t size,
    uint8_t mac[PRIMITIVE_KEY_BYTES], struct fault *f);

/*
 * scrypt (RFC 7914) with N = 2^work_factor, r = 8, p = 1. Takes 2^(10 + work_factor) bytes of
 * memory: 256 MiB for 18, 1 GiB for 20. A host that does not give them is FAULT_INTERNAL.
 */
struct scrypt_input {
    const char *passphrase;
    const uint8_t *salt;
    size_t salt_size;
    unsigned work_factor; /* 1 to 30 */
};
int primitive_scrypt(
    const struct scrypt_input *input, uint8_t key[PRIMITIVE_KEY_BYTES], struct fault *f);

/* The X25519 point of a secret scalar (RFC 7748). */
int primitive_x25519_public(
    const uint8_t secret[PRIMITIVE_KEY_BYTES], uint8_t point[PRIMITIVE_KEY_BYTES], struct fault *f);

/* The secret shared with the owner of `peer`. FAULT_DATA when it would be zero, which is what a
 * point of low order gives. */
int primitive_x25519(const uint8_t secret[PRIMITIVE_KEY_BYTES],
    const uint8_t peer[PRIMITIVE_KEY_BYTES], uint8_t shared[PRIMITIVE_KEY_BYTES], struct fault *f);

#endif
