#include "etl/dump/inlet.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/file.h"
#include "config/base/interrupt.h"
#include "config/base/log.h"
#include "config/base/progress.h"

struct store *
inlet_store(struct site *site, const char *location, struct store **own, struct fault *f)
{
    *own = NULL;
    if (location == NULL)
        return site_store(site, f);
    return *own = store_open_with(location, &site->settings, f);
}

void
inlet_release(struct inlet *o)
{
    store_reader_close(o->reader);
    store_close(o->own);
    free(o->file);
    catalogue_release(&o->read);
    *o = (struct inlet)INLET_INIT;
}

static int
set_file(struct inlet *o, const char *file, struct fault *f)
{
    free(o->file);
    return (o->file = strdup(file)) == NULL ? fault_set_memory(f) : 0;
}

static int
read_catalogue(struct inlet *o, struct catalogue *known, struct fault *f)
{
    struct catalogue *c = known == NULL ? &o->read : known;

    if (catalogue_refresh(o->store, c, f) != 0)
        return -1;
    o->catalogue = c;
    return 0;
}

/* ---- a path ---- */

static int
find_path(struct inlet *o, const char *path, struct catalogue *known, struct fault *f)
{
    const char *slash = strrchr(path, '/');
    struct text location = TEXT_INIT;
    struct fault broken = FAULT_INIT;
    int rc = -1;

    if (!file_exists(path))
        return fault_set(f, FAULT_NO_INPUT, "there is no file '%s'", path);
    if (file_is_directory(path)) {
        fault_set(f, FAULT_NO_INPUT, "'%s' is a directory", path);
        return fault_hint(f, "the backups of a store are named with --store file:DIR");
    }
    text_add(&location, "file:");
    if (slash == NULL)
        text_add(&location, ".");
    else
        text_add_bytes(&location, path, slash == path ? 1 : (size_t)(slash - path));
    if (text_check(&location, f) == 0 && (o->own = store_open(text_get(&location), f)) != NULL)
        rc = set_file(o, slash == NULL ? path : slash + 1, f);
    text_release(&location);
    if (rc != 0)
        return -1;
    o->store = o->own;
    /* The container may lie in a store: then it must be the one that its catalogue names. */
    if (read_catalogue(o, known, &broken) != 0) {
        log_warning("'%s' is read without its catalogue: %s", path, broken.text);
        return 0;
    }
    o->entry = catalogue_find(o->catalogue, o->file);
    return 0;
}

/* ---- a store ---- */

static int
check_there(struct inlet *o, struct fault *f)
{
    uint64_t size;
    int found = store_find(o->store, o->file, &size, f);

    if (found == 1)
        return 0;
    if (found == 0 && o->entry != NULL && catalogue_is_removed(o->catalogue, o->entry->container))
        fault_set(f, FAULT_NO_INPUT, "container '%s' was removed from the store", o->file);
    else if (found == 0)
        fault_set(f, FAULT_NO_INPUT, "store '%s' holds no container '%s'", store_location(o->store),
            o->file);
    return fault_hint(f, "nightcube list shows the containers there are");
}

static int
find_in_store(struct inlet *o, const char *what, struct catalogue *known, struct fault *f)
{
    struct text file = TEXT_INIT;
    int rc = -1;

    if (read_catalogue(o, known, f) != 0)
        return -1;
    text_add(&file, what);
    o->entry = catalogue_find(o->catalogue, what);
    if (o->entry == NULL && strrchr(what, '.') == NULL) {
        text_add(&file, ".abf");
        o->entry = catalogue_find(o->catalogue, text_get(&file));
    }
    if (text_check(&file, f) == 0)
        rc = set_file(o, o->entry == NULL ? text_get(&file) : o->entry->file, f);
    text_release(&file);
    return rc == 0 ? check_there(o, f) : -1;
}

int
inlet_find(struct inlet *o, struct site *site, const char *store, const char *what,
    struct catalogue *known, struct fault *f)
{
    *o = (struct inlet)INLET_INIT;
    if (store == NULL && (strchr(what, '/') != NULL || file_exists(what)))
        return find_path(o, what, known, f);
    if ((o->store = inlet_store(site, store, &o->own, f)) == NULL)
        return -1;
    return find_in_store(o, what, known, f);
}

int
inlet_of_entry(struct inlet *o, struct store *store, const struct catalogue *catalogue,
    const struct catalogue_entry *entry, struct fault *f)
{
    *o = (struct inlet)INLET_INIT;
    o->store = store;
    o->catalogue = catalogue;
    o->entry = entry;
    return set_file(o, entry->file, f);
}

