#include "etl/dump/outlet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "backup/catalogue.h"
#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/moment.h"
#include "etl/command/version.h"
#include "etl/dump/inlet.h"

void
outlet_close(struct outlet *o)
{
    container_free(o->container);
    store_abandon(o->to);
    store_close(o->own);
    catalogue_release(&o->read);
    keyring_release(&o->keyring);
    arena_release(&o->memory);
    *o = (struct outlet)OUTLET_INIT;
}

/* ---- the place ---- */

/* A file at a path of its own: its folder is the store. */
static int
open_folder(struct outlet *o, const char *path, struct fault *f)
{
    const char *slash = strrchr(path, '/');
    const char *location =
        arena_printf(&o->memory, "file:%.*s", slash == path ? 1 : (int)(slash - path), path);

    o->stands_alone = true;
    o->file = slash + 1;
    if (location == NULL)
        return fault_set_memory(f);
    o->store = o->own = store_open(location, f);
    return o->store == NULL ? -1 : 0;
}

static int
open_store(struct outlet *o, struct fault *f)
{
    const struct dump_order *order = o->order;
    const char *name;

    o->file = order->file;
    if (order->file != NULL && order->store == NULL && strchr(order->file, '/') != NULL) {
        if (open_folder(o, order->file, f) != 0)
            return -1;
    } else if ((o->store = inlet_store(o->site, order->store, &o->own, f)) == NULL) {
        return -1;
    }
    if (o->file == NULL)
        return 0;
    name = strrchr(o->file, '/') == NULL ? o->file : strrchr(o->file, '/') + 1;
    if (strchr(name, '.') == NULL &&
        (o->file = arena_printf(&o->memory, "%s.abf", o->file)) == NULL)
        return fault_set_memory(f);
    return store_check_name(o->file, f);
}

static int
open_catalogue(struct outlet *o, struct fault *f)
{
    if (o->own == NULL)
        return (o->catalogue = site_catalogue(o->site, f)) == NULL ? -1 : 0;
    o->catalogue = &o->read;
    return catalogue_read(o->store, &o->read, f);
}

int
outlet_open(struct outlet *o, struct site *site, const char *database,
    const struct dump_order *order, struct fault *f)
{
    *o = (struct outlet)OUTLET_INIT;
    o->site = site;
    o->order = order;
    o->database = database;
    if (keyring_seal(&o->keyring, &site->settings, &order->sealing, &o->seal, f) != 0 ||
        keyring_fingerprint(o->seal, o->sealed_for, f) != 0 || open_store(o, f) != 0)
        return -1;
    return o->stands_alone ? 0 : open_catalogue(o, f);
}

void
outlet_open_unit(struct outlet *o, const struct outlet *whole, const struct history_unit *unit)
{
    *o = (struct outlet)OUTLET_INIT;
    o->site = whole->site;
    o->order = whole->order;
    o->database = whole->database;
    o->store = whole->store;
    o->seal = whole->seal;
    memcpy(o->sealed_for, whole->sealed_for, sizeof o->sealed_for);
    o->unit = unit;
}

bool
outlet_stands_alone(const struct outlet *o)
{
    const struct sealing *s = &o->order->sealing;

    return o->order->file != NULL || s->recipient_count > 0 || s->passphrase != NULL ||
           s->no_encryption;
}

/* ---- the beginning ---- */

static int
make_id(struct outlet *o, int64_t taken_utc, struct fault *f)
{
    char stamp[MOMENT_TEXT_BYTES];
    uint64_t random;

    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return fault_set_errno(f, errno, "ask the system for random bytes");
    snprintf(o->id, sizeof o->id, "%s-%016llx", moment_format_stamp(taken_utc, stamp),
        (unsigned long long)random);
    return 0;
}

/* <Database>, or <Database>_<partition>, in letters that every store takes. */
static const char *
make_stem(struct outlet *o)
{
    char *stem = arena_printf(&o->memory, "%s%s%.200s", o->database, o->unit == NULL ? "" : "_",
        o->unit == NULL ? "" : o->unit->name);

    for (char *at = stem; at != NULL && *at != '\0'; at++) {
        if ((unsigned char)*at <= ' ' || strchr("/\\\x7f", *at) != NULL)
            *at = '-';
    }
    return stem;
}

