#include "cube/process.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/file.h"
#include "cube/folder.h"
#include "cube/indexing.h"
#include "cube/segment.h"

struct cube_process {
    struct arena memory;
    struct text folder;
    struct text manifest_path;
    int lock;
    enum cube_process_kind kind;
    struct manifest old;  /* published now */
    struct manifest next; /* published by commit */
    size_t kept;          /* completed segments taken over from the old state */
    bool published;
    struct indexing indexing;
};

static int
refuse_model(const char *name, struct fault *f)
{
    fault_set(f, FAULT_DATA, "cube '%s' was built under another definition", name);
    return fault_hint(f, "process it with ProcessFull");
}

static int
refuse_storage(const char *name, struct fault *f)
{
    fault_set(
        f, FAULT_DATA, "cube '%s' holds no facts to add to: it was in DirectQuery mode", name);
    return fault_hint(f, "process it with ProcessFull");
}

static int
prepare_next(
    struct cube_process *p, const char *name, const struct cube_model *model, struct fault *f)
{
    p->next = p->old;
    if (p->kind == CUBE_PROCESS_INDEXES)
        return 0;
    p->next.parts[MANIFEST_ACTIVE] = (struct manifest_part){.segments = NULL};
    if (p->kind == CUBE_PROCESS_ADD) {
        struct manifest_part *completed = &p->next.parts[MANIFEST_COMPLETED];
        const struct manifest_part *old = &p->old.parts[MANIFEST_COMPLETED];

        if (!cube_model_equal(model, &p->old.model))
            return refuse_model(name, f);
        if (p->old.storage != CUBE_STORAGE_MEMORY)
            return refuse_storage(name, f);
        /* A list of its own: appending must not touch the old one. */
        *completed = (struct manifest_part){.facts = old->facts};
        for (size_t i = 0; i < old->segment_count; i++) {
            struct manifest_segment *s = arena_append(
                &p->memory, &completed->segments, &completed->segment_count, sizeof *s);

            if (s == NULL)
                return fault_set_memory(f);
            *s = old->segments[i];
        }
        p->kept = old->segment_count;
        return 0;
    }
    p->next.parts[MANIFEST_COMPLETED] = (struct manifest_part){.segments = NULL};
    p->next.watermark = 0;
    if (cube_model_check(model, f) != 0)
        return -1;
    return cube_model_copy(&p->next.model, model, &p->memory, f);
}

