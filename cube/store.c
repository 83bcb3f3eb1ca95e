#include "cube/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/file.h"
#include "cube/folder.h"
#include "cube/segment.h"

/* A reader starts again when a segment vanished under it: processing published in between. */
enum { OPEN_ATTEMPTS = 10 };

struct stored_cube {
    struct arena memory;
    struct manifest manifest;
    struct segment **segments[MANIFEST_PART_COUNT];
};

static const char *const part_names[CUBE_PART_COUNT] = {
    [CUBE_PART_ALL] = "all",
    [CUBE_PART_COMPLETED] = "completed",
    [CUBE_PART_ACTIVE] = "active",
};

/* The real parts of each part. */
static const bool part_has[CUBE_PART_COUNT][MANIFEST_PART_COUNT] = {
    [CUBE_PART_ALL] = {true, true},
    [CUBE_PART_COMPLETED] = {[MANIFEST_COMPLETED] = true},
    [CUBE_PART_ACTIVE] = {[MANIFEST_ACTIVE] = true},
};

const char *
cube_part_name(enum cube_part part)
{
    return part < CUBE_PART_COUNT ? part_names[part] : "?";
}

enum cube_part
cube_part_find(const char *name)
{
    enum cube_part part = CUBE_PART_ALL;

    while (part < CUBE_PART_COUNT && strcmp(part_names[part], name) != 0)
        part++;
    return part;
}

int
cube_list(
    const char *directory, struct arena *a, const char ***names, size_t *count, struct fault *f)
{
    return folder_list(directory, a, names, count, f);
}

bool
cube_exists(const char *directory, const char *name)
{
    return folder_exists(directory, name);
}

int
cube_create(const char *directory, const char *name, const struct cube_model *model,
    enum cube_storage storage, struct fault *f)
{
    struct manifest m = {.model = *model, .storage = storage, .next_number = 1};
    struct text path = TEXT_INIT;
    int rc = -1;

    if (cube_model_check(model, f) != 0 || folder_path(&path, directory, name, NULL, f) != 0)
        goto done;
    if (cube_exists(directory, name)) {
        fault_set(f, FAULT_DATA, "a cube is named '%s' already in '%s'", name, directory);
        goto done;
    }
    if (file_make_directory(text_get(&path), 0700, f) != 0 ||
        file_sync_directory(directory, f) != 0 ||
        folder_path(&path, directory, name, MANIFEST_NAME, f) != 0)
        goto done;
    rc = manifest_write(text_get(&path), &m, f);
done:
    text_release(&path);
    return rc == 0 ? 0 : fault_wrap(f, "create cube '%s'", name);
}

/* The manifest goes first: from then on the cube is gone, and what a crash leaves is only litter.
 */
int
cube_drop(const char *directory, const char *name, struct fault *f)
{
    struct text path = TEXT_INIT;
    int lock = -1;
    int rc = -1;

    if (!cube_exists(directory, name))
        return 0;
    if ((lock = folder_lock(directory, name, f)) >= 0 &&
        folder_path(&path, directory, name, MANIFEST_NAME, f) == 0 &&
        file_remove(text_get(&path), f) == 0 && folder_path(&path, directory, name, NULL, f) == 0)
        rc = file_remove_tree(text_get(&path), f);
    if (lock >= 0)
        close(lock);
    text_release(&path);
    return rc == 0 ? 0 : fault_wrap(f, "drop cube '%s'", name);
}

int
cube_clear(const char *directory, const char *name, struct fault *f)
{
    struct arena a = ARENA_INIT;
    struct text path = TEXT_INIT;
    struct manifest m;
    int lock = folder_lock(directory, name, f);
    int rc = -1;

    if (lock < 0)
        return -1;
    if (folder_path(&path, directory, name, MANIFEST_NAME, f) != 0 ||
        manifest_read(text_get(&path), &a, &m, f) != 0)
        goto done;
    memset(m.parts, 0, sizeof m.parts);
    m.watermark = 0;
    m.processed = false;
    if (manifest_write(text_get(&path), &m, f) == 0 &&
        folder_path(&path, directory, name, NULL, f) == 0)
        rc = folder_sweep(text_get(&path), &m, f);
done:
    close(lock);
    text_release(&path);
    arena_release(&a);
    return rc == 0 ? 0 : fault_wrap(f, "clear cube '%s'", name);
}

/* Maps all segments, so that they stay readable when processing removes them. */
static int
open_segments(struct stored_cube *c, const char *folder, struct fault *f)
{
    struct text path = TEXT_INIT;
    int rc = 0;

    for (size_t part = 0; part < MANIFEST_PART_COUNT; part++) {
        const struct manifest_part *from = &c->manifest.parts[part];

        c->segments[part] = calloc(from->segment_count + 1, sizeof(struct segment *));
        if (c->segments[part] == NULL)
            rc = fault_set_memory(f);
        for (size_t i = 0; rc == 0 && i < from->segment_count; i++) {
            folder_segment_path(&path, folder, from->segments[i].number);
            if (text_check(&path, f) != 0 ||
                (c->segments[part][i] = segment_open(text_get(&path), f)) == NULL)
                rc = -1;
        }
    }
    text_release(&path);
    return rc;
}

