#include "backup/catalogue.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "backup/catalogue_xml.h"

#define PREFIX "catalogue/"

enum {
    NAME_BYTES = 48,
    SEQUENCE_MAX = 99999999, /* eight digits, so that names sort in order */
    TRIES = 50,
};

void
catalogue_release(struct catalogue *c)
{
    arena_release(&c->memory);
    *c = (struct catalogue)CATALOGUE_INIT;
}

static char *
name_of(uint64_t sequence, char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, PREFIX "%08llu.xml", (unsigned long long)sequence);
    return name;
}

static int
broken(const char *name, const char *what, struct fault *f)
{
    fault_set(f, FAULT_DATA, "the catalogue is broken: '%s' %s", name, what);
    return fault_hint(f, "put that object back from a copy of the store; until then `verify FILE` "
                         "and `restore FILE` still work on each container, and new backups can go "
                         "to another store");
}

/* Reads the entry that must come next and moves the head on to it. */
static int
read_next(struct store *s, struct catalogue *c, const char *name, struct fault *f)
{
    struct catalogue_entry *entry = arena_append(&c->memory, &c->entries, &c->count, sizeof *entry);
    struct text xml = TEXT_INIT;
    char expected[NAME_BYTES];
    const char *previous = "";
    int rc = -1;

    if (strcmp(name, name_of(c->last + 1, expected)) != 0)
        return broken(expected, "is missing", f);
    if (entry == NULL)
        return fault_set_memory(f);
    if (store_get_bytes(s, name, CATALOGUE_ENTRY_BYTES_MAX, &xml, f) != 0)
        goto done;
    if (catalogue_read_entry(&xml, &c->memory, entry, &previous, f) != 0) {
        if (f == NULL || f->kind == FAULT_DATA)
            broken(name, "is malformed", f);
        goto done;
    }
    if (entry->sequence != c->last + 1 || strcmp(previous, c->head) != 0) {
        broken(name, "does not follow from the entry before it: one of the two was changed", f);
        goto done;
    }
    c->last++;
    rc = digest_bytes(text_get(&xml), xml.length, c->head, f);
done:
    text_release(&xml);
    return rc;
}

static int
hash_entry(struct store *s, const char *name, char sha256[DIGEST_HEX_BYTES], struct fault *f)
{
    struct text xml = TEXT_INIT;
    int rc = store_get_bytes(s, name, CATALOGUE_ENTRY_BYTES_MAX, &xml, f);

    if (rc == 0)
        rc = digest_bytes(text_get(&xml), xml.length, sha256, f);
    text_release(&xml);
    return rc;
}

/* Is the newest of the entries that were read before still what it was? */
static bool
has_read(struct store *s, const struct catalogue *c, const struct store_list *list)
{
    char name[NAME_BYTES], sha256[DIGEST_HEX_BYTES];

    return c->last == 0 ||
           (list->count >= c->last &&
               strcmp(list->objects[c->last - 1].name, name_of(c->last, name)) == 0 &&
               hash_entry(s, name, sha256, NULL) == 0 && strcmp(sha256, c->head) == 0);
}

/* 1, or 0 when the store has another catalogue. */
static int
read_behind(struct store *s, struct catalogue *c, struct fault *f)
{
    struct store_list list = STORE_LIST_INIT;
    int rc = store_list(s, PREFIX, &list, f);
    bool follows = rc == 0 && has_read(s, c, &list);

    for (size_t i = c->last; rc == 0 && follows && i < list.count; i++)
        rc = read_next(s, c, list.objects[i].name, f);
    store_list_release(&list);
    return rc == 0 ? follows : -1;
}

int
catalogue_read(struct store *s, struct catalogue *c, struct fault *f)
{
    return read_behind(s, c, f) == 1 ? 0 : fault_wrap(f, "store '%s'", store_location(s));
}

int
catalogue_refresh(struct store *s, struct catalogue *c, struct fault *f)
{
    if (c->last > 0 && read_behind(s, c, NULL) == 1)
        return 0;
    catalogue_release(c);
    if (catalogue_read(s, c, f) == 0)
        return 0;
    /* Nothing goes on behind half of it. */
    catalogue_release(c);
    return -1;
}

/* The entry that was added last is still the newest one: nothing is listed, so that each of
 * thousands costs the same. */
static bool
is_head(struct store *s, uint64_t last, char head[DIGEST_HEX_BYTES])
{
    char name[NAME_BYTES];
    uint64_t size;

    return last > 0 && store_find(s, name_of(last + 1, name), &size, NULL) == 0 &&
           hash_entry(s, name_of(last, name), head, NULL) == 0;
}

/* Number and SHA-256 of the newest entry: the chain before it is not read again. */
static int
find_head(struct store *s, uint64_t *last, char head[DIGEST_HEX_BYTES], struct fault *f)
{
    struct store_list list = STORE_LIST_INIT;
    char expected[NAME_BYTES];
    const char *name;
    int rc;

    if (is_head(s, *last = *store_note(s), head))
        return 0;
    rc = store_list(s, PREFIX, &list, f);
    *last = list.count;
    head[0] = '\0';
    if (rc == 0 && list.count > 0) {
        name = list.objects[list.count - 1].name;
        rc = -1;
        if (strcmp(name, name_of(list.count, expected)) != 0)
            broken(name, "stands where another number was expected: entries are missing", f);
        else
            rc = hash_entry(s, name, head, f);
    }
    store_list_release(&list);
    return rc;
}