struct cube_process *
cube_process_begin(const char *directory, const char *name, enum cube_process_kind kind,
    const struct cube_model *model, struct fault *f)
{
    struct cube_process *p = calloc(1, sizeof *p);

    if (p == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    p->kind = kind;
    p->published = true; /* nothing to take back yet */
    indexing_init(&p->indexing, CUBE_BUDGET_PER_CENT);
    if ((p->lock = folder_lock(directory, name, f)) >= 0 &&
        folder_path(&p->folder, directory, name, NULL, f) == 0 &&
        folder_path(&p->manifest_path, directory, name, MANIFEST_NAME, f) == 0 &&
        manifest_read(text_get(&p->manifest_path), &p->memory, &p->old, f) == 0 &&
        folder_sweep(text_get(&p->folder), &p->old, f) == 0 &&
        prepare_next(p, name, model, f) == 0) {
        p->published = false;
        return p;
    }
    cube_process_end(p);
    fault_wrap(f, "process cube '%s'", name);
    return NULL;
}

void
cube_process_budget(struct cube_process *p, unsigned per_cent, unsigned threads)
{
    p->indexing.per_cent = per_cent;
    if (threads > 0)
        p->indexing.threads = threads;
}

void
cube_process_storage(struct cube_process *p, enum cube_storage storage)
{
    p->next.storage = storage;
}

int64_t
cube_process_first(const struct cube_process *p)
{
    return p->next.watermark + 1;
}

int
cube_process_window(struct cube_process *p, int64_t first, int64_t last, struct fault *f)
{
    if (last < first)
        return 0;
    if (first <= p->next.watermark) {
        fault_set(f, FAULT_DATA,
            "the window of RecordIDs %lld to %lld begins before what the cube holds, up to %lld",
            (long long)first, (long long)last, (long long)p->next.watermark);
        return fault_hint(f, "add from RecordID %lld on, or process it with ProcessFull",
            (long long)p->next.watermark + 1);
    }
    p->next.watermark = last;
    return 0;
}

static size_t
part_index(enum cube_part part)
{
    return part == CUBE_PART_ACTIVE ? MANIFEST_ACTIVE : MANIFEST_COMPLETED;
}

/* Opens and verifies one segment of the state to come. */
static struct segment *
read_back(const struct cube_process *p, const struct manifest_segment *known, struct fault *f)
{
    struct text path = TEXT_INIT;
    struct segment *s = NULL;

    folder_segment_path(&path, text_get(&p->folder), known->number);
    if (text_check(&path, f) == 0)
        s = segment_open(text_get(&path), f);
    if (s != NULL && (segment_verify(s, &p->next.model, f) != 0 ||
                         ((s->checksum != known->checksum || s->facts != known->facts) &&
                             fault_set(f, FAULT_DATA, "is not what the manifest names") != 0))) {
        fault_wrap(f, "cube segment '%s'", text_get(&path));
        segment_close(s);
        s = NULL;
    }
    text_release(&path);
    return s;
}

static int
write_segment(
    struct cube_process *p, struct manifest_segment *entry, struct cube_builder *b, struct fault *f)
{
    struct text path = TEXT_INIT;
    struct segment_facts written;
    struct segment *s;
    int rc = -1;

    entry->number = p->next.next_number++;
    folder_segment_path(&path, text_get(&p->folder), entry->number);
    if (text_check(&path, f) != 0 ||
        segment_write(text_get(&path), cube_builder_cuboid(b), &written, f) != 0)
        goto done;
    entry->facts = written.facts;
    entry->size_bytes = written.size_bytes;
    entry->checksum = written.checksum;
    if ((s = read_back(p, entry, f)) != NULL)
        rc =
            indexing_begin(&p->indexing, s, &p->next.model, text_get(&p->folder), entry->number, f);
done:
    text_release(&path);
    return rc;
}

int
cube_process_write(
    struct cube_process *p, enum cube_part part, struct cube_builder *b, struct fault *f)
{
    struct manifest_part *to = &p->next.parts[part_index(part)];
    struct manifest_segment *entry;

    if (!cube_model_equal(cube_builder_model(b), &p->next.model))
        return fault_set(f, FAULT_INTERNAL, "facts were built under another model than the cube's");
    if (p->next.storage != CUBE_STORAGE_MEMORY)
        return fault_set(f, FAULT_INTERNAL, "a cube in direct mode stores no facts");
    if (cube_builder_finish(b, f) != 0)
        return -1;
    if (cube_builder_counts(b)->facts == 0)
        return 0;
    entry = arena_append(&p->memory, &to->segments, &to->segment_count, sizeof *entry);
    if (entry == NULL)
        return fault_set_memory(f);
    if (write_segment(p, entry, b, f) != 0) {
        to->segment_count--;
        return -1;
    }
    to->facts += entry->facts;
    return 0;
}

void
cube_process_count(struct cube_process *p, enum cube_part part, uint64_t facts)
{
    if (p->next.storage == CUBE_STORAGE_DIRECT)
        p->next.parts[part_index(part)].facts = facts;
}

int
cube_process_totals(struct cube_process *p, enum cube_part part, bool only_new, struct arena *a,
    struct cube_totals *t, struct fault *f)
{
    const struct manifest_part *from = &p->next.parts[part_index(part)];
    size_t first = only_new && part_index(part) == MANIFEST_COMPLETED ? p->kept : 0;
    struct segment **segments = calloc(from->segment_count + 1, sizeof *segments);
    size_t count = 0;
    int rc = -1;

    if (segments == NULL)
        return fault_set_memory(f);
    for (size_t i = first; i < from->segment_count; i++) {
        if ((segments[count] = read_back(p, &from->segments[i], f)) == NULL)
            goto done;
        count++;
    }
    rc = cube_totals_of((const struct segment *const *)segments, count, &p->next.model, a, t, f);
done:
    while (count > 0)
        segment_close(segments[--count]);
    free(segments);
    return rc;
}

int
cube_process_commit(struct cube_process *p, int64_t now_us, struct fault *f)
{
    struct fault ignored = FAULT_INIT;

    if (indexing_finish(&p->indexing, f) != 0)
        return -1;
    p->next.processed = true;
    p->next.processed_us = now_us;
    if (manifest_write(text_get(&p->manifest_path), &p->next, f) != 0)
        return -1;
    p->published = true;
    /* Published: what cannot be removed now is removed by the next processing. */
    folder_sweep(text_get(&p->folder), &p->next, &ignored);
    return 0;
}

/* Removes what was written for nothing. The disk says which state is published: a commit may have
 * failed after its rename. */
static void
take_back(struct cube_process *p)
{
    struct fault ignored = FAULT_INIT;
    struct manifest m;

    if (manifest_read(text_get(&p->manifest_path), &p->memory, &m, &ignored) == 0)
        folder_sweep(text_get(&p->folder), &m, &ignored);
}

void
cube_process_end(struct cube_process *p)
{
    if (p == NULL)
        return;
    indexing_release(&p->indexing);
    if (!p->published)
        take_back(p);
    if (p->lock >= 0)
        close(p->lock);
    text_release(&p->manifest_path);
    text_release(&p->folder);
    arena_release(&p->memory);
    free(p);
}

/* ---- aggregates of what is published ---- */

static int
index_segment(struct cube_process *p, const struct manifest_segment *known, bool missing_only,
    struct fault *f)
{
    struct text path = TEXT_INIT;
    struct segment *s;
    bool there;

    folder_aggregates_path(&path, text_get(&p->folder), known->number);
    there = file_exists(text_get(&path));
    text_release(&path);
    if (there && missing_only)
        return 0;
    if ((s = read_back(p, known, f)) == NULL)
        return -1;
    return indexing_begin(&p->indexing, s, &p->next.model, text_get(&p->folder), known->number, f);
}

int
cube_index(const char *directory, const char *name, bool missing_only, unsigned per_cent,
    unsigned threads, struct fault *f)
{
    struct cube_process *p = cube_process_begin(directory, name, CUBE_PROCESS_INDEXES, NULL, f);
    int rc = p == NULL ? -1 : 0;

    if (p != NULL)
        cube_process_budget(p, per_cent, threads);
    for (size_t part = 0; rc == 0 && part < MANIFEST_PART_COUNT; part++) {
        for (size_t i = 0; rc == 0 && i < p->old.parts[part].segment_count; i++)
            rc = index_segment(p, &p->old.parts[part].segments[i], missing_only, f);
    }
    if (rc == 0)
        rc = indexing_finish(&p->indexing, f);
    cube_process_end(p);
    return rc == 0 ? 0 : fault_wrap(f, "index cube '%s'", name);
}
