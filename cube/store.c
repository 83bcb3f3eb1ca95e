#include "cube/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/file.h"
#include "cube/aggregate.h"
#include "cube/folder.h"
#include "cube/segment.h"

/* A reader starts again when a segment vanished under it: processing published in between. */
enum { OPEN_ATTEMPTS = 10 };

struct stored_cube {
    struct arena memory;
    struct manifest manifest;
    struct segment **segments[MANIFEST_PART_COUNT];
    struct aggregates **aggregates[MANIFEST_PART_COUNT]; /* NULL where there are none */
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
cube_clear(const char *directory, const char *name, const struct cube_model *model,
    enum cube_storage storage, struct fault *f)
{
    struct arena a = ARENA_INIT;
    struct text folder = TEXT_INIT, path = TEXT_INIT;
    struct manifest m;
    bool damaged;
    int lock = folder_lock(directory, name, f);
    int rc = -1;

    if (lock < 0)
        return -1;
    if (folder_path(&folder, directory, name, NULL, f) != 0 ||
        folder_path(&path, directory, name, MANIFEST_NAME, f) != 0 ||
        folder_manifest(text_get(&folder), &a, &m, &damaged, f) != 0)
        goto done;
    if (damaged) {
        m.model = *model;
        m.storage = storage;
    }
    memset(m.parts, 0, sizeof m.parts);
    m.watermark = 0;
    m.processed = false;
    if (manifest_write(text_get(&path), &m, f) == 0)
        rc = folder_sweep(text_get(&folder), &m, f);
done:
    close(lock);
    text_release(&path);
    text_release(&folder);
    arena_release(&a);
    return rc == 0 ? 0 : fault_wrap(f, "clear cube '%s'", name);
}

/* A segment and what was computed ahead for it. */
static int
open_segment(struct stored_cube *c, size_t part, size_t index, const char *folder, struct fault *f)
{
    uint64_t number = c->manifest.parts[part].segments[index].number;
    struct text path = TEXT_INIT;
    struct fault local = FAULT_INIT;
    int rc = -1;

    folder_segment_path(&path, folder, number);
    if (text_check(&path, f) != 0 ||
        (c->segments[part][index] = segment_open(text_get(&path), f)) == NULL)
        goto done;
    folder_aggregates_path(&path, folder, number);
    if (text_check(&path, f) != 0)
        goto done;
    c->aggregates[part][index] = aggregates_open(text_get(&path), &local);
    if (local.kind == FAULT_NONE) {
        rc = 0;
    } else {
        *f = local;
        fault_wrap(f, "cube segment %llu-aggregates.seg", (unsigned long long)number);
    }
done:
    text_release(&path);
    return rc;
}

/* Maps all segments, so that they stay readable when processing removes them. */
static int
open_segments(struct stored_cube *c, const char *folder, struct fault *f)
{
    int rc = 0;

    for (size_t part = 0; part < MANIFEST_PART_COUNT; part++) {
        size_t count = c->manifest.parts[part].segment_count;

        c->segments[part] = calloc(count + 1, sizeof(struct segment *));
        c->aggregates[part] = calloc(count + 1, sizeof(struct aggregates *));
        if (c->segments[part] == NULL || c->aggregates[part] == NULL)
            return fault_set_memory(f);
        for (size_t i = 0; rc == 0 && i < count; i++)
            rc = open_segment(c, part, i, folder, f);
    }
    return rc;
}

static void
close_segments(struct stored_cube *c)
{
    for (size_t part = 0; part < MANIFEST_PART_COUNT; part++) {
        for (size_t i = 0; c->segments[part] != NULL && i < c->manifest.parts[part].segment_count;
             i++)
            segment_close(c->segments[part][i]);
        for (size_t i = 0; c->aggregates[part] != NULL && i < c->manifest.parts[part].segment_count;
             i++)
            aggregates_close(c->aggregates[part][i]);
        free(c->segments[part]);
        free(c->aggregates[part]);
        c->segments[part] = NULL;
        c->aggregates[part] = NULL;
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
        for (size_t k = 0; part_has[part][i] && k < c->manifest.parts[i].segment_count; k++) {
            size += c->manifest.parts[i].segments[k].size_bytes;
            if (c->aggregates[i][k] != NULL)
                size += c->aggregates[i][k]->size_bytes;
        }
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

/* Where a part's segment number `index` is. */
static bool
find_segment(const struct stored_cube *c, enum cube_part part, size_t *real, size_t *index)
{
    for (*real = 0; *real < MANIFEST_PART_COUNT; ++*real) {
        if (!part_has[part][*real])
            continue;
        if (*index < c->manifest.parts[*real].segment_count)
            return true;
        *index -= c->manifest.parts[*real].segment_count;
    }
    return false;
}

const struct segment *
cube_segment(struct stored_cube *c, enum cube_part part, size_t index, struct fault *f)
{
    size_t real;

    if (!find_segment(c, part, &real, &index)) {
        fault_set(f, FAULT_INTERNAL, "no such cube segment");
        return NULL;
    }
    if (verify_segment(c, c->segments[real][index], &c->manifest.parts[real].segments[index], f) !=
        0)
        return NULL;
    return c->segments[real][index];
}

/* Says which file, and what helps: aggregates are made anew from their segment. */
static int
wrap_aggregates(const struct stored_cube *c, size_t real, size_t index, struct fault *f)
{
    fault_wrap(f, "cube segment %llu-aggregates.seg",
        (unsigned long long)c->manifest.parts[real].segments[index].number);
    return fault_hint(f, "make it anew with ProcessIndexes");
}

const struct aggregates *
cube_aggregates(struct stored_cube *c, enum cube_part part, size_t index, struct fault *f)
{
    const struct segment *s = cube_segment(c, part, index, f);
    size_t real;

    if (s == NULL || !find_segment(c, part, &real, &index) || c->aggregates[real][index] == NULL)
        return NULL;
    if (aggregates_verify(c->aggregates[real][index], s, &c->manifest.model, f) == 0)
        return c->aggregates[real][index];
    wrap_aggregates(c, real, index, f);
    return NULL;
}

int
cube_smallest(struct stored_cube *c, enum cube_part part, size_t index, const uint16_t *depths,
    struct cube_view *v, struct fault *f)
{
    const struct aggregate *found;
    struct aggregates *a;
    size_t real;

    *v = (struct cube_view){.segment = cube_segment(c, part, index, f)};
    if (v->segment == NULL)
        return -1;
    v->cells = &v->segment->cells;
    find_segment(c, part, &real, &index);
    if ((a = c->aggregates[real][index]) == NULL)
        return 0;
    if (aggregates_verify(a, v->segment, &c->manifest.model, f) != 0 ||
        aggregates_find(a, depths, &found, f) != 0)
        return wrap_aggregates(c, real, index, f);
    if (found != NULL) {
        v->cells = &found->cells;
        v->lattice = &a->lattice;
        v->depths = found->depths;
    }
    return 0;
}
