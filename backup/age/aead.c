#include "backup/age/aead.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/crypto.h"

struct aead {
    EVP_CIPHER_CTX *ctx;
};

static int
cipher_fault(struct fault *f)
{
    return crypto_fault(f, "OpenSSL failed in ChaCha20-Poly1305", NULL);
}

static struct aead *
aead_new(const uint8_t *key, int sealing, struct fault *f)
{
    struct aead *a = calloc(1, sizeof *a);

    if (a == NULL || (a->ctx = EVP_CIPHER_CTX_new()) == NULL) {
        fault_set_memory(f);
        goto failed;
    }
    if (EVP_CipherInit_ex(a->ctx, EVP_chacha20_poly1305(), NULL, key, NULL, sealing) != 1) {
        crypto_fault(f, "OpenSSL has no ChaCha20-Poly1305 here",
            "age needs it; a host confined to FIPS algorithms does not offer it");
        goto failed;
    }
    return a;
failed:
    aead_free(a);
    return NULL;
}

struct aead *
aead_new_sealing(const uint8_t key[AEAD_KEY_BYTES], struct fault *f)
{
    return aead_new(key, 1, f);
}

struct aead *
aead_new_opening(const uint8_t key[AEAD_KEY_BYTES], struct fault *f)
{
    return aead_new(key, 0, f);
}

void
aead_free(struct aead *a)
{
    if (a == NULL)
        return;
    EVP_CIPHER_CTX_free(a->ctx);
    free(a);
}

/* Runs `size` bytes through the cipher; an empty message needs no update. 1 when it went well. */
static int
run(struct aead *a, const uint8_t *from, size_t size, uint8_t *to)
{
    int length = 0;

    return size == 0 || EVP_CipherUpdate(a->ctx, to, &length, from, (int)size) == 1;
}

int
aead_seal(struct aead *a, const uint8_t nonce[AEAD_NONCE_BYTES], const uint8_t *plain, size_t size,
    uint8_t *sealed, struct fault *f)
{
    int length = 0;

    if (EVP_CipherInit_ex(a->ctx, NULL, NULL, NULL, nonce, -1) != 1 ||
        !run(a, plain, size, sealed) || EVP_CipherFinal_ex(a->ctx, sealed + size, &length) != 1 ||
        EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_BYTES, sealed + size) != 1)
        return cipher_fault(f);
    return 0;
}

int
aead_open(struct aead *a, const uint8_t nonce[AEAD_NONCE_BYTES], const uint8_t *sealed, size_t size,
    uint8_t *plain, struct fault *f)
{
    size_t plain_size = size - AEAD_TAG_BYTES;
    uint8_t tag[AEAD_TAG_BYTES], nothing[AEAD_TAG_BYTES];
    int length = 0;

    memcpy(tag, sealed + plain_size, sizeof tag);
    if (EVP_CipherInit_ex(a->ctx, NULL, NULL, NULL, nonce, -1) != 1 ||
        EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_BYTES, tag) != 1 ||
        !run(a, sealed, plain_size, plain))
        return cipher_fault(f);
    if (EVP_CipherFinal_ex(a->ctx, nothing, &length) == 1)
        return 1;
    /* Nobody may see what did not authenticate. */
    OPENSSL_cleanse(plain, plain_size);
    ERR_clear_error();
    return 0;
}
