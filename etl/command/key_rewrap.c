#include "config/base/log.h"
#include "etl/command/grid.h"
#include "etl/command/key_verbs.h"
#include "etl/command/opening_options.h"
#include "etl/dump/listing.h"
#include "etl/dump/rekey.h"
#include "etl/pipeline/lock.h"

const struct grid_column key_rewrap_columns[] = {
    {"file", GRID_TEXT},
    {"container", GRID_TEXT},
    {"bytes", GRID_NUMBER},
    {"sha256", GRID_TEXT},
    {NULL, GRID_TEXT},
};

static int
rewrap_one(struct site *site, const struct rekey_order *order, struct grid *g, struct fault *f)
{
    struct rekey_result r = REKEY_RESULT_INIT;
    int rc = rekey_container(site, order, &r, f);

    if (rc == 0) {
        const struct value row[] = {value_text(r.file), value_text(r.container),
            value_int((int64_t)r.bytes), value_text(r.sha256)};

        rc = grid_add(g, row, f);
    }
    rekey_result_release(&r);
    return rc;
}

/* What stops one container stops no other one, but for a signal. */
static bool
stops_all(const struct fault *f)
{
    return f->kind == FAULT_INTERRUPTED || f->kind == FAULT_TERMINATED;
}

/* The fault is the first one; those behind it are in the log. */
static int
rewrap_all(struct site *site, struct rekey_order *order, struct grid *g, struct fault *f)
{
    struct listing l = LISTING_INIT;
    int rc = listing_read(&l, site, order->store, false, f);
    size_t failed = 0;

    /* Ids are looked for in a store, never taken for a path. */
    if (order->store == NULL)
        order->store = site->settings.backup.store;
    for (size_t k = 0; rc == 0 && k < l.count && !stops_all(f); k++) {
        struct fault own = FAULT_INIT;

        order->source = l.rows[k].container;
        if (!l.rows[k].encrypted || rewrap_one(site, order, g, &own) == 0)
            continue;
        if (failed++ == 0 || stops_all(&own))
            *f = own;
        else
            log_warning("%s", own.text);
    }
    listing_release(&l);
    if (failed > 1 && f->hint[0] == '\0')
        fault_hint(
            f, "of %zu more the log says why; all that are listed were rewritten", failed - 1);
    return rc == 0 && failed == 0 ? 0 : -1;
}

static int
read_order(struct invocation *i, struct rekey_order *o, struct fault *f)
{
    *o = (struct rekey_order){.store = invocation_option(i, "store")};
    o->sealing.recipients = invocation_options(i, "recipient", &o->sealing.recipient_count, f);
    if (o->sealing.recipients == NULL || opening_options_read(i, &o->opening, f) != 0)
        return -1;
    o->sealing.passphrase = invocation_passphrase(i, "new-passphrase-file", true, f);
    return o->sealing.passphrase == NULL && invocation_has(i, "new-passphrase-file") ? -1 : 0;
}

int
key_rewrap(struct invocation *i, struct fault *f)
{
    struct catalogue known = CATALOGUE_INIT;
    struct rekey_order order;
    struct lock lock = LOCK_INIT;
    struct site *site;
    struct grid g;
    int rc = 0;

    if (invocation_has(i, "all") == (i->argument_count > 1)) {
        fault_set(f, FAULT_USAGE, "key rewrap needs the names of backups, or --all");
        return fault_hint(f, "nightcube key rewrap FILE|ID... --recipient age1...");
    }
    if (read_order(i, &order, f) != 0 || (site = invocation_site(i, f)) == NULL ||
        lock_take(&lock, site->settings.state_directory, "key rewrap", f) != 0)
        return COMMAND_FAILED;
    order.known = &known;
    grid_init(&g, key_rewrap_columns, sizeof key_rewrap_columns / sizeof key_rewrap_columns[0] - 1,
        i->json);
    if (invocation_has(i, "all"))
        rc = rewrap_all(site, &order, &g, f);
    for (size_t k = 1; rc == 0 && k < i->argument_count; k++) {
        order.source = i->arguments[k];
        rc = rewrap_one(site, &order, &g, f);
    }
    /* Those that were rewritten before a failure are told as well. */
    if ((rc == 0 || g.row_count > 0) && grid_finish(&g, rc == 0 ? f : NULL) != 0)
        rc = -1;
    grid_release(&g);
    catalogue_release(&known);
    lock_release(&lock);
    return rc;
}
