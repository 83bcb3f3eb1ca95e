#include "etl/dump/listing.h"

#include "etl/dump/inlet.h"

void
listing_release(struct listing *l)
{
    catalogue_release(&l->catalogue);
    arena_release(&l->memory);
    *l = (struct listing)LISTING_INIT;
}

static bool
run_is_complete(const struct catalogue *c, int64_t run)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->entries[i].kind == CATALOGUE_RUN && c->entries[i].run == run &&
            c->entries[i].complete)
            return true;
    }
    return false;
}

static void
fill_row(struct listing_row *row, const struct catalogue *c, const struct catalogue_entry *e)
{
    *row = (struct listing_row){.container = e->container,
        .run = e->run,
        .run_complete = e->run > 0 && run_is_complete(c, e->run),
        .set = e->set,
        .job = e->job,
        .taken_utc = e->taken_utc,
        .database = e->database,
        .partition = e->partition,
        .kind = container_kind_names[e->container_kind],
        .file = e->file,
        .bytes = e->bytes,
        .tables = e->table_count,
        .encrypted = e->encrypted,
        .after = e->after,
        .metadata_only = e->metadata_only,
        .verified_utc = catalogue_verified_utc(c, e->container, false),
        .deep_utc = catalogue_verified_utc(c, e->container, true),
        .removed = catalogue_is_removed(c, e->container)};
    for (size_t i = 0; i < e->table_count; i++)
        row->rows += e->tables[i].rows;
}

int
listing_read(struct listing *l, struct site *site, const char *store, bool all, struct fault *f)
{
    struct store *own;
    struct store *s = inlet_store(site, store, &own, f);
    int rc = s == NULL ? -1 : catalogue_read(s, &l->catalogue, f);

    for (size_t i = 0; rc == 0 && i < l->catalogue.count; i++) {
        const struct catalogue_entry *e = &l->catalogue.entries[i];
        struct listing_row *row;

        if (e->kind != CATALOGUE_CONTAINER || catalogue_is_superseded(&l->catalogue, e))
            continue;
        if ((row = arena_append(&l->memory, &l->rows, &l->count, sizeof *row)) == NULL)
            rc = fault_set_memory(f);
        else
            fill_row(row, &l->catalogue, e);
        if (rc == 0 && row->removed && !all)
            l->count--;
    }
    store_close(own);
    return rc;
}
