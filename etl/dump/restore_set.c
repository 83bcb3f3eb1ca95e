#include <string.h>

#include "etl/dump/restoration.h"
#include "etl/dump/set_plan.h"

/* A set on its way: one restoration for each part of the plan. */
struct set {
    struct site *site;
    const struct restore_set_order *order;
    struct store *store, *own;
    struct catalogue catalogue;
    struct set_plan plan;
    struct keyring keyring;
    struct pack_keys keys;
    struct restoration *parts; /* in the plan's memory */
    size_t count;
};

static int
set_open(struct set *s, struct fault *f)
{
    const struct restore_set_order *order = s->order;
    const struct set_request request = {order->run, order->as_of_utc, order->after};

    if ((s->store = inlet_store(s->site, order->store, &s->own, f)) == NULL ||
        catalogue_read(s->store, &s->catalogue, f) != 0 ||
        set_plan_make(&s->plan, &s->catalogue, &s->site->settings, &request, f) != 0)
        return -1;
    return keyring_unseal(&s->keyring, &s->site->settings, &order->opening, &s->keys, f);
}

static void
set_close(struct set *s)
{
    for (size_t i = 0; i < s->count; i++)
        restoration_release(&s->parts[i]);
    keyring_release(&s->keyring);
    set_plan_release(&s->plan);
    catalogue_release(&s->catalogue);
    store_close(s->own);
}

/* Before its header was rewritten it may have had another size. */
static bool
knows_size(const struct catalogue *c, const struct catalogue_entry *e, uint64_t size)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct catalogue_entry *other = &c->entries[i];

        if (other->kind == CATALOGUE_CONTAINER && strcmp(other->container, e->container) == 0 &&
            other->bytes == size)
            return true;
    }
    return false;
}

static int
check_container(struct set *s, const struct catalogue_entry *e, struct fault *f)
{
    uint64_t size = 0;
    int found = store_find(s->store, e->file, &size, f);

    if (found < 0)
        return -1;
    if (found == 0) {
        fault_set(f, FAULT_DATA, "container '%s' of %s is missing in store '%s'", e->file,
            e->database, store_location(s->store));
        return fault_hint(
            f, "put it back from a copy of the store; nightcube list shows the other runs");
    }
    if (size != e->bytes && !knows_size(&s->catalogue, e, size))
        return fault_set(f, FAULT_DATA, "container '%s' of %s has %llu bytes, not %llu", e->file,
            e->database, (unsigned long long)size, (unsigned long long)e->bytes);
    return 0;
}

/* A container and those that it leaves tables to. */
static int
check_containers(struct set *s, const struct catalogue_entry *e, struct fault *f)
{
    const char *last = "";

    if (check_container(s, e, f) != 0)
        return -1;
    for (size_t i = 0; i < e->table_count; i++) {
        const char *reference = e->tables[i].reference;
        const struct catalogue_entry *older;

        if (reference == NULL || strcmp(reference, last) == 0)
            continue;
        last = reference;
        if ((older = catalogue_find(&s->catalogue, reference)) == NULL)
            return fault_set(f, FAULT_DATA, "the catalogue has no container '%s' for table '%s'",
                reference, e->tables[i].name);
        if (check_container(s, older, f) != 0)
            return -1;
    }
    return 0;
}

/* All containers must be there before the first one is read. */
static int
check_store(struct set *s, struct fault *f)
{
    for (size_t i = 0; i < s->plan.count; i++) {
        const struct catalogue_entry *e = s->plan.parts[i].entry;

        if (e != NULL && check_containers(s, e, f) != 0)
            return -1;
    }
    return 0;
}

/* Every target must be free, or may be overwritten, before anything is loaded. */
static int
prepare(struct set *s, struct restore_result *result, struct fault *f)
{
    s->parts = arena_array(&s->plan.memory, s->plan.count, sizeof *s->parts);
    if (s->parts == NULL)
        return fault_set_memory(f);
    for (; s->count < s->plan.count; s->count++) {
        const struct set_part *part = &s->plan.parts[s->count];
        struct restoration *r = &s->parts[s->count];

        restoration_init(r, s->site, result, true);
        r->to.scratch = s->order->scratch;
        r->allow_overwrite = s->order->allow_overwrite;
        r->allow_lossy = s->order->allow_lossy;
        r->hook = s->order->hook;
        r->item.kind = part->kind;
        r->item.database = arena_strdup(&result->memory, part->database);
        if (r->item.database == NULL)
            return fault_set_memory(f);
        if (restoration_prepare(r, f) != 0) {
            s->count++;
            return fault_wrap(f, "%s", part->database);
        }
    }
    return 0;
}

static int
load_part(struct set *s, size_t index, struct fault *f)
{
    const struct set_part *part = &s->plan.parts[index];
    struct pack_keys keys = s->keys;
    struct inlet from;
    int rc;

    if (part->entry == NULL)
        return restoration_load_nothing(&s->parts[index], f);
    /* A key that was named is demanded only of what was encrypted. */
    keys.demanded = keys.demanded && part->entry->encrypted;
    rc = inlet_of_entry(&from, s->store, &s->catalogue, part->entry, f);
    if (rc == 0)
        rc = restoration_load(&s->parts[index], &from, &keys, f);
    inlet_release(&from);
    return rc;
}

static int
load_all(struct set *s, struct fault *f)
{
    for (size_t i = 0; i < s->count; i++) {
        if (load_part(s, i, f) != 0)
            return fault_wrap(f, "%s", s->plan.parts[i].database);
    }
    return 0;
}

static int
swap_all(struct set *s, struct restore_result *result, struct fault *f)
{
    for (size_t i = 0; i < s->count; i++) {
        if (restoration_swap(&s->parts[i], f) == 0)
            continue;
        if (i > 0)
            fault_hint(f,
                "%zu of %zu databases are restored already: mend the cause and give the "
                "same order again before anything else runs",
                i, s->count);
        return -1;
    }
    for (size_t i = 0; i < s->plan.note_count; i++) {
        if (restoration_add_todo(&s->parts[0], f, "%s", s->plan.notes[i]) != 0)
            return -1;
    }
    result->run = s->plan.run;
    result->based_on = s->plan.based_on;
    return 0;
}

/* By a moment no run may have been found. */
static int
wrap(const struct set *s, struct fault *f)
{
    int64_t run = s->plan.run != 0 ? s->plan.run : s->order->run;

    return run == 0 ? fault_wrap(f, "restore a set")
                    : fault_wrap(f, "restore the set of run %lld", (long long)run);
}

int
restore_set(struct site *site, const struct restore_set_order *order, struct restore_result *result,
    struct fault *f)
{
    struct set s = {.site = site,
        .order = order,
        .catalogue = CATALOGUE_INIT,
        .plan = SET_PLAN_INIT,
        .keyring = KEYRING_INIT};
    int rc = set_open(&s, f);

    if (rc == 0 && (rc = check_store(&s, f)) == 0 && (rc = prepare(&s, result, f)) == 0 &&
        (rc = load_all(&s, f)) == 0)
        rc = swap_all(&s, result, f);
    for (size_t i = 0; rc != 0 && i < s.count; i++)
        restoration_keep(&s.parts[i], f);
    if (rc != 0)
        wrap(&s, f);
    set_close(&s);
    return rc;
}
