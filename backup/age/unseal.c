#include "backup/age/unseal.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "backup/age/armor.h"
#include "backup/age/header.h"
#include "backup/age/intake.h"
#include "backup/age/wrap.h"

enum { WORK_FACTOR_MAXIMUM = 30 };

struct unseal {
    enum age_failure failure;
    bool failed;
    bool final_seen;
    struct intake *from; /* the file as it comes */
    struct armor *armor; /* NULL: none around it */
    struct intake *in;   /* the sealed bytes: `from`, or one of its own behind the armor */
    struct payload *payload;
    uint8_t file_key[FILE_KEY_BYTES];
    uint8_t nonce[PAYLOAD_NONCE_BYTES];
    size_t start; /* of what was opened and not yet given out */
    size_t end;
    uint8_t plain[PAYLOAD_CHUNK_BYTES];
};

bool
age_is_sealed(const void *first_bytes, size_t size)
{
    static const char family[] = "age-encryption.org/";

    return armor_detect(first_bytes, size) ||
           (size >= sizeof family - 1 && memcmp(first_bytes, family, sizeof family - 1) == 0);
}

static struct intake *
intake_new(struct byte_source source, struct fault *f)
{
    struct intake *in = malloc(sizeof *in);

    if (in == NULL)
        fault_set_memory(f);
    else
        intake_init(in, source);
    return in;
}

/* Remembers the stage of a fault, unless its cause lies outside the file. Always returns -1. */
static int
fail(struct unseal *u, enum age_failure stage, const struct fault *f)
{
    bool outside = u->from == NULL || u->from->failed ||
                   (f->kind != FAULT_DATA && f->kind != FAULT_PERMISSION);

    u->failed = true;
    if (outside)
        u->failure = AGE_FAILURE_NONE;
    else if (u->armor != NULL && armor_malformed(u->armor))
        u->failure = AGE_FAILURE_ARMOR;
    else
        u->failure = stage;
    return -1;
}

/* Reads through armor when there is some. */
static int
open_intake(struct unseal *u, struct byte_source from, struct fault *f)
{
    const uint8_t *bytes;
    ssize_t n;

    if ((u->from = intake_new(from, f)) == NULL ||
        (n = intake_peek(u->from, 2 * ARMOR_BLANK_LIMIT, &bytes, f)) < 0)
        return -1;
    u->in = u->from;
    if (!armor_detect(bytes, (size_t)n))
        return 0;
    u->in = NULL;
    if ((u->armor = armor_new(intake_source(u->from), f)) == NULL)
        return -1;
    u->in = intake_new(armor_source(u->armor), f);
    return u->in != NULL ? 0 : -1;
}

/* Checks every stanza of a known type, and that a passphrase stanza stands alone. */
static int
check_stanzas(const struct age_header *h, struct fault *f)
{
    for (size_t i = 0; i < h->count; i++) {
        if (wrap_check(&h->stanzas[i], f) != 0)
            return -1;
        if (wrap_type_of(&h->stanzas[i]) == WRAP_SCRYPT && h->count > 1)
            return fault_set(f, FAULT_DATA, "a passphrase stanza is not the only stanza");
    }
    return 0;
}

/* Tries one stanza with all keys that fit its type: 1, 0 or -1. */
static int
try_stanza(
    struct unseal *u, const struct stanza *s, const struct unseal_keys *keys, struct fault *f)
{
    enum wrap_type type = wrap_type_of(s);
    struct passphrase passphrase = {keys->passphrase, keys->work_factor_limit};
    int rc = 0;

    if (passphrase.work_factor == 0)
        passphrase.work_factor = UNSEAL_WORK_FACTOR_LIMIT;
    if (passphrase.work_factor > WORK_FACTOR_MAXIMUM)
        passphrase.work_factor = WORK_FACTOR_MAXIMUM;
    /* No writer takes an empty passphrase, and scrypt of OpenSSL does not either. */
    if (type == WRAP_SCRYPT && keys->passphrase != NULL && keys->passphrase[0] != '\0')
        return wrap_open_passphrase(s, &passphrase, u->file_key, f);
    for (size_t i = 0; type == WRAP_X25519 && rc == 0 && i < keys->identity_count; i++)
        rc = wrap_open_identity(s, &keys->identities[i], u->file_key, f);
    return rc;
}

