#include "cube/process.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/file.h"
#include "cube/folder.h"
#include "cube/merge.h"
#include "cube/sealing.h"
#include "cube/segment.h"
#include "cube/tiers.h"

/* Segments of a tier before they are joined: of the completed part, and of what one processing
 * writes. */
enum { SEGMENT_FAN = 4, PIECE_FAN = 16 };

/* What this processing wrote for a part. */
struct pieces {
    struct manifest_segment *items;
    size_t count;
    bool sealed;
};

struct cube_process {
    struct arena memory;
    struct text folder;
    struct text manifest_path;
    int folder_lock;
    enum cube_process_kind kind;
    struct manifest old;  /* published now */
    bool old_is_damaged;  /* `old` then only names the segments */
    struct manifest next; /* published by commit */
    bool published;
    pthread_mutex_t lock; /* of the pieces and of the next number: several threads may write */
    struct pieces pieces[MANIFEST_PART_COUNT];
    struct sealing sealing;
    size_t sealing_part, sealing_first; /* which segments become the one under way */
    bool is_sealing;
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
        return 0;
    }
    p->next.parts[MANIFEST_COMPLETED] = (struct manifest_part){.segments = NULL};
    p->next.watermark = 0;
    if (cube_model_check(model, f) != 0)
        return -1;
    return cube_model_copy(&p->next.model, model, &p->memory, f);
}

