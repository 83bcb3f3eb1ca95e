#include "backup/store/sigv4.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/crypto.h"
#include "config/base/digest.h"

enum { KEY_BYTES = 32, DAY_LENGTH = 8 };

static int
compare_headers(const void *a, const void *b)
{
    const struct http_header *x = a, *y = b;

    return strcmp(x->name, y->name);
}

/* "a;b;c" */
static void
add_names(struct text *t, const struct http_request *sorted)
{
    for (size_t i = 0; i < sorted->header_count; i++)
        text_add_format(t, "%s%s", i == 0 ? "" : ";", sorted->headers[i].name);
}

static void
add_canonical(struct text *t, const struct http_request *sorted)
{
    const char *payload = "";

    text_add_format(t, "%s\n%s\n%s\n", sorted->method, sorted->path, sorted->query);
    for (size_t i = 0; i < sorted->header_count; i++) {
        const struct http_header *h = &sorted->headers[i];

        text_add_format(t, "%s:%s\n", h->name, h->value);
        if (strcmp(h->name, "x-amz-content-sha256") == 0)
            payload = h->value;
    }
    text_add(t, "\n");
    add_names(t, sorted);
    text_add_format(t, "\n%s", payload);
}

static int
mac(uint8_t key[KEY_BYTES], size_t key_size, const void *secret, const char *text, size_t length,
    struct fault *f)
{
    unsigned size = KEY_BYTES;

    if (HMAC(EVP_sha256(), secret, (int)key_size, (const unsigned char *)text, length, key,
            &size) == NULL)
        return crypto_fault(f, "OpenSSL failed in HMAC-SHA-256", NULL);
    return 0;
}

/* The key of a day, a region and a service, from the secret one. */
static int
derive_key(const struct sigv4 *s, uint8_t key[KEY_BYTES], struct fault *f)
{
    struct text first = TEXT_INIT;
    int rc = -1;

    text_add_format(&first, "AWS4%s", s->secret_key);
    if (text_check(&first, f) == 0 &&
        mac(key, first.length, text_get(&first), s->stamp, DAY_LENGTH, f) == 0 &&
        mac(key, KEY_BYTES, key, s->region, strlen(s->region), f) == 0 &&
        mac(key, KEY_BYTES, key, "s3", 2, f) == 0)
        rc = mac(key, KEY_BYTES, key, "aws4_request", 12, f);
    if (first.bytes != NULL)
        OPENSSL_cleanse(first.bytes, first.length);
    text_release(&first);
    return rc;
}

static int
sign(const struct sigv4 *s, const struct http_request *sorted, char hex[2 * KEY_BYTES + 1],
    struct fault *f)
{
    static const char digits[] = "0123456789abcdef";
    struct text canonical = TEXT_INIT, text = TEXT_INIT;
    char sha256[DIGEST_HEX_BYTES];
    uint8_t key[KEY_BYTES];
    int rc = -1;

    add_canonical(&canonical, sorted);
    if (text_check(&canonical, f) != 0 ||
        digest_bytes(text_get(&canonical), canonical.length, sha256, f) != 0)
        goto done;
    text_add_format(&text, "AWS4-HMAC-SHA256\n%s\n%.*s/%s/s3/aws4_request\n%s", s->stamp,
        DAY_LENGTH, s->stamp, s->region, sha256);
    if (text_check(&text, f) != 0 || derive_key(s, key, f) != 0 ||
        mac(key, KEY_BYTES, key, text_get(&text), text.length, f) != 0)
        goto done;
    for (size_t i = 0; i < KEY_BYTES; i++) {
        hex[2 * i] = digits[key[i] >> 4];
        hex[2 * i + 1] = digits[key[i] & 15];
    }
    hex[2 * KEY_BYTES] = '\0';
    rc = 0;
done:
    OPENSSL_cleanse(key, sizeof key);
    text_release(&canonical);
    text_release(&text);
    return rc;
}

int
sigv4_authorize(
    const struct sigv4 *s, const struct http_request *r, struct text *value, struct fault *f)
{
    struct http_request sorted = *r;
    char hex[2 * KEY_BYTES + 1];

    qsort(sorted.headers, sorted.header_count, sizeof *sorted.headers, compare_headers);
    if (sign(s, &sorted, hex, f) != 0)
        return -1;
    text_add_format(value,
        "AWS4-HMAC-SHA256 Credential=%s/%.*s/%s/s3/aws4_request,SignedHeaders=", s->access_key,
        DAY_LENGTH, s->stamp, s->region);
    add_names(value, &sorted);
    text_add_format(value, ",Signature=%s", hex);
    return text_check(value, f);
}
