#include "etl/dump/verify.h"

#include <string.h>

#include "backup/summary.h"
#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/progress.h"
#include "etl/dump/inlet.h"

void
verify_result_release(struct verify_result *result)
{
    container_summary_release(&result->summary);
    arena_release(&result->memory);
    *result = (struct verify_result)VERIFY_RESULT_INIT;
}

/* `handler`: who gets to see what is in it; NULL: nobody. */
static int
verify_deeply(struct site *site, struct inlet *from, const struct opening *opening,
    const struct container_handler *handler, struct verify_result *result, struct fault *f)
{
    static const struct container_handler nobody = {.state = NULL};
    struct keyring keyring = KEYRING_INIT;
    struct pack_keys keys;
    struct byte_source source;
    int rc = inlet_open(from, &source, f);

    if (rc == 0)
        rc = keyring_unseal(&keyring, &site->settings, opening, &keys, f);
    if (rc == 0 && (rc = container_read(source, &keys, handler == NULL ? &nobody : handler,
                        &result->summary, f)) != 0)
        inlet_explain(from, f);
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

/* Whoever may read a store need not be let to write into it: what is right is right all the same.
 */
static int
enter(const struct inlet *from, struct catalogue_entry *verified, struct fault *f)
{
    if (catalogue_add(from->store, verified, f) == 0)
        return 0;
    if (f->kind != FAULT_PERMISSION)
        return -1;
    log_warning(
        "'%s' is right, but the catalogue does not get to know it: %s", from->file, f->text);
    fault_clear(f);
    return 0;
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
    return enter(from, &verified, f);
}

/* ---- the containers that it leaves tables to ---- */

/* Adds the tables of an older container to what the summary tells. */
static int
add_tables(struct verify_result *result, const struct verify_result *older,
    const struct container_reference *reference, struct fault *f)
{
    struct container_summary *s = &result->summary;
    size_t found = 0;

    for (size_t i = 0; i < older->summary.table_count; i++) {
        const struct container_table *t = &older->summary.tables[i];
        bool wanted = false;

        for (size_t k = 0; k < reference->table_count; k++)
            wanted = wanted || strcmp(reference->tables[k], t->name) == 0;
        if (!wanted)
            continue;
        found++;
        if (summary_add_table(s, t->name, &t->sum, t->chunks, t->bytes, f) != 0)
            return -1;
    }
    return found == reference->table_count
               ? 0
               : fault_set(f, FAULT_DATA, "container '%s' lacks tables that are left to it",
                     reference->file);
}

static int
verify_older(struct site *site, const struct inlet *from, const struct opening *opening,
    const struct container_reference *reference, struct verify_result *result, struct fault *f)
{
    struct verify_result older = VERIFY_RESULT_INIT;
    struct inlet inlet;
    int rc = inlet_of_reference(&inlet, from, reference, f);

    if (rc == 0)
        rc = verify_deeply(site, &inlet, opening, NULL, &older, f);
    if (rc == 0 && strcmp(older.summary.packed.sha256, reference->sha256) != 0 &&
        (inlet.entry == NULL ||
            !catalogue_knows_sha256(inlet.catalogue, reference->container, reference->sha256)))
        rc = fault_set(f, FAULT_DATA, "it is not the one that '%s' was built on", from->file);
    if (rc == 0)
        rc = settle(&inlet, &older, f);
    if (rc == 0)
        rc = add_tables(result, &older, reference, f);
    if (rc != 0)
        fault_wrap(f, "container '%s'", reference->file);
    verify_result_release(&older);
    inlet_release(&inlet);
    return rc;
}

/* Without a key only the catalogue tells which they are. */
static int
verify_older_stored(
    const struct inlet *from, const char *container, struct verify_result *result, struct fault *f)
{
    const struct catalogue_entry *e = catalogue_find(from->catalogue, container);
    struct verify_result older = VERIFY_RESULT_INIT;
    struct inlet inlet = INLET_INIT;
    int rc = e == NULL ? fault_set(f, FAULT_DATA, "the catalogue has no container '%s'", container)
                       : inlet_of_entry(&inlet, from->store, from->catalogue, e, f);

    if (rc == 0)
        rc = verify_stored(&inlet, &older, f);
    if (rc == 0)
        rc = settle(&inlet, &older, f);
    result->older += rc == 0;
    verify_result_release(&older);
    inlet_release(&inlet);
    return rc;
}

static int
follow(struct site *site, struct inlet *from, const struct verify_order *order,
    struct verify_result *result, struct fault *f)
{
    const struct container_info *info = &result->summary.info;
    const struct catalogue_entry *e = from->entry;
    const char *last = "";

    if (order->alone)
        return 0;
    for (size_t i = 0; result->deep && i < info->reference_count; i++) {
        if (verify_older(site, from, &order->opening, &info->references[i], result, f) != 0)
            return -1;
        result->older++;
    }
    for (size_t i = 0; !result->deep && e != NULL && i < e->table_count; i++) {
        const char *reference = e->tables[i].reference;

        if (reference == NULL || strcmp(reference, last) == 0)
            continue;
        if (verify_older_stored(from, reference, result, f) != 0)
            return -1;
        last = reference;
    }
    return 0;
}

int
verify_container(struct site *site, const struct verify_order *order, struct verify_result *result,
    struct fault *f)
{
    struct inlet from;
    int rc = inlet_find(&from, site, order->store, order->source, order->known, f);

    progress_begin(order->source, "bytes", rc == 0 ? inlet_bytes(&from, !order->alone) : 0);
    if (rc == 0)
        rc = order->no_key ? verify_stored(&from, result, f)
                           : verify_deeply(site, &from, &order->opening, order->handler, result, f);
    if (rc == 0)
        rc = follow(site, &from, order, result, f);
    progress_finish();
    if (rc == 0)
        rc = settle(&from, result, f);
    inlet_release(&from);
    return rc == 0 ? 0 : fault_wrap(f, "verify '%s'", order->source);
}
