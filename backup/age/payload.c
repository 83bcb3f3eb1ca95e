#include "backup/age/payload.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "backup/age/primitive.h"

struct payload {
    struct aead *aead;
    uint64_t count;
};

typedef struct aead *(*aead_maker)(const uint8_t key[AEAD_KEY_BYTES], struct fault *f);

static struct payload *
payload_new(aead_maker make, const uint8_t *file_key, const uint8_t *nonce, struct fault *f)
{
    const struct hkdf_input input = {
        .secret = file_key,
        .secret_size = FILE_KEY_BYTES,
        .salt = nonce,
        .salt_size = PAYLOAD_NONCE_BYTES,
        .info = "payload",
    };
    struct payload *p = calloc(1, sizeof *p);
    uint8_t key[PRIMITIVE_KEY_BYTES];

    if (p == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    if (primitive_hkdf(&input, key, f) == 0)
        p->aead = make(key, f);
    OPENSSL_cleanse(key, sizeof key);
    if (p->aead != NULL)
        return p;
    payload_free(p);
    return NULL;
}

struct payload *
payload_new_sealing(const uint8_t file_key[FILE_KEY_BYTES],
    const uint8_t nonce[PAYLOAD_NONCE_BYTES], struct fault *f)
{
    return payload_new(aead_new_sealing, file_key, nonce, f);
}

struct payload *
payload_new_opening(const uint8_t file_key[FILE_KEY_BYTES],
    const uint8_t nonce[PAYLOAD_NONCE_BYTES], struct fault *f)
{
    return payload_new(aead_new_opening, file_key, nonce, f);
}

void
payload_free(struct payload *p)
{
    if (p == NULL)
        return;
    aead_free(p->aead);
    free(p);
}

uint64_t
payload_count(const struct payload *p)
{
    return p->count;
}

/* The chunk's number in 11 bytes, big endian (64 bits are more than any file has), then the mark of
 * the final one. */
static void
chunk_nonce(const struct payload *p, bool final, uint8_t nonce[AEAD_NONCE_BYTES])
{
    memset(nonce, 0, AEAD_NONCE_BYTES);
    for (unsigned i = 0; i < sizeof p->count; i++)
        nonce[AEAD_NONCE_BYTES - 2 - i] = (uint8_t)(p->count >> 8 * i);
    nonce[AEAD_NONCE_BYTES - 1] = final ? 1 : 0;
}

int
payload_seal(struct payload *p, const uint8_t *plain, size_t size, bool final, uint8_t *sealed,
    struct fault *f)
{
    uint8_t nonce[AEAD_NONCE_BYTES];

    chunk_nonce(p, final, nonce);
    if (aead_seal(p->aead, nonce, plain, size, sealed, f) != 0)
        return -1;
    p->count++;
    return 0;
}

int
payload_open(struct payload *p, const uint8_t *sealed, size_t size, bool final, uint8_t *plain,
    struct fault *f)
{
    uint8_t nonce[AEAD_NONCE_BYTES];
    int rc;

    chunk_nonce(p, final, nonce);
    if ((rc = aead_open(p->aead, nonce, sealed, size, plain, f)) == 1)
        p->count++;
    return rc;
}
