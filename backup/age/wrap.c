#include "backup/age/wrap.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backup/age/aead.h"
#include "backup/age/base64.h"
#include "backup/age/primitive.h"

enum {
    SHARE_BYTES = PRIMITIVE_KEY_BYTES,
    SALT_BYTES = 16,
    BODY_BYTES = FILE_KEY_BYTES + AEAD_TAG_BYTES,
    WORK_FACTOR_DIGITS = 2,
};

static const char scrypt_label[] = "age-encryption.org/v1/scrypt";

/* What a stanza of a known type looks like: its name, an encoded argument of a fixed size, perhaps
 * a work factor. In order of enum wrap_type. */
static const struct wrap_shape {
    const char *name;
    size_t arg_count;
    size_t encoded_bytes;
} shapes[WRAP_UNKNOWN] = {
    [WRAP_X25519] = {"X25519", 2, SHARE_BYTES},
    [WRAP_SCRYPT] = {"scrypt", 3, SALT_BYTES},
};

enum wrap_type
wrap_type_of(const struct stanza *s)
{
    enum wrap_type type = 0;

    while (type < WRAP_UNKNOWN && strcmp(s->args[0], shapes[type].name) != 0)
        type++;
    return type;
}

/* Decodes an argument that must be exactly `size` bytes. */
static int
decode_exactly(const char *text, uint8_t *bytes, size_t size)
{
    size_t length = strlen(text);

    if (length != BASE64_LENGTH(size))
        return -1;
    return base64_decode(text, length, bytes) == (ssize_t)size ? 0 : -1;
}

/* A decimal number without sign or leading zero. Anything of more digits than a work factor can
 * have reads as 99, which nobody accepts. 0 when malformed. */
static unsigned
parse_work_factor(const char *text)
{
    size_t length = strspn(text, "0123456789");

    if (length == 0 || text[length] != '\0' || text[0] == '0')
        return 0;
    return length > WORK_FACTOR_DIGITS ? 99 : (unsigned)strtoul(text, NULL, 10);
}

int
wrap_check(const struct stanza *s, struct fault *f)
{
    enum wrap_type type = wrap_type_of(s);
    const struct wrap_shape *shape;
    uint8_t bytes[SHARE_BYTES];

    if (type == WRAP_UNKNOWN)
        return 0;
    shape = &shapes[type];
    if (s->arg_count != shape->arg_count)
        return fault_set(f, FAULT_DATA, "the %s stanza has %zu arguments instead of %zu",
            shape->name, s->arg_count - 1, shape->arg_count - 1);
    if (decode_exactly(s->args[1], bytes, shape->encoded_bytes) != 0)
        return fault_set(f, FAULT_DATA, "the first argument of the %s stanza is not %zu bytes",
            shape->name, shape->encoded_bytes);
    if (type == WRAP_SCRYPT && parse_work_factor(s->args[2]) == 0)
        return fault_set(f, FAULT_DATA, "the work factor of the scrypt stanza is malformed");
    /* Checked before decryption: a longer body could fit several keys at once. */
    if (s->body_size != BODY_BYTES)
        return fault_set(f, FAULT_DATA, "the body of the %s stanza is %zu bytes instead of %d",
            shape->name, s->body_size, BODY_BYTES);
    return 0;
}

/* The key that wraps for X25519: from the shared secret, bound to both public points. */
static int
x25519_wrap_key(const uint8_t *shared, const uint8_t *share, const struct recipient *recipient,
    uint8_t key[PRIMITIVE_KEY_BYTES], struct fault *f)
{
    uint8_t salt[SHARE_BYTES + sizeof recipient->point];
    const struct hkdf_input input = {
        .secret = shared,
        .secret_size = PRIMITIVE_KEY_BYTES,
        .salt = salt,
        .salt_size = sizeof salt,
        .info = "age-encryption.org/v1/X25519",
    };

    memcpy(salt, share, SHARE_BYTES);
    memcpy(salt + SHARE_BYTES, recipient->point, sizeof recipient->point);
    return primitive_hkdf(&input, key, f);
}

/* The key that wraps for a passphrase. */
static int
scrypt_wrap_key(const char *passphrase, const uint8_t *salt, unsigned work_factor,
    uint8_t key[PRIMITIVE_KEY_BYTES], struct fault *f)
{
    uint8_t labelled[sizeof scrypt_label - 1 + SALT_BYTES];
    const struct scrypt_input input = {
        .passphrase = passphrase,
        .salt = labelled,
        .salt_size = sizeof labelled,
        .work_factor = work_factor,
    };

    memcpy(labelled, scrypt_label, sizeof scrypt_label - 1);
    memcpy(labelled + sizeof scrypt_label - 1, salt, SALT_BYTES);
    return primitive_scrypt(&input, key, f);
}

/* A wrap key seals one file key only, so the nonce may be zero. */
static const uint8_t zero_nonce[AEAD_NONCE_BYTES];