/* <Database>[_<partition>]_<UTC stamp>_<set>.abf; when a set holds two of one second, the second
 * one says more.
 */
static int
make_file_name(struct outlet *o, int64_t taken_utc, struct fault *f)
{
    const char *random = strchr(o->id, '-') + 1;
    const char *set = o->order->set == NULL ? random : o->order->set;
    const char *stem = make_stem(o);
    char stamp[MOMENT_TEXT_BYTES];
    uint64_t size;
    int found;

    moment_format_stamp(taken_utc, stamp);
    if (stem == NULL ||
        (o->file = arena_printf(&o->memory, "%s_%s_%s.abf", stem, stamp, set)) == NULL)
        return fault_set_memory(f);
    if ((found = store_find(o->store, o->file, &size, f)) != 1)
        return found;
    o->file = arena_printf(&o->memory, "%s_%s_%s-%s.abf", stem, stamp, set, random);
    return o->file == NULL ? fault_set_memory(f) : 0;
}

static void
pack_as_ordered(const struct outlet *o, struct pack_options *packing)
{
    const struct backup_setting *set = &o->site->settings.backup;
    const struct dump_order *order = o->order;

    packing->compress =
        order->compression == DUMP_COMPRESS ||
        (order->compression == DUMP_COMPRESS_AS_SET && set->compression == COMPRESSION_ZSTD);
    packing->level = order->level != 0 ? order->level : set->level;
    packing->seal = o->seal;
    if (!packing->compress && packing->seal == NULL)
        log_warning("backup '%s': names and all values of '%s' stand in clear text in it, "
                    "as it is neither compressed nor encrypted",
            o->file, o->database);
}

int
outlet_begin(struct outlet *o, const struct container_info *info, struct fault *f)
{
    struct container_note notes[2] = {{.name = NULL}};
    size_t note_count = 0;
    struct pack_options packing;

    if (make_id(o, info->taken_utc, f) != 0 ||
        (o->file == NULL && make_file_name(o, info->taken_utc, f) != 0))
        return -1;
    o->info = *info;
    o->info.id = o->id;
    o->info.run = o->order->run;
    o->info.set = o->order->set;
    o->info.after = o->order->after;
    o->info.database = o->database;
    o->info.program = PROGRAM_NAME " " PROGRAM_VERSION;
    if (o->order->job != NULL)
        notes[note_count++] = (struct container_note){"Job", o->order->job};
    if (o->unit != NULL)
        notes[note_count++] = (struct container_note){"Partition", o->unit->name};
    o->info.notes = notes;
    o->info.note_count = note_count;
    pack_as_ordered(o, &packing);
    if ((o->to = store_begin(o->store, o->file, o->order->allow_overwrite, f)) == NULL)
        return f->kind == FAULT_EXISTS ? fault_hint(f, "--allow-overwrite replaces it") : -1;
    o->container = container_begin(&packing, &o->info, store_writer_sink(o->to), f);
    o->info.notes = NULL;
    o->info.note_count = 0;
    for (size_t i = 0; o->container != NULL && o->unit == NULL && i < o->order->file_count; i++) {
        const struct dump_file *file = &o->order->files[i];

        if ((file->path != NULL ? container_add_file(o->container, file->name, file->path, f)
                                : container_add_bytes(o->container, file->name, file->text,
                                      strlen(file->text), f)) != 0)
            return -1;
    }
    return o->container == NULL ? -1 : 0;
}

/* ---- the end ---- */

/* What the store gives back must be what went in. */
static int
read_back(struct outlet *o, const struct pack_totals *packed, struct fault *f)
{
    const struct catalogue_entry written = {.file = o->file, .bytes = packed->stored_bytes};
    struct inlet inlet;
    char sha256[DIGEST_HEX_BYTES];
    uint64_t bytes;
    int rc = inlet_of_entry(&inlet, o->store, NULL, &written, f);

    if (rc == 0)
        rc = inlet_hash(&inlet, &bytes, sha256, f);
    if (rc == 0 && (bytes != packed->stored_bytes || strcmp(sha256, packed->sha256) != 0))
        rc = fault_set(
            f, FAULT_IO, "the store gives back other bytes of '%s' than were written", o->file);
    inlet_release(&inlet);
    return rc;
}

