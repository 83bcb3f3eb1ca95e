#include "etl/pipeline/restoring.h"

#include <string.h>

#include "config/base/log.h"
#include "etl/activity/account.h"

static const char the_primary[] = "PrimaryImport";

/* What is there may be damaged, or nothing: then there is nothing to remember. */
static void
remember_accounts(struct site *site, struct account_memory *m)
{
    struct fault f = FAULT_INIT;
    struct db *primary = site_database(site, the_primary, DB_EXISTING, &f);

    if (primary != NULL && account_memory_read(m, primary, &f) == 0)
        return;
    log_debug("no accounts are known of before the restore: %s", f.text);
    account_memory_release(m);
}

static bool
has_primary(const struct restore_result *r)
{
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->items[i].database, the_primary) == 0)
            return true;
    }
    return false;
}

/* Without memory for the line the warning must do. */
static void
add_todo(struct restore_result *result, const char *why)
{
    const char *line = arena_printf(&result->memory,
        "accounts: give their rights again (nightcube show accounts, set account VIEW NAME grant): "
        "%s",
        why);
    const char **slot =
        arena_append(&result->memory, &result->todo, &result->todo_count, sizeof *slot);

    if (slot != NULL)
        *slot = line == NULL ? "accounts: give their rights again" : line;
}

static void
settle_accounts(
    struct site *site, const struct account_memory *before, struct restore_result *result)
{
    struct fault f = FAULT_INIT;
    struct db *primary = site_database(site, the_primary, DB_EXISTING, &f);

    if (primary != NULL && account_settle_restored(primary, before, &f) == 0)
        return;
    log_warning("who may see the restored views is not settled: %s", f.text);
    add_todo(result, f.text);
}

int
restoring_container(struct site *site, const struct restore_order *order,
    struct restore_result *result, struct fault *f)
{
    struct account_memory before = ACCOUNT_MEMORY_INIT;
    bool in_place = order->as == NULL && order->to_connection == NULL && order->only == NULL;
    int rc;

    if (in_place)
        remember_accounts(site, &before);
    rc = restore_container(site, order, result, f);
    if (rc == 0 && in_place && has_primary(result))
        settle_accounts(site, &before, result);
    account_memory_release(&before);
    return rc;
}

int
restoring_set(struct site *site, const struct restore_set_order *order,
    struct restore_result *result, struct fault *f)
{
    struct account_memory before = ACCOUNT_MEMORY_INIT;
    bool in_place = order->scratch == NULL;
    int rc;

    if (in_place)
        remember_accounts(site, &before);
    rc = restore_set(site, order, result, f);
    if (rc == 0 && in_place && has_primary(result))
        settle_accounts(site, &before, result);
    account_memory_release(&before);
    return rc;
}