/* Fills a stanza of these arguments with the sealed file key. */
static int
fill_stanza(struct stanza *s, struct arena *arena, const char *const args[],
    const uint8_t key[PRIMITIVE_KEY_BYTES], const uint8_t *file_key, struct fault *f)
{
    const char **copies;
    uint8_t *body = arena_alloc(arena, BODY_BYTES);
    struct aead *aead;
    int rc;

    for (s->arg_count = 0; args[s->arg_count] != NULL;)
        s->arg_count++;
    if (body == NULL || (copies = arena_array(arena, s->arg_count, sizeof *copies)) == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < s->arg_count; i++) {
        if ((copies[i] = arena_strdup(arena, args[i])) == NULL)
            return fault_set_memory(f);
    }
    if ((aead = aead_new_sealing(key, f)) == NULL)
        return -1;
    rc = aead_seal(aead, zero_nonce, file_key, FILE_KEY_BYTES, body, f);
    aead_free(aead);
    s->args = copies;
    s->body = body;
    s->body_size = BODY_BYTES;
    return rc;
}

int
wrap_for_recipient(struct stanza *s, struct arena *arena, const struct recipient *recipient,
    const uint8_t file_key[FILE_KEY_BYTES], struct fault *f)
{
    struct identity ephemeral;
    uint8_t shared[PRIMITIVE_KEY_BYTES], key[PRIMITIVE_KEY_BYTES];
    char share[BASE64_LENGTH(SHARE_BYTES) + 1];
    const char *const args[] = {shapes[WRAP_X25519].name, share, NULL};
    const uint8_t *point = ephemeral.recipient.point;
    int rc = -1;

    if (identity_generate(&ephemeral, f) != 0 ||
        primitive_x25519(ephemeral.secret, recipient->point, shared, f) != 0 ||
        x25519_wrap_key(shared, point, recipient, key, f) != 0)
        goto done;
    base64_encode(point, SHARE_BYTES, share);
    rc = fill_stanza(s, arena, args, key, file_key, f);
done:
    identity_release(&ephemeral);
    OPENSSL_cleanse(shared, sizeof shared);
    OPENSSL_cleanse(key, sizeof key);
    return rc;
}

int
wrap_for_passphrase(struct stanza *s, struct arena *arena, const struct passphrase *passphrase,
    const uint8_t file_key[FILE_KEY_BYTES], struct fault *f)
{
    uint8_t salt[SALT_BYTES], key[PRIMITIVE_KEY_BYTES];
    char encoded[BASE64_LENGTH(SALT_BYTES) + 1], work_factor[16];
    const char *const args[] = {shapes[WRAP_SCRYPT].name, encoded, work_factor, NULL};
    int rc = -1;

    if (primitive_random(salt, sizeof salt, f) != 0 ||
        scrypt_wrap_key(passphrase->text, salt, passphrase->work_factor, key, f) != 0)
        goto done;
    base64_encode(salt, sizeof salt, encoded);
    snprintf(work_factor, sizeof work_factor, "%u", passphrase->work_factor);
    rc = fill_stanza(s, arena, args, key, file_key, f);
done:
    OPENSSL_cleanse(key, sizeof key);
    return rc;
}

/* Opens the body with a wrap key: 1, 0 or -1. */
static int
open_body(const struct stanza *s, const uint8_t key[PRIMITIVE_KEY_BYTES], uint8_t *file_key,
    struct fault *f)
{
    struct aead *aead = aead_new_opening(key, f);
    int rc = aead != NULL ? aead_open(aead, zero_nonce, s->body, s->body_size, file_key, f) : -1;

    aead_free(aead);
    return rc;
}

int
wrap_open_identity(const struct stanza *s, const struct identity *identity,
    uint8_t file_key[FILE_KEY_BYTES], struct fault *f)
{
    uint8_t share[SHARE_BYTES], shared[PRIMITIVE_KEY_BYTES], key[PRIMITIVE_KEY_BYTES];
    int rc = -1;

    decode_exactly(s->args[1], share, sizeof share);
    if (primitive_x25519(identity->secret, share, shared, f) == 0 &&
        x25519_wrap_key(shared, share, &identity->recipient, key, f) == 0)
        rc = open_body(s, key, file_key, f);
    OPENSSL_cleanse(shared, sizeof shared);
    OPENSSL_cleanse(key, sizeof key);
    return rc;
}

int
wrap_open_passphrase(const struct stanza *s, const struct passphrase *passphrase,
    uint8_t file_key[FILE_KEY_BYTES], struct fault *f)
{
    unsigned work_factor = parse_work_factor(s->args[2]);
    uint8_t salt[SALT_BYTES], key[PRIMITIVE_KEY_BYTES];
    int rc = -1;

    if (work_factor > passphrase->work_factor) {
        fault_set(f, FAULT_DATA, "the scrypt work factor %.20s is above the limit of %u",
            s->args[2], passphrase->work_factor);
        return fault_hint(f, "each step up doubles time and memory; raise the limit only for a "
                             "file whose maker you know");
    }
    decode_exactly(s->args[1], salt, sizeof salt);
    if (scrypt_wrap_key(passphrase->text, salt, work_factor, key, f) == 0)
        rc = open_body(s, key, file_key, f);
    OPENSSL_cleanse(key, sizeof key);
    return rc;
}