static size_t
count_type(const struct age_header *h, enum wrap_type type)
{
    size_t count = 0;

    for (size_t i = 0; i < h->count; i++)
        count += wrap_type_of(&h->stanzas[i]) == type ? 1 : 0;
    return count;
}

/* Says which key is missing or wrong. */
static int
no_match(const struct age_header *h, const struct unseal_keys *keys, struct fault *f)
{
    size_t recipients = count_type(h, WRAP_X25519);

    if (count_type(h, WRAP_SCRYPT) > 0) {
        if (keys->passphrase != NULL)
            return fault_set(f, FAULT_PERMISSION, "wrong passphrase");
        return fault_set(f, FAULT_PERMISSION, "sealed with a passphrase, and none was given");
    }
    if (recipients == 0)
        return fault_set(f, FAULT_PERMISSION,
            "sealed for a kind of key that is not supported ('%.40s')", h->stanzas[0].args[0]);
    if (keys->identity_count == 0) {
        fault_set(f, FAULT_PERMISSION, "sealed for %zu recipient%s, and no identity was given%s",
            recipients, recipients == 1 ? "" : "s",
            keys->passphrase != NULL ? ", only a passphrase" : "");
        return fault_hint(f, "name the identity file of one of its recipients");
    }
    fault_set(f, FAULT_PERMISSION, "no identity matches: sealed for %zu recipient%s, %zu tried",
        recipients, recipients == 1 ? "" : "s", keys->identity_count);
    return fault_hint(f,
        "the recovery identity may open it; a damaged header looks the same, so compare "
        "the file with a copy");
}

static int
find_file_key(
    struct unseal *u, const struct age_header *h, const struct unseal_keys *keys, struct fault *f)
{
    for (size_t i = 0; i < h->count; i++) {
        int rc = try_stanza(u, &h->stanzas[i], keys, f);

        if (rc < 0)
            return fail(u, AGE_FAILURE_HEADER, f);
        if (rc > 0)
            return 0;
    }
    no_match(h, keys, f);
    return fail(u, AGE_FAILURE_NO_MATCH, f);
}

static int
check_mac(struct unseal *u, const struct age_header *h, struct fault *f)
{
    int rc = age_header_check(h, u->file_key, f);

    if (rc == 1)
        return 0;
    if (rc == 0)
        fault_set(f, FAULT_DATA, "the header has been altered: its MAC does not fit");
    return fail(u, AGE_FAILURE_HMAC, f);
}

/* The payload begins with its nonce. */
static int
open_payload(struct unseal *u, struct fault *f)
{
    const uint8_t *bytes;
    ssize_t n = intake_peek(u->in, sizeof u->nonce, &bytes, f);

    if (n >= 0 && n < (ssize_t)sizeof u->nonce)
        n = fault_set(f, FAULT_DATA, "the file ends right behind its header");
    if (n < 0)
        return fail(u, AGE_FAILURE_HEADER, f);
    memcpy(u->nonce, bytes, sizeof u->nonce);
    intake_skip(u->in, sizeof u->nonce);
    u->payload = payload_new_opening(u->file_key, u->nonce, f);
    return u->payload != NULL ? 0 : fail(u, AGE_FAILURE_NONE, f);
}

static int
open_header(struct unseal *u, const struct unseal_keys *keys, struct fault *f)
{
    struct age_header h = AGE_HEADER_INIT;
    int rc;

    if (age_header_read(&h, u->in, f) != 0 || check_stanzas(&h, f) != 0)
        rc = fail(u, AGE_FAILURE_HEADER, f);
    else if ((rc = find_file_key(u, &h, keys, f)) == 0)
        rc = check_mac(u, &h, f);
    age_header_release(&h);
    return rc;
}

struct unseal *
unseal_open(struct byte_source from, const struct unseal_keys *keys, enum age_failure *failure,
    struct fault *f)
{
    struct fault own = FAULT_INIT;
    struct unseal *u = calloc(1, sizeof *u);
    int rc;

