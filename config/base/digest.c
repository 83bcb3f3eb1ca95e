#include "config/base/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "config/base/crypto.h"
#include "config/base/file.h"

struct digest {
    EVP_MD_CTX *context;
};

static int
restart(struct digest *d, struct fault *f)
{
    if (EVP_DigestInit_ex(d->context, EVP_sha256(), NULL) != 1)
        return crypto_fault(f, "SHA-256 is not available in this OpenSSL", NULL);
    return 0;
}

struct digest *
digest_new(struct fault *f)
{
    struct digest *d = calloc(1, sizeof *d);

    if (d == NULL || (d->context = EVP_MD_CTX_new()) == NULL) {
        digest_free(d);
        fault_set_memory(f);
        return NULL;
    }
    if (restart(d, f) != 0) {
        digest_free(d);
        return NULL;
    }
    return d;
}

void
digest_free(struct digest *d)
{
    if (d == NULL)
        return;
    EVP_MD_CTX_free(d->context);
    free(d);
}

int
digest_add(struct digest *d, const void *bytes, size_t size, struct fault *f)
{
    if (EVP_DigestUpdate(d->context, bytes, size) != 1)
        return crypto_fault(f, "OpenSSL failed in SHA-256", NULL);
    return 0;
}

int
digest_finish(struct digest *d, char hex[DIGEST_HEX_BYTES], struct fault *f)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[32];

    if (EVP_DigestFinal_ex(d->context, raw, NULL) != 1)
        return crypto_fault(f, "OpenSSL failed in SHA-256", NULL);
    for (size_t i = 0; i < sizeof raw; i++) {
        hex[2 * i] = digits[raw[i] >> 4];
        hex[2 * i + 1] = digits[raw[i] & 15];
    }
    hex[DIGEST_HEX_BYTES - 1] = '\0';
    return restart(d, f);
}

int
digest_bytes(const void *bytes, size_t size, char hex[DIGEST_HEX_BYTES], struct fault *f)
{
    struct digest *d = digest_new(f);
    int rc = -1;

    if (d != NULL && digest_add(d, bytes, size, f) == 0)
        rc = digest_finish(d, hex, f);
    digest_free(d);
    return rc;
}

int
digest_file(const char *path, char hex[DIGEST_HEX_BYTES], struct fault *f)
{
    struct digest *d = NULL;
    struct file_reader r;
    struct byte_source source;
    char buffer[65536];
    ssize_t n = -1;

    if (file_reader_open(&r, path, f) != 0)
        return -1;
    source = file_reader_source(&r);
    if ((d = digest_new(f)) == NULL)
        goto done;
    while ((n = source.read(source.state, buffer, sizeof buffer, f)) > 0) {
        if ((n = digest_add(d, buffer, (size_t)n, f)) != 0)
            goto done;
    }
    if (n == 0)
        n = digest_finish(d, hex, f);
done:
    digest_free(d);
    file_reader_close(&r);
    return n == 0 ? 0 : -1;
}
