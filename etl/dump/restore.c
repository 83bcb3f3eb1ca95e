#include "etl/dump/restore.h"

#include <string.h>

#include "etl/dump/restoration.h"

void
restore_result_release(struct restore_result *result)
{
    arena_release(&result->memory);
    *result = (struct restore_result)RESTORE_RESULT_INIT;
}

static int
restore_from(
    struct restoration *r, struct inlet *from, const struct restore_order *order, struct fault *f)
{
    struct keyring keyring = KEYRING_INIT;
    struct pack_keys keys;
    int rc;

    rc = keyring_unseal(&keyring, &r->site->settings, &order->opening, &keys, f);
    if (rc == 0 && (rc = restoration_load(r, from, &keys, f)) == 0)
        rc = restoration_swap(r, f);
    keyring_release(&keyring);
    return rc;
}

/* The container is named once: as the order does, or as it is called in the store. */
static int
wrap(const struct inlet *from, const struct restore_order *order, struct fault *f)
{
    if (from->file != NULL && strstr(f->text, from->file) != NULL)
        return fault_wrap(f, "restore");
    return fault_wrap(f, "restore '%s'", order->source);
}

int
restore_container(struct site *site, const struct restore_order *order,
    struct restore_result *result, struct fault *f)
{
    struct restoration r;
    struct inlet from;
    int rc;

    restoration_init(&r, site, result, false);
    r.to = (struct destination){.as = order->as, .to_connection = order->to_connection};
    r.allow_overwrite = order->allow_overwrite;
    r.allow_lossy = order->allow_lossy;
    r.hook = order->hook;
    from = (struct inlet)INLET_INIT;
    rc = selection_init(&r.selection, order->only, f);
    if (rc == 0)
        rc = inlet_find(&from, site, order->store, order->source, NULL, f);
    if (rc == 0 && order->database != NULL &&
        (r.item.database = arena_strdup(&result->memory, order->database)) == NULL)
        rc = fault_set_memory(f);
    if (rc == 0 && (rc = restore_from(&r, &from, order, f)) != 0)
        restoration_keep(&r, f);
    if (rc != 0)
        wrap(&from, order, f);
    restoration_release(&r);
    inlet_release(&from);
    return rc;
}