static int
try_add(struct store *s, struct catalogue_entry *entry, struct fault *f)
{
    char head[DIGEST_HEX_BYTES];
    char name[NAME_BYTES];
    struct text xml = TEXT_INIT;
    uint64_t last = 0;
    int rc = -1;

    if (find_head(s, &last, head, f) != 0)
        return -1;
    if (last >= SEQUENCE_MAX)
        return fault_set(f, FAULT_DATA, "the catalogue is full: %d entries", SEQUENCE_MAX);
    entry->sequence = last + 1;
    if (catalogue_write_entry(&xml, entry, head, f) == 0)
        rc = store_put_bytes(
            s, name_of(entry->sequence, name), text_get(&xml), xml.length, false, f);
    if (rc == 0)
        *store_note(s) = entry->sequence;
    text_release(&xml);
    return rc;
}

int
catalogue_add(struct store *s, struct catalogue_entry *entry, struct fault *f)
{
    struct fault own = FAULT_INIT;
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};

    if (f == NULL)
        f = &own;
    for (int i = 0; i < TRIES; i++) {
        if (try_add(s, entry, f) == 0)
            return 0;
        /* Somebody else took the number, or is about to: the chain goes on behind theirs. */
        if (f->kind != FAULT_EXISTS && f->kind != FAULT_LOCKED)
            break;
        if (i < TRIES - 1) {
            fault_clear(f);
            nanosleep(&pause, NULL);
        }
    }
    return fault_wrap(f, "catalogue of store '%s'", store_location(s));
}

static int
describe_tables(struct catalogue_entry *entry, const struct container_summary *summary,
    struct arena *a, struct fault *f)
{
    struct catalogue_table *table;

    for (size_t i = 0; i < summary->table_count; i++) {
        table = arena_append(a, &entry->tables, &entry->table_count, sizeof *table);
        if (table == NULL)
            return fault_set_memory(f);
        table->name = summary->tables[i].name;
        table->rows = summary->tables[i].sum.rows;
        table->sum = summary->tables[i].sum.whole;
    }
    for (size_t i = 0; i < summary->info.reference_count; i++) {
        const struct container_reference *reference = &summary->info.references[i];

        for (size_t j = 0; j < reference->table_count; j++) {
            table = arena_append(a, &entry->tables, &entry->table_count, sizeof *table);
            if (table == NULL)
                return fault_set_memory(f);
            table->name = reference->tables[j];
            table->reference = reference->container;
        }
    }
    return 0;
}

int
catalogue_describe(struct catalogue_entry *entry, const struct container_summary *summary,
    const char *file, struct arena *a, struct fault *f)
{
    const struct container_info *info = &summary->info;

    *entry = (struct catalogue_entry){
        .kind = CATALOGUE_CONTAINER,
        .added_utc = info->taken_utc,
        .run = info->run,
        .container = info->id,
        .file = file,
        .database = info->database,
        .container_kind = info->kind,
        .set = info->set,
        .after = info->after,
        .metadata_only = info->metadata_only,
        .encrypted = summary->packed.encrypted,
        .taken_utc = info->taken_utc,
        .bytes = summary->packed.stored_bytes,
    };
    memcpy(entry->sha256, summary->packed.sha256, sizeof entry->sha256);
    return describe_tables(entry, summary, a, f);
}

const struct catalogue_entry *
catalogue_find(const struct catalogue *c, const char *container)
{
    const struct catalogue_entry *by_file = NULL;

    for (size_t i = c->count; i-- > 0;) {
        const struct catalogue_entry *entry = &c->entries[i];

        if (entry->kind != CATALOGUE_CONTAINER)
            continue;
        if (strcmp(entry->container, container) == 0)
            return entry;
        if (by_file == NULL && strcmp(entry->file, container) == 0)
            by_file = entry;
    }
    return by_file;
}

bool
catalogue_is_removed(const struct catalogue *c, const char *container)
{
    for (size_t i = c->count; i-- > 0;) {
        const struct catalogue_entry *entry = &c->entries[i];

        if ((entry->kind == CATALOGUE_REMOVED || entry->kind == CATALOGUE_CONTAINER) &&
            strcmp(entry->container, container) == 0)
            return entry->kind == CATALOGUE_REMOVED;
    }
    return false;
}

bool
catalogue_is_superseded(const struct catalogue *c, const struct catalogue_entry *entry)
{
    return catalogue_find(c, entry->container) != entry;
}

bool
catalogue_knows_sha256(const struct catalogue *c, const char *container, const char *sha256)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct catalogue_entry *entry = &c->entries[i];

        if (entry->kind == CATALOGUE_CONTAINER && strcmp(entry->container, container) == 0 &&
            strcmp(entry->sha256, sha256) == 0)
            return true;
    }
    return false;
}

int64_t
catalogue_verified_utc(const struct catalogue *c, const char *container, bool deep)
{
    int64_t newest = 0;

    for (size_t i = 0; i < c->count; i++) {
        const struct catalogue_entry *entry = &c->entries[i];

        if (entry->kind == CATALOGUE_VERIFIED && (entry->deep || !deep) &&
            strcmp(entry->container, container) == 0 && entry->added_utc > newest)
            newest = entry->added_utc;
    }
    return newest;
}
