#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/file.h"
#include "config/base/interrupt.h"
#include "config/base/progress.h"
#include "cube/folder.h"
#include "cube/store.h"
#include "etl/dump/dump.h"
#include "etl/dump/outlet.h"

enum { DEPTH_LIMIT = 16 };

/* One cube, held still while it is copied. */
struct held_cube {
    const char *name;
    int lock; /* a descriptor; -1: not held */
    enum cube_storage storage;
};

struct analysis_dump {
    const char *directory;
    struct arena memory;
    struct held_cube *cubes;
    size_t cube_count;
    bool metadata_only;
    struct container_writer *to;
};

static int
read_manifest(const struct analysis_dump *d, const char *cube, struct arena *memory,
    struct manifest *m, struct fault *f)
{
    struct text path = TEXT_INIT;
    int rc = folder_path(&path, d->directory, cube, MANIFEST_NAME, f);

    if (rc == 0)
        rc = manifest_read(text_get(&path), memory, m, f);
    text_release(&path);
    return rc;
}

/* All cubes are held before the first one is copied: they belong together. */
static int
hold_cubes(struct analysis_dump *d, struct fault *f)
{
    const char **names;
    size_t count;

    if (folder_list(d->directory, &d->memory, &names, &count, f) != 0)
        return -1;
    if ((d->cubes = arena_array(&d->memory, count + 1, sizeof *d->cubes)) == NULL)
        return fault_set_memory(f);
    for (; d->cube_count < count; d->cube_count++) {
        struct held_cube *c = &d->cubes[d->cube_count];
        struct manifest m;

        c->name = names[d->cube_count];
        if ((c->lock = folder_lock(d->directory, c->name, f)) < 0)
            return -1;
        if (read_manifest(d, c->name, &d->memory, &m, f) != 0) {
            close(c->lock);
            return fault_wrap(f, "cube '%s'", c->name);
        }
        c->storage = m.storage;
    }
    return 0;
}

static void
release_cubes(struct analysis_dump *d)
{
    for (size_t i = 0; i < d->cube_count; i++)
        close(d->cubes[i].lock);
    arena_release(&d->memory);
}

/* ---- a manifest that names no facts ---- */

static int
add_cleared(struct analysis_dump *d, const char *name, const struct manifest *m, struct fault *f)
{
    const char *tmp = getenv("TMPDIR");
    struct text path = TEXT_INIT;
    char folder[4096];
    int rc;

    snprintf(
        folder, sizeof folder, "%s/nightcube.XXXXXX", tmp == NULL || tmp[0] == '\0' ? "/tmp" : tmp);
    if (mkdtemp(folder) == NULL)
        return fault_set_errno(f, errno, "create a temporary directory '%s'", folder);
    file_join(&path, folder, MANIFEST_NAME);
    if ((rc = text_check(&path, f)) == 0) {
        if ((rc = manifest_write(text_get(&path), m, f)) == 0)
            rc = container_add_file(d->to, name, text_get(&path), f);
        unlink(text_get(&path));
    }
    rmdir(folder); /* what takes memory could not be relied on to take it away */
    text_release(&path);
    return rc;
}

/* The cube as cube_clear would leave it. */
static int
add_metadata(struct analysis_dump *d, const struct held_cube *c, const char *name, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct manifest m;
    int rc = read_manifest(d, c->name, &memory, &m, f);

    if (rc == 0) {
        memset(m.parts, 0, sizeof m.parts);
        m.watermark = 0;
        m.processed = false;
        rc = add_cleared(d, name, &m, f);
    }
    arena_release(&memory);
    return rc;
}

/* ---- files ---- */

/* The cube that a path below the directory belongs to, and the path inside it. */
static const struct held_cube *
cube_of(const struct analysis_dump *d, const char *name, const char **inside)
{
    size_t length = strcspn(name, "/");

    *inside = name + length + (name[length] == '/');
    for (size_t i = 0; i < d->cube_count; i++) {
        if (strlen(d->cubes[i].name) == length && strncmp(d->cubes[i].name, name, length) == 0)
            return &d->cubes[i];
    }
    return NULL;
}

static bool
ends_with(const char *name, const char *tail)
{
    size_t length = strlen(name);

    return length >= strlen(tail) && strcmp(name + length - strlen(tail), tail) == 0;
}

static int
add_file(struct analysis_dump *d, const char *name, const char *path, struct fault *f)
{
    const char *inside;
    const struct held_cube *c = cube_of(d, name, &inside);

    if (ends_with(name, ".part"))
        return 0;
    if (interrupt_check(f) != 0)
        return -1;
    if (c != NULL && (d->metadata_only || c->storage == CUBE_STORAGE_DIRECT)) {
        if (ends_with(inside, ".seg"))
            return 0;
        if (strcmp(inside, MANIFEST_NAME) == 0 && c->storage != CUBE_STORAGE_DIRECT)
            return add_metadata(d, c, name, f);
    }
    return container_add_file(d->to, name, path, f);
}

