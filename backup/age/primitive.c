#include "backup/age/primitive.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "config/base/crypto.h"

/* A fault for a call of OpenSSL that should not fail. */
static int
library_fault(const char *what, struct fault *f)
{
    char text[80];

    snprintf(text, sizeof text, "OpenSSL failed in %s", what);
    return crypto_fault(f, text, NULL);
}

int
primitive_random_secret(void *bytes, size_t size, struct fault *f)
{
    return RAND_priv_bytes(bytes, (int)size) == 1 ? 0 : library_fault("its random generator", f);
}

int
primitive_random(void *bytes, size_t size, struct fault *f)
{
    return RAND_bytes(bytes, (int)size) == 1 ? 0 : library_fault("its random generator", f);
}

/* A key derivation ready for use; NULL with a fault. */
static EVP_KDF_CTX *
kdf_new(const char *name, struct fault *f)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, name, NULL);
    EVP_KDF_CTX *ctx = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
    char text[80];

    EVP_KDF_free(kdf);
    if (ctx == NULL) {
        snprintf(text, sizeof text, "OpenSSL has no %s here", name);
        crypto_fault(f, text, "age needs it; a host confined to FIPS algorithms may not offer it");
    }
    return ctx;
}

int
primitive_hkdf(const struct hkdf_input *input, uint8_t key[PRIMITIVE_KEY_BYTES], struct fault *f)
{
    EVP_KDF_CTX *ctx = kdf_new(OSSL_KDF_NAME_HKDF, f);
    OSSL_PARAM params[5], *p = params;
    int rc = -1;

    if (ctx == NULL)
        return -1;
    *p++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0);
    *p++ = OSSL_PARAM_construct_octet_string(
        OSSL_KDF_PARAM_KEY, (void *)input->secret, input->secret_size);
    *p++ = OSSL_PARAM_construct_octet_string(
        OSSL_KDF_PARAM_INFO, (void *)input->info, strlen(input->info));
    /* An empty salt is the same as none. */
    if (input->salt_size > 0)
        *p++ = OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_SALT, (void *)input->salt, input->salt_size);
    *p = OSSL_PARAM_construct_end();
    if (EVP_KDF_derive(ctx, key, PRIMITIVE_KEY_BYTES, params) == 1)
        rc = 0;
    else
        library_fault("HKDF", f);
    EVP_KDF_CTX_free(ctx);
    return rc;
}

int
primitive_hmac(const uint8_t key[PRIMITIVE_KEY_BYTES], const void *bytes, size_t size,
    uint8_t mac[PRIMITIVE_KEY_BYTES], struct fault *f)
{
    if (HMAC(EVP_sha256(), key, PRIMITIVE_KEY_BYTES, bytes, size, mac, NULL) == NULL)
        return library_fault("HMAC", f);
    return 0;
}

int
primitive_scrypt(
    const struct scrypt_input *input, uint8_t key[PRIMITIVE_KEY_BYTES], struct fault *f)
{
    EVP_KDF_CTX *ctx = kdf_new(OSSL_KDF_NAME_SCRYPT, f);
    uint64_t n = (uint64_t)1 << input->work_factor;
    uint32_t r = 8, p = 1;
    /* OpenSSL refuses more than its own ceiling unless told; this is exactly what r and p take. */
    uint64_t memory = 128 * r * (n + 2 + p);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_PASSWORD, (void *)input->passphrase, strlen(input->passphrase)),
        OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_SALT, (void *)input->salt, input->salt_size),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
        OSSL_PARAM_construct_end(),
    };
    int done;

    if (ctx == NULL)
        return -1;
    done = EVP_KDF_derive(ctx, key, PRIMITIVE_KEY_BYTES, params);
    EVP_KDF_CTX_free(ctx);
    if (done == 1)
        return 0;
    ERR_clear_error();
    return fault_set(f, FAULT_INTERNAL,
        "scrypt with work factor %u needs %llu MiB of memory, which this host does not give",
        input->work_factor, (unsigned long long)(memory >> 20));
}

int
primitive_x25519_public(
    const uint8_t secret[PRIMITIVE_KEY_BYTES], uint8_t point[PRIMITIVE_KEY_BYTES], struct fault *f)
{
    EVP_PKEY *key =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, PRIMITIVE_KEY_BYTES);
    size_t size = PRIMITIVE_KEY_BYTES;
    int rc = 0;

    if (key == NULL || EVP_PKEY_get_raw_public_key(key, point, &size) != 1)
        rc = library_fault("X25519", f);
    EVP_PKEY_free(key);
    return rc;
}

int
primitive_x25519(const uint8_t secret[PRIMITIVE_KEY_BYTES], const uint8_t peer[PRIMITIVE_KEY_BYTES],
    uint8_t shared[PRIMITIVE_KEY_BYTES], struct fault *f)
{
    EVP_PKEY *ours =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, PRIMITIVE_KEY_BYTES);
    EVP_PKEY *theirs =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, peer, PRIMITIVE_KEY_BYTES);
    EVP_PKEY_CTX *ctx = ours != NULL ? EVP_PKEY_CTX_new(ours, NULL) : NULL;
    size_t size = PRIMITIVE_KEY_BYTES;
    int rc = -1;

    if (theirs == NULL || ctx == NULL || EVP_PKEY_derive_init(ctx) != 1 ||
        EVP_PKEY_derive_set_peer(ctx, theirs) != 1) {
        library_fault("X25519", f);
    } else if (EVP_PKEY_derive(ctx, shared, &size) != 1) {
        /* The one thing OpenSSL checks here is the all-zero secret. */
        ERR_clear_error();
        fault_set(f, FAULT_DATA, "the X25519 point has low order");
    } else {
        rc = 0;
    }
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(theirs);
    EVP_PKEY_free(ours);
    return rc;
}