static void
close_segments(struct stored_cube *c)
{
    for (size_t part = 0; part < MANIFEST_PART_COUNT; part++) {
        for (size_t i = 0; c->segments[part] != NULL && i < c->manifest.parts[part].segment_count;
             i++)
            segment_close(c->segments[part][i]);
        free(c->segments[part]);
        c->segments[part] = NULL;
    }
}

static int
open_once(struct stored_cube *c, const char *directory, const char *name, struct fault *f)
{
    struct text path = TEXT_INIT;
    int rc = -1;

    close_segments(c);
    arena_release(&c->memory);
    if (folder_path(&path, directory, name, MANIFEST_NAME, f) == 0 &&
        manifest_read(text_get(&path), &c->memory, &c->manifest, f) == 0 &&
        folder_path(&path, directory, name, NULL, f) == 0)
        rc = open_segments(c, text_get(&path), f);
    text_release(&path);
    return rc;
}

struct stored_cube *
cube_open(const char *directory, const char *name, struct fault *f)
{
    struct stored_cube *c;
    int rc = -1;

    if (!cube_exists(directory, name)) {
        folder_refuse(directory, name, f);
        return NULL;
    }
    if ((c = calloc(1, sizeof *c)) == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    for (int i = 0; rc != 0 && i < OPEN_ATTEMPTS; i++) {
        struct fault local = FAULT_INIT;

        if ((rc = open_once(c, directory, name, &local)) == 0)
            break;
        if (f != NULL)
            *f = local;
        if (local.kind != FAULT_NO_INPUT)
            break;
    }
    if (rc == 0)
        return c;
    cube_close(c);
    if (f != NULL && f->kind == FAULT_NO_INPUT)
        f->kind = FAULT_DATA; /* the manifest names a file that is not there */
    fault_wrap(f, "open cube '%s'", name);
    return NULL;
}

void
cube_close(struct stored_cube *c)
{
    if (c == NULL)
        return;
    close_segments(c);
    arena_release(&c->memory);
    free(c);
}

const struct cube_model *
cube_model_of(const struct stored_cube *c)
{
    return &c->manifest.model;
}

enum cube_storage
cube_storage_of(const struct stored_cube *c)
{
    return c->manifest.storage;
}

uint64_t
cube_facts(const struct stored_cube *c, enum cube_part part)
{
    uint64_t facts = 0;

    for (size_t i = 0; i < MANIFEST_PART_COUNT; i++)
        facts += part_has[part][i] ? c->manifest.parts[i].facts : 0;
    return facts;
}

size_t
cube_segment_count(const struct stored_cube *c, enum cube_part part)
{
    size_t count = 0;

    for (size_t i = 0; i < MANIFEST_PART_COUNT; i++)
        count += part_has[part][i] ? c->manifest.parts[i].segment_count : 0;
    return count;
}

uint64_t
cube_size_bytes(const struct stored_cube *c, enum cube_part part)
{
    uint64_t size = 0;

    for (size_t i = 0; i < MANIFEST_PART_COUNT; i++) {
        for (size_t k = 0; part_has[part][i] && k < c->manifest.parts[i].segment_count; k++)
            size += c->manifest.parts[i].segments[k].size_bytes;
    }
    return size;
}

int64_t
cube_watermark(const struct stored_cube *c)
{
    return c->manifest.watermark;
}

bool
cube_processed(const struct stored_cube *c, int64_t *moment)
{
    *moment = c->manifest.processed_us;
    return c->manifest.processed;
}

/* The manifest's word on a segment must agree with the file's. */
static int
verify_segment(
    struct stored_cube *c, struct segment *s, const struct manifest_segment *known, struct fault *f)
{
    int rc = 0;

    if (s->size_bytes != known->size_bytes || s->checksum != known->checksum)
        rc = fault_set(f, FAULT_DATA, "is not the file that the manifest names");
    else if (segment_verify(s, &c->manifest.model, f) != 0)
        rc = -1;
    else if (s->facts != known->facts)
        rc = fault_set(f, FAULT_DATA, "holds other facts than the manifest says");
    if (rc != 0)
        fault_wrap(f, "cube segment %llu.seg", (unsigned long long)known->number);
    return rc;
}

const struct segment *
cube_segment(struct stored_cube *c, enum cube_part part, size_t index, struct fault *f)
{
    for (size_t i = 0; i < MANIFEST_PART_COUNT; i++) {
        const struct manifest_part *from = &c->manifest.parts[i];

        if (!part_has[part][i])
            continue;
        if (index < from->segment_count)
            return verify_segment(c, c->segments[i][index], &from->segments[index], f) == 0
                       ? c->segments[i][index]
                       : NULL;
        index -= from->segment_count;
    }
    fault_set(f, FAULT_INTERNAL, "no such cube segment");
    return NULL;
}
