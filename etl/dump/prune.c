#include "etl/dump/prune.h"

#include "config/base/clock.h"
#include "config/base/interrupt.h"
#include "config/base/log.h"
#include "etl/dump/inlet.h"

void
prune_result_release(struct prune_result *result)
{
    retention_release(&result->retention);
    catalogue_release(&result->catalogue);
    *result = (struct prune_result)PRUNE_RESULT_INIT;
}

static int
fill_rows(struct prune_result *result, struct fault *f)
{
    struct retention *r = &result->retention;

    result->rows = arena_array(&r->memory, r->count + 1, sizeof *result->rows);
    if (result->rows == NULL)
        return fault_set_memory(f);
    result->count = r->count;
    for (size_t i = 0; i < r->count; i++)
        result->rows[i] = (struct prune_row){
            .entry = r->items[i].entry, .kept = r->items[i].why != NULL, .why = r->items[i].why};
    return 0;
}

/* The object first: cut off between the two, the next run finds the entry and says it again. */
static int
remove_one(struct store *s, struct prune_result *result, struct prune_row *row, struct fault *f)
{
    struct catalogue_entry removed = {.kind = CATALOGUE_REMOVED,
        .added_utc = clock_now(),
        .container = row->entry->container,
        .note = "pruned"};

    if (store_remove(s, row->entry->file, f) != 0) {
        if (f->kind != FAULT_PERMISSION && f->kind != FAULT_LOCKED)
            return fault_wrap(f, "remove '%s'", row->entry->file);
        log_info("'%s' is retained: %s", row->entry->file, f->text);
        fault_clear(f);
        row->why = "the store does not let it go";
        result->retained++;
        return 0;
    }
    row->removed = true;
    result->removed++;
    result->freed_bytes += row->entry->bytes;
    return catalogue_add(s, &removed, f);
}

int
prune_store(
    struct site *site, const char *store, bool plan, struct prune_result *result, struct fault *f)
{
    struct store *own;
    struct store *s = inlet_store(site, store, &own, f);
    int rc = s == NULL ? -1 : catalogue_read(s, &result->catalogue, f);

    if (rc == 0)
        rc = retention_plan(&result->retention, &result->catalogue, &site->settings, f);
    if (rc == 0)
        rc = fill_rows(result, f);
    for (size_t i = result->count; rc == 0 && !plan && i-- > 0;) {
        if (!result->rows[i].kept && (rc = interrupt_check(f)) == 0)
            rc = remove_one(s, result, &result->rows[i], f);
    }
    store_close(own);
    return rc == 0 ? 0 : fault_wrap(f, "prune");
}
