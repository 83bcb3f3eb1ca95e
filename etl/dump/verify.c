#include "etl/dump/verify.h"

#include <string.h>

#include "config/base/clock.h"
#include "etl/dump/inlet.h"

void
verify_result_release(struct verify_result *result)
{
    container_summary_release(&result->summary);
    arena_release(&result->memory);
    *result = (struct verify_result)VERIFY_RESULT_INIT;
}

static int
verify_deeply(struct site *site, struct inlet *from, const struct opening *opening,
    struct verify_result *result, struct fault *f)
{
    struct keyring keyring = KEYRING_INIT;
    struct pack_keys keys;
    struct byte_source source;
    int rc = keyring_unseal(&keyring, &site->settings, opening, &keys, f);

    if (rc == 0 && (rc = inlet_open(from, &source, f)) == 0)
        rc = container_verify(source, &keys, &result->summary, f);
    keyring_release(&keyring);
    if (rc != 0)
        return -1;
    result->deep = true;
    result->container = result->summary.info.id;
    result->database = result->summary.info.database;
    return 0;
}

static int
verify_stored(struct inlet *from, struct verify_result *result, struct fault *f)
{
    struct pack_totals *packed = &result->summary.packed;

    if (from->entry == NULL) {
        fault_set(f, FAULT_DATA, "no catalogue says what its SHA-256 must be");
        return fault_hint(f, "with a key everything in it can be verified");
    }
    return inlet_hash(from, &packed->stored_bytes, packed->sha256, f);
}

static int
take_entry(struct verify_result *result, const struct catalogue_entry *e, struct fault *f)
{
    struct arena *memory = &result->memory;

    if (result->container != NULL && strcmp(result->container, e->container) != 0)
        return fault_set(f, FAULT_DATA, "it is container '%s', the catalogue names '%s'",
            result->container, e->container);
    result->catalogued = true;
    result->container = arena_strdup(memory, e->container);
    result->database = arena_strdup(memory, e->database);
    return result->container == NULL || result->database == NULL ? fault_set_memory(f) : 0;
}

/* Compares with the catalogue, and enters there that it was found right. */
static int
settle(struct inlet *from, struct verify_result *result, struct fault *f)
{
    const struct pack_totals *packed = &result->summary.packed;
    struct catalogue_entry verified = {
        .kind = CATALOGUE_VERIFIED, .added_utc = clock_now(), .deep = result->deep};

    if ((result->file = arena_strdup(&result->memory, from->file)) == NULL)
        return fault_set_memory(f);
    if (from->entry == NULL)
        return 0;
    if (inlet_check(from, packed->stored_bytes, packed->sha256, f) != 0 ||
        take_entry(result, from->entry, f) != 0)
        return -1;
    verified.container = result->container;
    return catalogue_add(from->store, &verified, f);
}

int
verify_container(struct site *site, const struct verify_order *order, struct verify_result *result,
    struct fault *f)
{
    struct inlet from;
    int rc = inlet_find(&from, site, order->store, order->source, f);

    if (rc == 0)
        rc = order->no_key ? verify_stored(&from, result, f)
                           : verify_deeply(site, &from, &order->opening, result, f);
    if (rc == 0)
        rc = settle(&from, result, f);
    inlet_release(&from);
    return rc == 0 ? 0 : fault_wrap(f, "verify '%s'", order->source);
}