static int
read_old(struct cube_process *p, struct fault *f)
{
    return p->kind == CUBE_PROCESS_FULL
               ? folder_manifest(text_get(&p->folder), &p->memory, &p->old, &p->old_is_damaged, f)
               : manifest_read(text_get(&p->manifest_path), &p->memory, &p->old, f);
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
    p->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    sealing_init(&p->sealing, CUBE_BUDGET_PER_CENT);
    if ((p->folder_lock = folder_lock(directory, name, f)) >= 0 &&
        folder_path(&p->folder, directory, name, NULL, f) == 0 &&
        folder_path(&p->manifest_path, directory, name, MANIFEST_NAME, f) == 0 &&
        read_old(p, f) == 0 && folder_sweep(text_get(&p->folder), &p->old, f) == 0 &&
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
    p->sealing.per_cent = per_cent;
    if (threads > 0)
        p->sealing.threads = threads;
}

void
cube_process_memory(struct cube_process *p, uint64_t bytes)
{
    p->sealing.memory_bytes = bytes;
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

/* Several pieces of a tier become one, so that there are never too many. */
static int
join_pieces(struct cube_process *p, struct pieces *pieces, struct fault *f)
{
    uint64_t sizes[TIERS_LIMIT];
    size_t count = pieces->count < TIERS_LIMIT ? pieces->count : TIERS_LIMIT;
    struct manifest_segment *last = pieces->items + pieces->count - count;
    struct manifest_segment merged = {.number = p->next.next_number};
    struct segment *whole;
    size_t first;

    for (size_t i = 0; i < count; i++)
        sizes[i] = last[i].size_bytes;
    first = tiers_join(sizes, count, PIECE_FAN);
    if (count - first > MERGE_LIMIT)
        first = count - MERGE_LIMIT;
    if (first == count - 1)
        return 0;
    p->next.next_number++;
    whole = sealing_merge(
        last + first, count - first, &p->next.model, text_get(&p->folder), &merged, f);
    if (whole == NULL)
        return -1;
    segment_close(whole);
    last[first] = merged;
    pieces->count -= count - first - 1;
    return 0;
}

static int
add_piece(struct cube_process *p, struct pieces *to, const struct manifest_segment *piece,
    struct fault *f)
{
    struct manifest_segment *entry;
    int rc = -1;

    pthread_mutex_lock(&p->lock);
    entry = arena_append(&p->memory, &to->items, &to->count, sizeof *entry);
    if (entry == NULL) {
        fault_set_memory(f);
    } else {
        *entry = *piece;
        rc = join_pieces(p, to, f);
    }
    pthread_mutex_unlock(&p->lock);
    return rc;
}

static int
write_piece(
    struct cube_process *p, struct manifest_segment *piece, struct cube_builder *b, struct fault *f)
{
    struct text path = TEXT_INIT;
    struct segment_facts written;
    struct segment *s = NULL;

    pthread_mutex_lock(&p->lock);
    piece->number = p->next.next_number++;
    pthread_mutex_unlock(&p->lock);
    folder_segment_path(&path, text_get(&p->folder), piece->number);
    if (text_check(&path, f) == 0 &&
        segment_write(text_get(&path), cube_builder_cuboid(b), &written, f) == 0) {
        piece->facts = written.facts;
        piece->size_bytes = written.size_bytes;
        piece->checksum = written.checksum;
        s = sealing_open(piece, &p->next.model, text_get(&p->folder), f);
    }
    text_release(&path);
    segment_close(s);
    return s == NULL ? -1 : 0;
}

int
cube_process_write(
    struct cube_process *p, enum cube_part part, struct cube_builder *b, struct fault *f)
{
    struct pieces *to = &p->pieces[part_index(part)];
    struct manifest_segment piece;

    if (!cube_model_equal(cube_builder_model(b), &p->next.model))
        return fault_set(f, FAULT_INTERNAL, "facts were built under another model than the cube's");
    if (p->next.storage != CUBE_STORAGE_MEMORY)
        return fault_set(f, FAULT_INTERNAL, "a cube in direct mode stores no facts");
    if (to->sealed)
        return fault_set(f, FAULT_INTERNAL, "facts were added to a part that is sealed");
    if (cube_builder_finish(b, f) != 0)
        return -1;
    if (cube_builder_counts(b)->facts == 0)
        return 0;
    return write_piece(p, &piece, b, f) == 0 ? add_piece(p, to, &piece, f) : -1;
}

/* ---- sealing ---- */

/* Waits for the part under way: its segments are then what readers will see. */
static int
finish_sealing(struct cube_process *p, struct fault *f)
{
    struct manifest_part *to = &p->next.parts[p->sealing_part];
    struct manifest_segment sealed, *entry;

    if (!p->is_sealing)
        return 0;
    p->is_sealing = false;
    if (sealing_finish(&p->sealing, &sealed, f) != 0)
        return -1;
    to->segment_count = p->sealing_first;
    if ((entry = arena_append(&p->memory, &to->segments, &to->segment_count, sizeof *entry)) ==
        NULL)
        return fault_set_memory(f);
    *entry = sealed;
    to->facts = 0;
    for (size_t i = 0; i < to->segment_count; i++)
        to->facts += to->segments[i].facts;
    return 0;
}

/* The segments that stay as they are; the others are joined with the new pieces. */
static int
count_staying(
    const struct manifest_part *part, const struct pieces *pieces, size_t *staying, struct fault *f)
{
    uint64_t *sizes = calloc(part->segment_count + 1, sizeof *sizes);

    if (sizes == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < part->segment_count; i++)
        sizes[i] = part->segments[i].size_bytes;
    for (size_t i = 0; i < pieces->count; i++)
        sizes[part->segment_count] += pieces->items[i].size_bytes;
    *staying = tiers_join(sizes, part->segment_count + 1, SEGMENT_FAN);
    free(sizes);
    return 0;
}

/* The segments first .. of the part and the pieces become one. */
static int
begin_sealing(struct cube_process *p, size_t index, size_t first, struct fault *f)
{
    const struct manifest_part *part = &p->next.parts[index];
    const struct pieces *pieces = &p->pieces[index];
    size_t joined = part->segment_count - first, count = joined + pieces->count;
    struct manifest_segment *all = calloc(count, sizeof *all);
    uint64_t first_number = p->next.next_number;
    int rc;

    if (all == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < count; i++)
        all[i] = i < joined ? part->segments[first + i] : pieces->items[i - joined];
    p->next.next_number += count - 1;
    p->sealing_part = index;
    p->sealing_first = first;
    rc = sealing_begin(
        &p->sealing, &p->next.model, text_get(&p->folder), all, count, first_number, f);
    p->is_sealing = rc == 0;
    free(all);
    return rc;
}

int
cube_process_seal(struct cube_process *p, enum cube_part part, struct fault *f)
{
    size_t index = part_index(part), staying = 0;
    struct pieces *pieces = &p->pieces[index];

    if (pieces->sealed || pieces->count == 0)
        return 0;
    pieces->sealed = true;
    if (finish_sealing(p, f) != 0 || count_staying(&p->next.parts[index], pieces, &staying, f) != 0)
        return -1;
    return begin_sealing(p, index, staying, f);
}

/* ---- the end ---- */

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
    const struct pieces *pieces = &p->pieces[part_index(part)];
    const struct manifest_part *old = &p->old.parts[part_index(part)];
    bool is_kept = p->kind == CUBE_PROCESS_ADD && part_index(part) == MANIFEST_COMPLETED;
    size_t kept = is_kept && !only_new ? old->segment_count : 0;
    struct segment **segments = calloc(kept + pieces->count + 1, sizeof *segments);
    size_t count = 0;
    int rc = segments == NULL ? fault_set_memory(f) : 0;

    while (rc == 0 && count < kept + pieces->count) {
        const struct manifest_segment *known =
            count < kept ? &old->segments[count] : &pieces->items[count - kept];

        if ((segments[count] = sealing_open(known, &p->next.model, text_get(&p->folder), f)) ==
            NULL)
            rc = -1;
        else
            count++;
    }
    if (rc == 0)
        rc =
            cube_totals_of((const struct segment *const *)segments, count, &p->next.model, a, t, f);
    while (count > 0)
        segment_close(segments[--count]);
    free(segments);
    return rc;
}

int
cube_process_commit(struct cube_process *p, int64_t now_us, struct fault *f)
{
    struct fault ignored = FAULT_INIT;

    if (cube_process_seal(p, CUBE_PART_COMPLETED, f) != 0 ||
        cube_process_seal(p, CUBE_PART_ACTIVE, f) != 0 || finish_sealing(p, f) != 0)
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
    else if (p->old_is_damaged && ignored.kind == FAULT_DATA)
        folder_sweep(text_get(&p->folder), &p->old, &ignored);
}

void
cube_process_end(struct cube_process *p)
{
    if (p == NULL)
        return;
    sealing_release(&p->sealing);
    if (!p->published)
        take_back(p);
    if (p->folder_lock >= 0)
        close(p->folder_lock);
    text_release(&p->manifest_path);
    text_release(&p->folder);
    arena_release(&p->memory);
    free(p);
}

/* ---- aggregates of what is published ---- */

static int
index_segment(struct cube_process *p, const struct manifest_segment *known, struct fault *f)
{
    struct manifest_segment same;

    if (sealing_begin(&p->sealing, &p->next.model, text_get(&p->folder), known, 1, 0, f) != 0)
        return -1;
    return sealing_finish(&p->sealing, &same, f);
}

int
cube_index(const char *directory, const char *name, unsigned per_cent, unsigned threads,
    uint64_t memory_bytes, struct fault *f)
{
    struct cube_process *p = cube_process_begin(directory, name, CUBE_PROCESS_INDEXES, NULL, f);
    int rc = p == NULL ? -1 : 0;

    if (p != NULL) {
        cube_process_budget(p, per_cent, threads);
        cube_process_memory(p, memory_bytes);
    }
    for (size_t part = 0; rc == 0 && part < MANIFEST_PART_COUNT; part++) {
        for (size_t i = 0; rc == 0 && i < p->old.parts[part].segment_count; i++)
            rc = index_segment(p, &p->old.parts[part].segments[i], f);
    }
    cube_process_end(p);
    return rc == 0 ? 0 : fault_wrap(f, "index cube '%s'", name);
}
