#include "cube/sealing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/file.h"
#include "config/base/thread.h"
#include "cube/aggregate.h"
#include "cube/folder.h"
#include "cube/merge.h"
#include "cube/totals.h"

void
sealing_init(struct sealing *s, unsigned per_cent)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    *s = (struct sealing){.per_cent = per_cent,
        .threads = processors < 1 ? 1 : (unsigned)processors,
        .memory_bytes = (uint64_t)1 << 30,
        .fault = FAULT_INIT};
}

struct segment *
sealing_open(const struct manifest_segment *known, const struct cube_model *model,
    const char *folder, struct fault *f)
{
    struct text path = TEXT_INIT;
    struct segment *s = NULL;

    folder_segment_path(&path, folder, known->number);
    if (text_check(&path, f) == 0)
        s = segment_open(text_get(&path), f);
    if (s != NULL)
        segment_stream(s);
    if (s != NULL && (segment_verify(s, model, f) != 0 ||
                         ((s->checksum != known->checksum || s->facts != known->facts) &&
                             fault_set(f, FAULT_DATA, "is not what the manifest names") != 0))) {
        fault_wrap(f, "cube segment '%s'", text_get(&path));
        segment_close(s);
        s = NULL;
    }
    text_release(&path);
    if (s != NULL)
        segment_forget(s);
    return s;
}

/* ---- merging ---- */

static int
compare_totals(const struct cube_totals *a, const struct cube_totals *b, struct fault *f)
{
    bool same = a->facts == b->facts;

    for (size_t i = 0; i < a->source_count; i++) {
        const struct cube_source_total *x = &a->sources[i], *y = &b->sources[i];

        same = same && x->present == y->present &&
               (!x->has_sum || strcmp(x->sum_text, y->sum_text) == 0) &&
               (!x->has_range || (value_compare(&x->least, &y->least) == 0 &&
                                     value_compare(&x->greatest, &y->greatest) == 0));
    }
    return same ? 0
                : fault_set(f, FAULT_INTERNAL, "a merged segment does not hold what its parts do");
}

static int
check_merged(struct segment *const *parts, size_t count, const struct segment *whole,
    const struct cube_model *model, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct cube_totals before, after;
    int rc = -1;

    if (cube_totals_of((const struct segment *const *)parts, count, model, &memory, &before, f) ==
            0 &&
        cube_totals_of(&whole, 1, model, &memory, &after, f) == 0)
        rc = compare_totals(&before, &after, f);
    arena_release(&memory);
    return rc;
}

static struct segment *
merge_open(struct segment *const *parts, size_t count, const struct cube_model *model,
    const char *folder, struct manifest_segment *merged, struct fault *f)
{
    struct segment *whole = NULL;
    struct text path = TEXT_INIT;
    struct segment_facts written;

    folder_segment_path(&path, folder, merged->number);
    if (text_check(&path, f) == 0 &&
        segment_merge(text_get(&path), folder, parts, count, model, &written, f) == 0) {
        merged->facts = written.facts;
        merged->size_bytes = written.size_bytes;
        merged->checksum = written.checksum;
        whole = sealing_open(merged, model, folder, f);
    }
    text_release(&path);
    if (whole != NULL && check_merged(parts, count, whole, model, f) == 0)
        return whole;
    segment_close(whole);
    return NULL;
}

struct segment *
sealing_merge(const struct manifest_segment *pieces, size_t count, const struct cube_model *model,
    const char *folder, struct manifest_segment *merged, struct fault *f)
{
    struct segment *parts[MERGE_LIMIT], *whole = NULL;
    size_t opened = 0;

    while (
        opened < count && (parts[opened] = sealing_open(&pieces[opened], model, folder, f)) != NULL)
        opened++;
    if (opened == count)
        whole = merge_open(parts, count, model, folder, merged, f);
    while (opened > 0)
        segment_close(parts[--opened]);
    return whole;
}

/* Joins the last ones, as many as can be at once, until one is left. */
static int
merge_all(struct sealing *s)
{
    while (s->count > 1) {
        size_t count = s->count < MERGE_LIMIT ? s->count : MERGE_LIMIT;
        struct manifest_segment *first = s->pieces + s->count - count;
        struct manifest_segment merged = {.number = s->next_number++};

        segment_close(s->merged);
        s->merged = sealing_merge(first, count, s->model, s->folder, &merged, &s->fault);
        if (s->merged == NULL)
            return -1;
        *first = merged;
        s->count -= count - 1;
    }
    return 0;
}

/* ---- the thread ---- */

static int
write_aggregates(struct sealing *s, const char *path)
{
    struct segment *base = s->merged;
    struct aggregate_counts counts;
    int rc = -1;

    s->merged = NULL;
    if (base == NULL)
        base = sealing_open(&s->pieces[0], s->model, s->folder, &s->fault);
    if (base != NULL) {
        const struct aggregate_options options = {
            base->size_bytes / 100 * s->per_cent, s->threads, s->memory_bytes};

        rc = aggregates_write(path, base, s->model, &options, &counts, &s->fault);
    }
    segment_close(base);
    return rc;
}

/* A segment that had aggregates may get none now. */
static int
make_aggregates(struct sealing *s)
{
    struct text path = TEXT_INIT;
    int rc = -1;

    folder_aggregates_path(&path, s->folder, s->pieces[0].number);
    if (text_check(&path, &s->fault) == 0)
        rc = s->per_cent == 0 ? file_remove(text_get(&path), &s->fault)
                              : write_aggregates(s, text_get(&path));
    text_release(&path);
    return rc;
}

static void *
seal(void *state)
{
    struct sealing *s = state;

    s->rc = merge_all(s);
    if (s->rc == 0)
        s->rc = make_aggregates(s);
    segment_close(s->merged);
    s->merged = NULL;
    return NULL;
}

int
sealing_begin(struct sealing *s, const struct cube_model *model, const char *folder,
    const struct manifest_segment *pieces, size_t count, uint64_t first_number, struct fault *f)
{
    if ((s->pieces = malloc(count * sizeof *s->pieces)) == NULL)
        return fault_set_memory(f);
    memcpy(s->pieces, pieces, count * sizeof *s->pieces);
    s->count = count;
    s->model = model;
    s->folder = folder;
    s->next_number = first_number;
    s->running = thread_start(&s->thread, seal, s);
    if (!s->running)
        seal(s);
    return 0;
}

int
sealing_finish(struct sealing *s, struct manifest_segment *sealed, struct fault *f)
{
    int rc;

    if (s->running)
        pthread_join(s->thread, NULL);
    s->running = false;
    if (s->pieces == NULL)
        return 0;
    if ((rc = s->rc) == 0)
        *sealed = s->pieces[0];
    else if (f != NULL)
        *f = s->fault;
    free(s->pieces);
    s->pieces = NULL;
    s->rc = 0;
    s->fault = (struct fault)FAULT_INIT;
    return rc;
}

void
sealing_release(struct sealing *s)
{
    struct manifest_segment ignored;

    sealing_finish(s, &ignored, NULL);
}