int
inlet_of_reference(struct inlet *o, const struct inlet *from,
    const struct container_reference *reference, struct fault *f)
{
    *o = (struct inlet)INLET_INIT;
    o->store = from->store;
    o->catalogue = from->catalogue;
    if (o->catalogue != NULL)
        o->entry = catalogue_find(o->catalogue, reference->container);
    if (set_file(o, o->entry == NULL ? reference->file : o->entry->file, f) != 0)
        return -1;
    return check_there(o, f) == 0
               ? 0
               : fault_wrap(f, "container '%s' leaves tables to another", from->file);
}

/* ---- reading ---- */

uint64_t
inlet_bytes(const struct inlet *o, bool whole)
{
    const struct catalogue_entry *e = o->entry;
    const char *last = "";
    uint64_t bytes = e == NULL ? 0 : e->bytes;

    if (e == NULL && progress_is_shown() && store_find(o->store, o->file, &bytes, NULL) != 1)
        bytes = 0;
    for (size_t i = 0; whole && e != NULL && i < e->table_count; i++) {
        const char *reference = e->tables[i].reference;
        const struct catalogue_entry *older;

        if (reference == NULL || strcmp(reference, last) == 0)
            continue;
        last = reference;
        older = catalogue_find(o->catalogue, reference);
        bytes += older == NULL ? 0 : older->bytes;
    }
    return bytes;
}

static ssize_t
read_stored(void *state, void *buffer, size_t size, struct fault *f)
{
    struct inlet *o = state;
    ssize_t n = o->stored.read(o->stored.state, buffer, size, f);

    if (n > 0)
        progress_add("bytes", (uint64_t)n);
    return n;
}

int
inlet_open(struct inlet *o, struct byte_source *source, struct fault *f)
{
    store_reader_close(o->reader);
    if ((o->reader = store_read(o->store, o->file, f)) == NULL)
        return -1;
    o->stored = store_reader_source(o->reader);
    *source = (struct byte_source){read_stored, o};
    return 0;
}

int
inlet_check_sealed(struct inlet *o, struct fault *f)
{
    struct byte_source source;
    enum pack_form form;
    char head[512];
    ssize_t n;

    if (inlet_open(o, &source, f) != 0 || (n = source_read_full(&source, head, sizeof head, f)) < 0)
        return -1;
    if ((form = pack_sniff(head, (size_t)n)) == PACK_AGE)
        return 0;
    if (form == PACK_UNKNOWN)
        return fault_set(f, FAULT_DATA, "'%s' is not a nightcube backup", o->file);
    fault_set(f, FAULT_USAGE, "'%s' is not encrypted", o->file);
    return fault_hint(f, "it opens without a key: nightcube verify reads it");
}

int
inlet_check(const struct inlet *o, uint64_t bytes, const char *sha256, struct fault *f)
{
    /* A header that was being rewritten: the catalogue knows both forms. */
    if (o->entry == NULL || (o->entry->bytes == bytes && strcmp(o->entry->sha256, sha256) == 0) ||
        (o->catalogue != NULL && catalogue_knows_sha256(o->catalogue, o->entry->container, sha256)))
        return 0;
    fault_set(f, FAULT_DATA, "'%s' is not the container that the catalogue names: SHA-256 %s",
        o->file, sha256);
    return fault_hint(
        f, "it was replaced or damaged after it was written; put it back from a copy");
}

void
inlet_explain(struct inlet *o, struct fault *f)
{
    struct fault own = FAULT_INIT;
    char sha256[DIGEST_HEX_BYTES];
    uint64_t bytes;

    if (f->kind != FAULT_PERMISSION || o->entry == NULL)
        return;
    if (inlet_hash(o, &bytes, sha256, &own) == 0 && inlet_check(o, bytes, sha256, &own) != 0)
        *f = own;
}

int
inlet_digest(struct inlet *o, uint64_t *bytes, char sha256[DIGEST_HEX_BYTES], struct fault *f)
{
    struct digest *d = digest_new(f);
    struct byte_source source;
    char buffer[65536];
    ssize_t n = -1;

    *bytes = 0;
    if (d != NULL && inlet_open(o, &source, f) == 0) {
        while ((n = source.read(source.state, buffer, sizeof buffer, f)) > 0) {
            *bytes += (uint64_t)n;
            if (digest_add(d, buffer, (size_t)n, f) != 0 || interrupt_check(f) != 0) {
                n = -1;
                break;
            }
        }
    }
    if (n == 0)
        n = digest_finish(d, sha256, f);
    digest_free(d);
    return n == 0 ? 0 : fault_wrap(f, "read '%s'", o->file);
}

int
inlet_hash(struct inlet *o, uint64_t *bytes, char sha256[DIGEST_HEX_BYTES], struct fault *f)
{
    int rc;

    progress_begin(o->file, "bytes", inlet_bytes(o, false));
    rc = inlet_digest(o, bytes, sha256, f);
    progress_finish();
    return rc;
}
