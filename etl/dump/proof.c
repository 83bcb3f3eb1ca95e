#include "etl/dump/proof.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/log.h"
#include "etl/dump/inlet.h"

/* What reading a container has shown. */
struct verdict {
    const char *container;
    bool sound;
};

struct proof {
    struct store *store; /* borrowed, or `own` */
    struct store *own;
    struct catalogue catalogue;
    struct arena memory;
    struct verdict *verdicts;
    size_t verdict_count;
};

struct proof *
proof_open(struct site *site, const char *store, struct fault *f)
{
    struct proof *p = calloc(1, sizeof *p);

    if (p == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    if ((p->store = inlet_store(site, store, &p->own, f)) == NULL ||
        catalogue_read(p->store, &p->catalogue, f) != 0) {
        proof_close(p);
        return NULL;
    }
    return p;
}

void
proof_close(struct proof *p)
{
    if (p == NULL)
        return;
    arena_release(&p->memory);
    catalogue_release(&p->catalogue);
    store_close(p->own);
    free(p);
}

/* ---- a container ---- */

/* 1 when the store gives back what the catalogue names, 0 when not or when it is not there. */
static int
read_anew(struct proof *p, const struct catalogue_entry *e, struct fault *f)
{
    struct inlet from;
    char sha256[DIGEST_HEX_BYTES];
    uint64_t bytes;
    int rc = store_find(p->store, e->file, &bytes, f);

    if (rc != 1 || bytes != e->bytes)
        return rc == 1 ? 0 : rc;
    if ((rc = inlet_of_entry(&from, p->store, &p->catalogue, e, f)) == 0)
        rc = inlet_hash(&from, &bytes, sha256, f);
    inlet_release(&from);
    return rc == 0 ? bytes == e->bytes && strcmp(sha256, e->sha256) == 0 : -1;
}

static int
is_sound(struct proof *p, const struct catalogue_entry *e, struct fault *f)
{
    struct verdict *v;
    int sound;

    for (size_t i = 0; i < p->verdict_count; i++) {
        if (strcmp(p->verdicts[i].container, e->container) == 0)
            return p->verdicts[i].sound;
    }
    if ((sound = read_anew(p, e, f)) < 0)
        return -1;
    if (sound == 0)
        log_warning(
            "container '%s' is missing or not what was written: it proves nothing", e->file);
    v = arena_append(&p->memory, &p->verdicts, &p->verdict_count, sizeof *v);
    if (v == NULL || (v->container = arena_strdup(&p->memory, e->container)) == NULL)
        return fault_set_memory(f);
    v->sound = sound;
    return sound;
}

/* ---- a table ---- */

static bool
has_rows(const struct catalogue_entry *e, const char *table, const struct rowsum *sum)
{
    for (size_t i = 0; i < e->table_count; i++) {
        const struct catalogue_table *t = &e->tables[i];

        /* What it leaves to an older container is looked for there. */
        if (t->reference == NULL && strcmp(t->name, table) == 0 && t->rows == sum->rows &&
            t->sum == sum->whole)
            return true;
    }
    return false;
}

/* Newest first: it is the one that was just written. */
static int
search(struct proof *p, const char *database, const char *table, const struct rowsum *sum,
    struct evidence *found, struct fault *f)
{
    for (size_t i = p->catalogue.count; i-- > 0;) {
        const struct catalogue_entry *e = &p->catalogue.entries[i];
        int sound;

        if (e->kind != CATALOGUE_CONTAINER || strcmp(e->database, database) != 0 ||
            e->metadata_only || !has_rows(e, table, sum) ||
            catalogue_is_removed(&p->catalogue, e->container))
            continue;
        if ((sound = is_sound(p, e, f)) == 1) {
            found->container = e->container;
            found->sha256 = e->sha256;
        }
        if (sound != 0)
            return sound;
    }
    return 0;
}

static int
read_catalogue_anew(struct proof *p, struct fault *f)
{
    catalogue_release(&p->catalogue);
    return catalogue_read(p->store, &p->catalogue, f);
}

int
proof_holds(struct proof *p, const char *database, const char *table, const struct rowsum *sum,
    struct evidence *found, struct fault *f)
{
    int rc = search(p, database, table, sum, found, f);

    if (rc != 0)
        return rc;
    return read_catalogue_anew(p, f) == 0 ? search(p, database, table, sum, found, f) : -1;
}

static int
holds(void *state, const char *database, const char *table, const struct rowsum *sum,
    struct evidence *found, struct fault *f)
{
    return proof_holds(state, database, table, sum, found, f);
}

struct backup_proof
proof_of(struct proof *p)
{
    return (struct backup_proof){holds, p};
}