/* Containers that lay under this name before are gone. */
static int
note_overwritten(struct outlet *o, struct fault *f)
{
    for (size_t i = 0; o->catalogue != NULL && i < o->catalogue->count; i++) {
        const struct catalogue_entry *old = &o->catalogue->entries[i];
        struct catalogue_entry removed = {.kind = CATALOGUE_REMOVED,
            .added_utc = clock_now(),
            .container = old->container,
            .job = o->order->job,
            .run = o->order->run,
            .note = "overwritten"};

        if (old->kind != CATALOGUE_CONTAINER || strcmp(old->file, o->file) != 0 ||
            catalogue_is_removed(o->catalogue, old->container))
            continue;
        if (catalogue_add(o->store, &removed, f) != 0)
            return -1;
    }
    return 0;
}

/* What the catalogue says besides of a unit's container, by which it is found again. */
static void
describe_unit(const struct outlet *o, struct catalogue_entry *entry)
{
    entry->partition = o->unit->name;
    for (size_t i = 0; i < entry->table_count; i++) {
        for (size_t k = 0; k < o->unit->table_count; k++) {
            if (strcmp(entry->tables[i].name, o->unit->tables[k].name) == 0)
                entry->tables[i].mark = o->unit->tables[k].mark;
        }
    }
}

/* By what a later night knows that a table has not been changed meanwhile. */
static void
describe_references(const struct outlet *o, struct catalogue_entry *entry)
{
    for (size_t i = 0; i < entry->table_count; i++) {
        struct catalogue_table *t = &entry->tables[i];
        const struct history_table *known =
            t->reference == NULL ? NULL : history_find(&o->history, t->name);

        t->trace = known == NULL ? NULL : known->trace;
    }
}

static int
enter(struct outlet *o, const struct container_summary *summary, struct fault *f)
{
    struct catalogue_entry entry;
    struct catalogue_entry verified = {.kind = CATALOGUE_VERIFIED,
        .container = o->id,
        .job = o->order->job,
        .run = o->order->run,
        .note = "read back after writing"};

    if (o->stands_alone)
        return 0;
    if (note_overwritten(o, f) != 0 ||
        catalogue_describe(&entry, summary, o->file, &o->memory, f) != 0)
        return -1;
    entry.added_utc = clock_now();
    entry.job = o->order->job;
    entry.sealed_for = o->sealed_for[0] == '\0' ? NULL : o->sealed_for;
    if (o->unit != NULL)
        describe_unit(o, &entry);
    describe_references(o, &entry);
    if (catalogue_add(o->store, &entry, f) != 0)
        return -1;
    verified.added_utc = clock_now();
    return catalogue_add(o->store, &verified, f);
}

static int
fill_result(const struct outlet *o, const struct container_summary *summary,
    struct dump_result *result, struct fault *f)
{
    result->store = arena_strdup(&result->memory, store_location(o->store));
    result->file = arena_strdup(&result->memory, o->file);
    result->container = arena_strdup(&result->memory, o->id);
    result->bytes += summary->packed.stored_bytes;
    result->rows += summary->rows;
    result->tables += summary->table_count;
    result->containers++;
    result->files = summary->file_count;
    result->taken_utc = o->info.taken_utc;
    result->encrypted = summary->packed.encrypted;
    result->compressed = summary->packed.compressed;
    memcpy(result->sha256, summary->packed.sha256, sizeof result->sha256);
    return result->store == NULL || result->file == NULL || result->container == NULL
               ? fault_set_memory(f)
               : 0;
}

int
outlet_finish(struct outlet *o, struct dump_result *result, struct fault *f)
{
    struct container_summary summary = CONTAINER_SUMMARY_INIT;
    struct store_writer *to = o->to;
    int rc = container_finish(o->container, &summary, f);

    if (rc == 0) {
        o->to = NULL; /* committing frees it, also when it fails */
        rc = store_commit(to, f);
    }
    if (rc == 0 && (rc = read_back(o, &summary.packed, f)) == 0)
        rc = enter(o, &summary, f);
    if (rc == 0)
        rc = fill_result(o, &summary, result, f);
    container_summary_release(&summary);
    return rc;
}
