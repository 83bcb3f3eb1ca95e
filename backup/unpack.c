#include <stdlib.h>
#include <string.h>

#include "backup/age/intake.h"
#include "backup/compress.h"
#include "backup/entry.h"
#include "backup/meter.h"
#include "backup/pack.h"
#include "config/base/relay.h"

struct unpack {
    struct meter stored;
    struct intake first; /* of the stored bytes */
    struct unseal *unseal;
    struct intake inner; /* of the unsealed bytes */
    struct expander *expander;
    struct relay *relay;     /* takes the layers off in a thread of its own */
    struct byte_source tail; /* of the chain */
    uint64_t unpacked_bytes;
    uint64_t free_bytes;
    uint64_t ratio;
};

enum { SNIFF_BYTES = TAR_BLOCK_BYTES, ALONE_BYTES = 64 * 1024 };

enum pack_form
pack_sniff(const void *first_bytes, size_t size)
{
    static const unsigned char zstd[] = {0x28, 0xb5, 0x2f, 0xfd};
    const char *bytes = first_bytes;

    if (age_is_sealed(bytes, size))
        return PACK_AGE;
    if (size >= sizeof zstd && memcmp(bytes, zstd, sizeof zstd) == 0)
        return PACK_ZSTD;
    if (size >= TAR_BLOCK_BYTES && memcmp(bytes, ENTRY_INFO, sizeof ENTRY_INFO) == 0 &&
        memcmp(bytes + 257, "ustar", 6) == 0)
        return PACK_TAR;
    return PACK_UNKNOWN;
}

static int
open_seal(struct unpack *u, const struct pack_keys *keys, struct fault *f)
{
    if (keys == NULL || keys->unseal == NULL ||
        (keys->unseal->identity_count == 0 && keys->unseal->passphrase == NULL)) {
        if (keys != NULL && keys->missing != NULL) {
            if (f != NULL)
                *f = *keys->missing;
            return -1;
        }
        fault_set(f, FAULT_PERMISSION, "it is encrypted, and no key or passphrase is given");
        return fault_hint(f, "name --identity-file or --passphrase-file");
    }
    if ((u->unseal = unseal_open(u->tail, keys->unseal, NULL, f)) == NULL)
        return -1;
    intake_init(&u->inner, unseal_source(u->unseal));
    u->tail = intake_source(&u->inner);
    return 0;
}

/* What the next bytes of a layer are. */
static int
look(struct intake *in, enum pack_form *form, struct fault *f)
{
    const uint8_t *bytes;
    ssize_t n = intake_peek(in, SNIFF_BYTES, &bytes, f);

    if (n < 0)
        return -1;
    *form = pack_sniff(bytes, (size_t)n);
    if (*form == PACK_UNKNOWN)
        return fault_set(f, FAULT_DATA, n == 0 ? "it is empty" : "it is not a nightcube backup");
    return 0;
}

/* Takes the layers off, from the store downwards. */
static int
build(struct unpack *u, const struct pack_keys *keys, struct fault *f)
{
    enum pack_form form = PACK_UNKNOWN;

    if (look(&u->first, &form, f) != 0)
        return -1;
    if (form == PACK_AGE) {
        if (open_seal(u, keys, f) != 0 || look(&u->inner, &form, f) != 0)
            return -1;
        if (form == PACK_AGE)
            return fault_set(f, FAULT_DATA, "it is encrypted twice: not a nightcube backup");
    } else if (keys != NULL && keys->demanded) {
        fault_set(f, FAULT_USAGE, "a key or passphrase is given, but it is not encrypted");
        return fault_hint(f, "leave the key out if you trust this file");
    }
    if (form == PACK_ZSTD) {
        if ((u->expander = expander_new(u->tail, f)) == NULL)
            return -1;
        u->tail = expander_source(u->expander);
    }
    return 0;
}

struct unpack *
unpack_open(struct byte_source store, const struct pack_keys *keys, struct fault *f)
{
    struct unpack *u = calloc(1, sizeof *u);

    if (u == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    u->free_bytes = keys != NULL && keys->free_bytes != 0 ? keys->free_bytes : PACK_FREE_BYTES;
    u->ratio = keys != NULL && keys->ratio != 0 ? keys->ratio : PACK_RATIO;
    if (meter_init(&u->stored, f) == 0) {
        intake_init(&u->first, meter_source(&u->stored, store));
        u->tail = intake_source(&u->first);
        if (build(u, keys, f) == 0)
            return u;
    }
    unpack_free(u);
    return NULL;
}

/* The next bytes of the tar, which must not be out of proportion to the stored ones. */
static ssize_t
read_layers(void *state, void *buffer, size_t size, struct fault *f)
{
    struct unpack *u = state;
    ssize_t n = u->tail.read(u->tail.state, buffer, size, f);

    if (n <= 0)
        return n;
    u->unpacked_bytes += (uint64_t)n;
    if (u->unpacked_bytes > u->free_bytes &&
        (u->unpacked_bytes - u->free_bytes) / u->ratio > u->stored.bytes)
        return fault_set(f, FAULT_DATA, "it unpacks to more than %llu times its size",
            (unsigned long long)u->ratio);
    return n;
}

/* A short container, or the start of one, is read as it is wanted; what follows is read ahead. */
static ssize_t
unpack_read(void *state, void *buffer, size_t size, struct fault *f)
{
    struct unpack *u = state;
    struct byte_source layers = {read_layers, u};

    if (u->relay == NULL && u->unpacked_bytes < ALONE_BYTES)
        return read_layers(u, buffer, size, f);
    if (u->relay == NULL && (u->relay = relay_new(layers, f)) == NULL)
        return -1;
    layers = relay_source(u->relay);
    return layers.read(layers.state, buffer, size, f);
}

struct byte_source
unpack_source(struct unpack *u)
{
    return (struct byte_source){unpack_read, u};
}

int
unpack_finish(struct unpack *u, struct pack_totals *totals, struct fault *f)
{
    char byte;
    ssize_t n = unpack_read(u, &byte, 1, f);

    if (n != 0)
        return n < 0 ? -1 : fault_set(f, FAULT_DATA, "bytes behind the end");
    relay_free(u->relay);
    u->relay = NULL;
    *totals = (struct pack_totals){
        .stored_bytes = u->stored.bytes,
        .unpacked_bytes = u->unpacked_bytes,
        .compressed = u->expander != NULL,
        .encrypted = u->unseal != NULL,
    };
    return meter_finish(&u->stored, totals->sha256, f);
}

void
unpack_free(struct unpack *u)
{
    if (u == NULL)
        return;
    relay_free(u->relay);
    expander_free(u->expander);
    unseal_free(u->unseal);
    meter_release(&u->stored);
    free(u);
}
