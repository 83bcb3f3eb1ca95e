#include "etl/dump/rekey.h"

#include <string.h>

#include "backup/age/rewrap.h"
#include "backup/meter.h"
#include "config/base/clock.h"
#include "config/base/interrupt.h"
#include "config/base/progress.h"
#include "etl/dump/inlet.h"

struct rekey {
    struct inlet from;
    struct keyring old, new;
    const struct unseal_keys *unseal;
    const struct seal_keys *seal;
    struct rekey_result *result;
};

void
rekey_result_release(struct rekey_result *result)
{
    arena_release(&result->memory);
    *result = (struct rekey_result)REKEY_RESULT_INIT;
}

static int
open_keys(
    struct rekey *k, const struct site *site, const struct rekey_order *order, struct fault *f)
{
    struct pack_keys keys;

    if (keyring_unseal(&k->old, &site->settings, &order->opening, &keys, f) != 0 ||
        keyring_seal(&k->new, &site->settings, &order->sealing, &k->seal, f) != 0)
        return -1;
    if (k->seal == NULL)
        return fault_set(f, FAULT_USAGE, "nobody is named who may open it then");
    if (keys.missing != NULL) {
        *f = *keys.missing;
        return -1;
    }
    if (keys.unseal == NULL)
        return fault_set(f, FAULT_PERMISSION, "there is no key at hand that opens it");
    k->unseal = keys.unseal;
    return 0;
}

/* The new file goes into `writer`, its size and sum into the result; the old one is compared with
 * the catalogue on the way. */
static int
rewrite(struct rekey *k, struct store_writer *writer, struct fault *f)
{
    struct meter in = METER_INIT, out = METER_INIT;
    struct byte_source source;
    char sha256[DIGEST_HEX_BYTES];
    uint64_t bytes;
    int rc = -1;

    progress_begin(k->from.file, "bytes", inlet_bytes(&k->from, false));
    if (meter_init(&in, f) == 0 && meter_init(&out, f) == 0 &&
        inlet_open(&k->from, &source, f) == 0)
        rc = rewrap(meter_source(&in, source), k->unseal,
            meter_sink(&out, store_writer_sink(writer)), k->seal, f);
    progress_finish();
    if (rc != 0)
        inlet_explain(&k->from, f);
    bytes = in.bytes;
    k->result->bytes = out.bytes;
    if (rc == 0 && (rc = meter_finish(&in, sha256, f)) == 0)
        rc = meter_finish(&out, k->result->sha256, f);
    if (rc == 0)
        rc = inlet_check(&k->from, bytes, sha256, f);
    meter_release(&in);
    meter_release(&out);
    return rc;
}

/* ---- the catalogue ---- */

static int
announce(struct rekey *k, struct fault *f)
{
    struct catalogue_entry entry;
    char sealed_for[DIGEST_HEX_BYTES];

    if (k->from.entry == NULL)
        return 0;
    entry = *k->from.entry;
    entry.added_utc = clock_now();
    entry.bytes = k->result->bytes;
    entry.note = "rewrapped";
    memcpy(entry.sha256, k->result->sha256, sizeof entry.sha256);
    if (keyring_fingerprint(k->seal, sealed_for, f) != 0)
        return -1;
    entry.sealed_for = sealed_for[0] == '\0' ? NULL : sealed_for;
    return catalogue_add(k->from.store, &entry, f);
}

/* The file was not replaced: what the catalogue said before holds again. */
static void
take_back(struct rekey *k)
{
    struct catalogue_entry entry;

    if (k->from.entry == NULL)
        return;
    entry = *k->from.entry;
    entry.added_utc = clock_now();
    catalogue_add(k->from.store, &entry, NULL);
}

static int
check_stored(struct rekey *k, struct fault *f)
{
    struct catalogue_entry verified = {
        .kind = CATALOGUE_VERIFIED, .added_utc = clock_now(), .note = "read back after rewrapping"};
    char sha256[DIGEST_HEX_BYTES];
    uint64_t bytes;

    if (inlet_hash(&k->from, &bytes, sha256, f) != 0)
        return -1;
    if (bytes != k->result->bytes || strcmp(sha256, k->result->sha256) != 0)
        return fault_set(f, FAULT_IO, "the store gives back other bytes than were written");
    if (k->from.entry == NULL)
        return 0;
    verified.container = k->from.entry->container;
    return catalogue_add(k->from.store, &verified, f);
}

/* ---- one container ---- */

static int
replace(struct rekey *k, struct fault *f)
{
    struct store_writer *writer = store_begin(k->from.store, k->from.file, true, f);

    if (writer == NULL)
        return -1;
    if (rewrite(k, writer, f) != 0 || interrupt_check(f) != 0 || announce(k, f) != 0) {
        store_abandon(writer);
        return -1;
    }
    if (store_commit(writer, f) != 0) {
        take_back(k);
        return -1;
    }
    return check_stored(k, f);
}

static int
fill_result(struct rekey *k, struct fault *f)
{
    struct arena *memory = &k->result->memory;

    k->result->file = arena_strdup(memory, k->from.file);
    if (k->from.entry != NULL)
        k->result->container = arena_strdup(memory, k->from.entry->container);
    return k->result->file == NULL ? fault_set_memory(f) : 0;
}

int
rekey_container(struct site *site, const struct rekey_order *order, struct rekey_result *result,
    struct fault *f)
{
    struct rekey k = {.old = KEYRING_INIT, .new = KEYRING_INIT, .result = result};
    int rc = inlet_find(&k.from, site, order->store, order->source, order->known, f);

    if (rc == 0 && (rc = inlet_check_sealed(&k.from, f)) == 0 &&
        (rc = open_keys(&k, site, order, f)) == 0 && (rc = replace(&k, f)) == 0)
        rc = fill_result(&k, f);
    if (rc != 0)
        fault_wrap(f, "rewrap '%s'", k.from.file != NULL ? k.from.file : order->source);
    keyring_release(&k.old);
    keyring_release(&k.new);
    inlet_release(&k.from);
    return rc;
}