    f = f != NULL ? f : &own;
    if (failure != NULL)
        *failure = AGE_FAILURE_NONE;
    if (u == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    if (open_intake(u, from, f) != 0)
        rc = fail(u, AGE_FAILURE_NONE, f);
    else if ((rc = open_header(u, keys, f)) == 0)
        rc = open_payload(u, f);
    if (rc == 0)
        return u;
    if (failure != NULL)
        *failure = u->failure;
    unseal_free(u);
    return NULL;
}

/* After the final chunk the file must end. */
static int
check_end(struct unseal *u, struct fault *f)
{
    const uint8_t *bytes;
    ssize_t n = intake_peek(u->in, 1, &bytes, f);

    if (n > 0)
        n = fault_set(f, FAULT_DATA, "something follows the end of the sealed file");
    return n == 0 ? 0 : fail(u, AGE_FAILURE_PAYLOAD, f);
}

/* Opens a chunk as what its size allows: a full one may be the final one or not. */
static int
open_chunk(struct unseal *u, const uint8_t *sealed, size_t size, struct fault *f)
{
    int rc = 0;

    if (size < AEAD_TAG_BYTES)
        return 0;
    if (size == PAYLOAD_SEALED_BYTES)
        rc = payload_open(u->payload, sealed, size, false, u->plain, f);
    if (rc == 0) {
        rc = payload_open(u->payload, sealed, size, true, u->plain, f);
        u->final_seen = rc == 1;
    }
    return rc;
}

int
unseal_next(struct unseal *u, struct unseal_chunk *chunk, struct fault *f)
{
    struct fault own = FAULT_INIT;
    const unsigned long long number = payload_count(u->payload) + 1;
    ssize_t n;
    int rc;

    f = f != NULL ? f : &own;
    if (u->failed)
        return fault_set(f, FAULT_DATA, "unsealing has failed before");
    if (u->final_seen)
        return check_end(u, f);
    if ((n = intake_peek(u->in, PAYLOAD_SEALED_BYTES, &chunk->sealed, f)) < 0)
        return fail(u, AGE_FAILURE_PAYLOAD, f);
    chunk->sealed_size = (size_t)n;
    rc = open_chunk(u, chunk->sealed, chunk->sealed_size, f);
    if (rc == 0 && n == 0)
        rc = fault_set(f, FAULT_DATA, "the sealed file is cut off after chunk %llu", number - 1);
    else if (rc == 0)
        rc = fault_set(f, FAULT_DATA, "chunk %llu of the sealed file is damaged%s", number,
            n < PAYLOAD_SEALED_BYTES ? " or cut off" : "");
    else if (rc == 1 && n == AEAD_TAG_BYTES && number > 1)
        rc = fault_set(f, FAULT_DATA, "the final chunk is empty, which no writer makes");
    if (rc < 0)
        return fail(u, AGE_FAILURE_PAYLOAD, f);
    chunk->plain = u->plain;
    chunk->plain_size = chunk->sealed_size - AEAD_TAG_BYTES;
    intake_skip(u->in, chunk->sealed_size);
    return 1;
}

static ssize_t
unseal_read(void *state, void *buffer, size_t size, struct fault *f)
{
    struct unseal *u = state;

    while (u->start == u->end) {
        struct unseal_chunk chunk;
        int rc = unseal_next(u, &chunk, f);

        if (rc <= 0)
            return rc;
        u->start = 0;
        u->end = chunk.plain_size;
    }
    size = u->end - u->start < size ? u->end - u->start : size;
    memcpy(buffer, u->plain + u->start, size);
    u->start += size;
    return (ssize_t)size;
}

struct byte_source
unseal_source(struct unseal *u)
{
    return (struct byte_source){.read = unseal_read, .state = u};
}

enum age_failure
unseal_failure(const struct unseal *u)
{
    return u->failure;
}

const uint8_t *
unseal_file_key(const struct unseal *u)
{
    return u->file_key;
}

const uint8_t *
unseal_nonce(const struct unseal *u)
{
    return u->nonce;
}

void
unseal_free(struct unseal *u)
{
    if (u == NULL)
        return;
    payload_free(u->payload);
    if (u->in != u->from)
        free(u->in);
    armor_free(u->armor);
    free(u->from);
    OPENSSL_cleanse(u, sizeof *u);
    free(u);
}