static int add_folder(struct analysis_dump *d, const char *name, int depth, struct fault *f);

static int
add_entry(struct analysis_dump *d, const char *name, int depth, struct fault *f)
{
    struct text path = TEXT_INIT;
    struct stat status;
    int rc;

    file_join(&path, d->directory, name);
    if ((rc = text_check(&path, f)) == 0) {
        if (lstat(text_get(&path), &status) != 0)
            rc = fault_set_errno(f, errno, "look at '%s'", text_get(&path));
        else if (S_ISDIR(status.st_mode))
            rc = add_folder(d, name, depth + 1, f);
        else if (S_ISREG(status.st_mode))
            rc = add_file(d, name, text_get(&path), f);
        else
            rc =
                fault_set(f, FAULT_DATA, "'%s' is neither a file nor a directory", text_get(&path));
    }
    text_release(&path);
    return rc;
}

static int
is_real(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* In order of name, so that equal directories give equal containers. `name` "" is the top. */
static int
add_folder(struct analysis_dump *d, const char *name, int depth, struct fault *f)
{
    struct text path = TEXT_INIT, child = TEXT_INIT;
    struct dirent **entries = NULL;
    int count = 0;
    int rc = depth > DEPTH_LIMIT ? fault_set(f, FAULT_DATA, "'%s' lies too deep", name) : 0;

    file_join(&path, d->directory, name);
    if (rc == 0 && (rc = text_check(&path, f)) == 0 &&
        (count = scandir(text_get(&path), &entries, is_real, alphasort)) < 0)
        rc = fault_set_errno(f, errno, "read directory '%s'", text_get(&path));
    for (int i = 0; i < count; i++) {
        text_clear(&child);
        if (name[0] != '\0')
            text_add_format(&child, "%s/", name);
        text_add(&child, entries[i]->d_name);
        if (rc == 0 && (rc = text_check(&child, f)) == 0)
            rc = add_entry(d, text_get(&child), depth, f);
        free(entries[i]);
    }
    free(entries);
    text_release(&path);
    text_release(&child);
    return rc;
}

/* ---- the analysis database ---- */

/* For whoever looks on: what the cubes' files come to; what cannot be told is nothing. */
static uint64_t
bytes_to_copy(const struct analysis_dump *d)
{
    uint64_t bytes = 0;

    for (size_t i = 0; progress_is_shown() && !d->metadata_only && i < d->cube_count; i++) {
        struct stored_cube *c = cube_open(d->directory, d->cubes[i].name, NULL);

        if (c != NULL && d->cubes[i].storage == CUBE_STORAGE_MEMORY)
            bytes += cube_size_bytes(c, CUBE_PART_ALL);
        cube_close(c);
    }
    return bytes;
}

static void
describe(const struct analysis_dump *d, struct container_info *info)
{
    bool direct = d->cube_count > 0;

    for (size_t i = 0; i < d->cube_count; i++)
        direct = direct && d->cubes[i].storage == CUBE_STORAGE_DIRECT;
    *info = (struct container_info){.kind = CONTAINER_ANALYSIS,
        .storage_mode = cube_storage_name(direct ? CUBE_STORAGE_DIRECT : CUBE_STORAGE_MEMORY),
        .metadata_only = direct || d->metadata_only,
        .taken_utc = clock_now()};
}

static int
write_analysis(struct outlet *o, const char *directory, struct fault *f)
{
    struct analysis_dump d = {
        .directory = directory, .memory = ARENA_INIT, .metadata_only = o->order->metadata_only};
    struct container_info info;
    int rc = hold_cubes(&d, f);

    if (rc == 0) {
        describe(&d, &info);
        rc = outlet_begin(o, &info, f);
    }
    /* One that was never processed has no directory yet: an empty container says just that. */
    if (rc == 0 && file_exists(directory)) {
        d.to = o->container;
        progress_begin(o->database, "bytes", bytes_to_copy(&d));
        rc = add_folder(&d, "", 0, f);
        progress_finish();
    }
    release_cubes(&d);
    return rc;
}

int
dump_analysis(struct site *site, const char *name, const struct dump_order *order,
    struct dump_result *result, struct fault *f)
{
    const struct analysis_setting *setting = settings_find_analysis(&site->settings, name);
    struct outlet o = OUTLET_INIT;
    int rc = -1;

    if (setting == NULL)
        fault_set(f, FAULT_DATA, "there is no analysis database '%s' in the settings", name);
    else
        rc = outlet_open(&o, site, name, order, f);
    if (rc == 0)
        rc = write_analysis(&o, setting->directory, f);
    if (rc == 0)
        rc = outlet_finish(&o, result, f);
    outlet_close(&o);
    return rc == 0 ? 0 : fault_wrap(f, "back up %s", name);
}
