#include "etl/dump/drill.h"

#include <unistd.h>

#include "backup/catalogue.h"
#include "config/base/clock.h"
#include "config/base/file.h"
#include "config/base/log.h"
#include "etl/dump/inlet.h"

struct drill {
    struct site *site;
    const struct drill_order *order;
    struct drill_result *result;
    const char *scratch;
};

void
drill_result_release(struct drill_result *result)
{
    arena_release(&result->memory);
    *result = (struct drill_result)DRILL_RESULT_INIT;
}

/* ---- the record ---- */

static int
record(struct drill *d, int64_t started_utc, const char *note, struct fault *f)
{
    struct store *own;
    struct store *s = inlet_store(d->site, d->order->store, &own, f);
    struct catalogue_entry entry = {.kind = CATALOGUE_DRILLED,
        .added_utc = clock_now(),
        .run = d->result->run,
        .complete = d->result->good,
        .started_utc = started_utc,
        .ended_utc = clock_now(),
        .note = note};
    int rc = s == NULL ? -1 : catalogue_add(s, &entry, f);

    store_close(own);
    return rc;
}

static int
record_result(struct drill *d, int64_t started_utc, struct fault *f)
{
    uint64_t tables = 0, rows = 0, differing = 0;
    const char *note;

    for (size_t i = 0; i < d->result->count; i++) {
        tables += d->result->rows[i].tables;
        rows += d->result->rows[i].rows;
        differing += d->result->rows[i].differing;
    }
    note = arena_printf(&d->result->memory, "%zu databases, %llu tables, %llu rows; %llu differ",
        d->result->count, (unsigned long long)tables, (unsigned long long)rows,
        (unsigned long long)differing);
    return note == NULL ? fault_set_memory(f) : record(d, started_utc, note, f);
}

/* ---- the drill ---- */

static int
restore_and_compare(struct drill *d, struct fault *f)
{
    const struct restore_set_order order = {.run = d->order->run,
        .as_of_utc = clock_now(),
        .store = d->order->store,
        .opening = d->order->opening,
        .allow_lossy = true,
        .scratch = d->scratch};
    struct restore_result restored = RESTORE_RESULT_INIT;
    int rc = restore_set(d->site, &order, &restored, f);

    d->result->run = rc == 0 ? restored.run : d->order->run;
    d->result->good = rc == 0;
    for (size_t i = 0; rc == 0 && i < restored.count; i++)
        rc = drill_compare(d->site, d->order, &restored.items[i], d->result, f);
    restore_result_release(&restored);
    return rc;
}

static int
choose_scratch(struct drill *d, struct fault *f)
{
    d->scratch = d->order->scratch;
    if (d->scratch == NULL) {
        d->scratch = arena_printf(
            &d->result->memory, "%s/drill-%ld", d->site->settings.state_directory, (long)getpid());
        if (d->scratch == NULL)
            return fault_set_memory(f);
        if (file_remove_tree(d->scratch, f) != 0)
            return -1;
    }
    if (!file_exists(d->scratch))
        return 0;
    fault_set(f, FAULT_EXISTS, "'%s' exists", d->scratch);
    return fault_hint(f, "a drill restores into a directory of its own");
}

int
drill_run(struct site *site, const struct drill_order *order, struct drill_result *result,
    struct fault *f)
{
    struct drill d = {.site = site, .order = order, .result = result};
    struct fault unrecorded = FAULT_INIT;
    int64_t started_utc = clock_now();
    int rc;

    if (choose_scratch(&d, f) != 0)
        return fault_wrap(f, "drill");
    rc = restore_and_compare(&d, f);
    if (rc != 0) {
        result->good = false;
        if (record(&d, started_utc, "the set did not restore", &unrecorded) != 0)
            log_fault(&unrecorded);
    } else {
        rc = record_result(&d, started_utc, f);
    }
    if (!order->keep && file_remove_tree(d.scratch, rc == 0 ? f : NULL) != 0)
        rc = -1;
    return rc == 0 ? 0 : fault_wrap(f, "drill");
}
