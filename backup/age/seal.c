#include "backup/age/seal.h"

#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "backup/age/primitive.h"
#include "backup/age/wrap.h"

struct seal {
    struct byte_sink behind;
    struct payload *payload;
    bool closed; /* finished or failed: nothing may follow */
    size_t held;
    uint8_t plain[PAYLOAD_CHUNK_BYTES];
    uint8_t sealed[PAYLOAD_SEALED_BYTES];
};

static int
check_keys(const struct seal_keys *keys, struct fault *f)
{
    if (keys->passphrase == NULL && keys->recipient_count == 0)
        return fault_set(f, FAULT_SETTINGS, "neither a recipient nor a passphrase to encrypt for");
    if (keys->passphrase != NULL && keys->recipient_count > 0) {
        fault_set(f, FAULT_SETTINGS, "both recipients and a passphrase to encrypt for");
        return fault_hint(f, "a file with a passphrase can have no recipients; choose one");
    }
    if (keys->passphrase != NULL && keys->passphrase[0] == '\0')
        return fault_set(f, FAULT_SETTINGS, "the passphrase is empty");
    if (keys->work_factor > SEAL_WORK_FACTOR_LIMIT)
        return fault_set(f, FAULT_SETTINGS, "the scrypt work factor %u is above the limit of %d",
            keys->work_factor, SEAL_WORK_FACTOR_LIMIT);
    if (keys->recipient_count > HEADER_STANZA_LIMIT)
        return fault_set(f, FAULT_SETTINGS, "more than %d recipients", HEADER_STANZA_LIMIT);
    return 0;
}

int
seal_write_header(struct text *out, const struct seal_keys *keys,
    const uint8_t file_key[FILE_KEY_BYTES], struct fault *f)
{
    const struct passphrase passphrase = {
        keys->passphrase, keys->work_factor > 0 ? keys->work_factor : SEAL_WORK_FACTOR};
    size_t count = keys->passphrase != NULL ? 1 : keys->recipient_count;
    struct arena arena = ARENA_INIT;
    struct stanza *stanzas;
    int rc = check_keys(keys, f);

    if (rc == 0 && (stanzas = arena_array(&arena, count, sizeof *stanzas)) == NULL)
        rc = fault_set_memory(f);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = keys->passphrase != NULL
                 ? wrap_for_passphrase(&stanzas[i], &arena, &passphrase, file_key, f)
                 : wrap_for_recipient(&stanzas[i], &arena, &keys->recipients[i], file_key, f);
    if (rc == 0)
        rc = age_header_write(out, stanzas, count, file_key, f);
    arena_release(&arena);
    return rc;
}

struct seal *
seal_open_given(struct byte_sink behind, const struct seal_given *given, struct fault *f)
{
    struct seal *s = calloc(1, sizeof *s);

    if (s == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    s->behind = behind;
    if ((s->payload = payload_new_sealing(given->file_key, given->nonce, f)) != NULL &&
        behind.write(behind.state, given->header, given->header_size, f) == 0 &&
        behind.write(behind.state, given->nonce, PAYLOAD_NONCE_BYTES, f) == 0)
        return s;
    seal_free(s);
    return NULL;
}

struct seal *
seal_open(struct byte_sink behind, const struct seal_keys *keys, struct fault *f)
{
    struct text header = TEXT_INIT;
    uint8_t file_key[FILE_KEY_BYTES], nonce[PAYLOAD_NONCE_BYTES];
    struct seal *s = NULL;

    if (primitive_random_secret(file_key, sizeof file_key, f) == 0 &&
        primitive_random(nonce, sizeof nonce, f) == 0 &&
        seal_write_header(&header, keys, file_key, f) == 0) {
        const struct seal_given given = {
            .header = header.bytes,
            .header_size = header.length,
            .file_key = file_key,
            .nonce = nonce,
        };

        s = seal_open_given(behind, &given, f);
    }
    OPENSSL_cleanse(file_key, sizeof file_key);
    text_release(&header);
    return s;
}

/* Seals one chunk and passes it on. After a failure the seal stays closed. */
static int
write_chunk(struct seal *s, const uint8_t *plain, size_t size, bool final, struct fault *f)
{
    bool open = !s->closed;

    s->closed = true;
    if (!open)
        return fault_set(f, FAULT_INTERNAL, "the sealed file is already closed");
    if (payload_seal(s->payload, plain, size, final, s->sealed, f) != 0 ||
        s->behind.write(s->behind.state, s->sealed, size + AEAD_TAG_BYTES, f) != 0)
        return -1;
    s->closed = final;
    return 0;
}

/* A full chunk is held back until one more byte is known: it might be the final one. */
static int
seal_write(void *state, const void *bytes, size_t size, struct fault *f)
{
    struct seal *s = state;
    const uint8_t *from = bytes;

    while (size > 0) {
        bool direct = s->held == 0 && size > PAYLOAD_CHUNK_BYTES;
        size_t take = PAYLOAD_CHUNK_BYTES - s->held;

        if (direct || s->held == PAYLOAD_CHUNK_BYTES) {
            if (write_chunk(s, direct ? from : s->plain, PAYLOAD_CHUNK_BYTES, false, f) != 0)
                return -1;
            take = direct ? PAYLOAD_CHUNK_BYTES : 0;
            s->held = 0;
        } else {
            take = take < size ? take : size;
            memcpy(s->plain + s->held, from, take);
            s->held += take;
        }
        from += take;
        size -= take;
    }
    return 0;
}

struct byte_sink
seal_sink(struct seal *s)
{
    return (struct byte_sink){.write = seal_write, .state = s};
}

int
seal_finish(struct seal *s, struct fault *f)
{
    return write_chunk(s, s->plain, s->held, true, f);
}

void
seal_free(struct seal *s)
{
    if (s == NULL)
        return;
    payload_free(s->payload);
    OPENSSL_cleanse(s->plain, sizeof s->plain);
    free(s);
}
