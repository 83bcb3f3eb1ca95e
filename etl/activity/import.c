#include "etl/activity/import.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/interrupt.h"
#include "config/base/progress.h"
#include "etl/activity/backlog.h"
#include "etl/activity/hold.h"
#include "etl/activity/instance_set.h"
#include "etl/activity/position.h"
#include "etl/activity/rejects.h"
#include "etl/activity/storage.h"

/* Activities whose statements stay prepared, each of which takes memory here and in the driver. */
enum { WRITING_MAX = 16 };

struct import {
    struct db *primary;
    const struct definition *definition;
    const struct import_options *options;
    struct event_source *source;
    struct storage **storages; /* one an activity, when wanted */
    struct instance_set *batches;
    const struct backlog_batch *batch;
    size_t taken; /* of it, already saved */
    struct position position;
    struct rejects rejects;
    struct import_result *result;
};

/* The one activity that the source speaks of, "*" for several; NULL while none was met. */
static const char *
single_activity(const struct import *im)
{
    const char *single = NULL;

    for (size_t i = 0; i < im->definition->activity_count; i++) {
        if (im->storages[i] != NULL)
            single = single == NULL ? im->definition->activities[i].name : "*";
    }
    return single;
}

/* ---- a batch ---- */

static int
batch_of(struct import *im, size_t activity, struct instance_set **b, struct fault *f)
{
    *b = &im->batches[activity];
    if ((*b)->activity != NULL)
        return 0;
    if (im->storages[activity] == NULL) {
        im->storages[activity] = storage_new(im->primary, &im->definition->activities[activity], f);
        if (im->storages[activity] == NULL)
            return -1;
    }
    return instance_set_init(*b, &im->definition->activities[activity], f);
}

/* Those of all activities of the batch, before anything is read: an import that is given the second
 * one late would have an old view of the first. */
static int
hold_writers(struct import *im, struct fault *f)
{
    struct hold hold;

    for (size_t i = 0; i < im->definition->activity_count; i++) {
        if (im->batches[i].activity != NULL &&
            hold_begin(
                &hold, im->primary, im->definition->activities[i].name, HOLD_TRANSACTION, f) != 0)
            return -1;
    }
    return 0;
}

/* Looks the instances of all waiting records up. */
static int
load_batches(struct import *im, struct fault *f)
{
    for (size_t i = im->taken; i < im->batch->count; i++) {
        const struct event_record *record = &im->batch->items[i].record;
        struct instance_set *b;

        if (record->event_count == 0)
            continue;
        if (batch_of(im, record->events[0].activity, &b, f) != 0 ||
            instance_set_add_record(b, record, f) != 0)
            return -1;
    }
    if (hold_writers(im, f) != 0)
        return -1;
    for (size_t i = 0; i < im->definition->activity_count; i++) {
        if (im->batches[i].activity != NULL &&
            storage_load(im->storages[i], &im->batches[i], f) != 0)
            return -1;
    }
    return 0;
}

/* Applies one waiting record. A rejected one is written down, or is the end of the import. */
static enum apply_result
apply_one(struct import *im, const struct waiting *w, struct import_result *step, struct fault *f)
{
    enum apply_result result = APPLY_REJECTED;
    struct instance_set *b;

    if (w->reason == NULL && w->record.event_count > 0) {
        if (batch_of(im, w->record.events[0].activity, &b, f) != 0)
            return APPLY_FAULT;
        result = instance_set_apply(b, &w->record, f);
    }
    if (result == APPLY_DONE) {
        step->records++;
        step->events += w->record.event_count;
    } else if (result == APPLY_REJECTED) {
        step->rejected++;
        if (im->rejects.file == NULL) {
            fault_wrap(f, "record %llu", (unsigned long long)w->record.position);
            fault_hint(f, "%s", BACKLOG_REJECT_HINT);
            return APPLY_FAULT;
        }
        if (rejects_write(&im->rejects, w, w->reason != NULL ? w->reason : f->text, f) != 0)
            return APPLY_FAULT;
        fault_clear(f);
        result = APPLY_DONE;
    }
    return result;
}

static int
apply_records(struct import *im, size_t *next, struct import_result *step, struct fault *f)
{
    for (; *next < im->batch->count; (*next)++) {
        enum apply_result result = apply_one(im, &im->batch->items[*next], step, f);

        if (result == APPLY_FAULT)
            return -1;
        if (result == APPLY_SETTLE)
            break;
    }
    return 0;
}

/* The first few activities of a batch keep what they write with for the next one. */
static int
save_batches(struct import *im, struct import_result *step, struct fault *f)
{
    size_t saved = 0;

    for (size_t i = 0; i < im->definition->activity_count; i++) {
        if (im->batches[i].activity == NULL)
            continue;
        if (storage_save(im->storages[i], &im->batches[i], f) != 0)
            return -1;
        step->late += im->batches[i].late_events;
        if (++saved > WRITING_MAX)
            storage_rest(im->storages[i]);
    }
    return 0;
}

/* Before the transaction is rolled back: what is still being sent would be behind it otherwise. */
static void
forget_try(struct import *im)
{
    for (size_t i = 0; i < im->definition->activity_count; i++) {
        instance_set_release(&im->batches[i]);
        storage_free(im->storages[i]);
        im->storages[i] = NULL;
    }
}

static void
release_batches(struct import *im)
{
    for (size_t i = 0; i < im->definition->activity_count; i++)
        instance_set_release(&im->batches[i]);
}

/* As much of the batch as one set can hold, in one transaction. */
struct attempt {
    struct import *im;
    size_t next;
    uint64_t position;
    struct import_result step;
    int tries;
};

static int
take_records(struct attempt *b, struct fault *f)
{
    struct import *im = b->im;

    b->next = im->taken;
    b->position = im->position.record;
    b->step = (struct import_result){0};
    if (rejects_take_back(&im->rejects, f) != 0 || load_batches(im, f) != 0 ||
        apply_records(im, &b->next, &b->step, f) != 0 || save_batches(im, &b->step, f) != 0)
        return -1;
    if (b->next > im->taken)
        b->position = im->batch->items[b->next - 1].record.position;
    return position_write(&im->position, im->primary, b->position, &b->step, single_activity(im),
        b->next == im->batch->count && im->batch->last, f);
}

static int
batch_step(void *state, struct fault *f)
{
    struct attempt *b = state;
    int rc;

    /* What could not be committed is not known to the sets either. */
    if (b->tries++ > 0)
        forget_try(b->im);
    if ((rc = take_records(b, f)) != 0)
        forget_try(b->im);
    return rc;
}

static int
run_batch(struct import *im, struct fault *f)
{
    struct attempt b = {.im = im};
    int rc = db_transact(im->primary, DB_PATIENT, batch_step, &b, f);

    release_batches(im);
    if (rc != 0) {
        rejects_take_back(&im->rejects, NULL);
        return -1;
    }
    im->position.known = true;
    im->taken = b.next;
    im->position.record = b.position;
    im->result->records += b.step.records;
    im->result->events += b.step.events;
    im->result->late += b.step.late;
    im->result->rejected += b.step.rejected;
    return rejects_keep(&im->rejects, f);
}

/* A log that says nothing about any checkpoint is another process' log: its cases would become
 * empty instances. Judged by the records of the first batch. */
static int
check_relevance(const struct import *im, struct fault *f)
{
    enum source_format format = event_source_format(im->source);

    if (im->position.record > 0 || im->batch->count == 0 ||
        (format != FORMAT_XES && format != FORMAT_LONG_CSV))
        return 0;
    for (size_t i = 0; i < im->batch->count; i++) {
        const struct event_record *record = &im->batch->items[i].record;

        if (im->batch->items[i].reason != NULL)
            return 0;
        for (size_t k = 0; k < record->event_count; k++) {
            if (record->events[k].data_count > 0)
                return 0;
        }
    }
    fault_set(
        f, FAULT_DATA, "no event class or attribute of this log is a checkpoint of the activity");
    return fault_hint(f, "nightcube define makes an activity for the log; --map names attributes");
}

/* All of a batch of records: as many transactions as it takes. */
static int
take_batch(struct import *im, struct fault *f)
{
    im->taken = 0;
    im->result->skipped += im->batch->skipped;
    if (im->position.finished && im->batch->count == 0)
        return 0;
    if (check_relevance(im, f) != 0)
        return -1;
    do {
        if (run_batch(im, f) != 0)
            return -1;
    } while (im->taken < im->batch->count);
    return 0;
}

static int
take_all(struct import *im, struct backlog *backlog, struct fault *f)
{
    do {
        if ((im->batch = backlog_next(backlog, f)) == NULL)
            return -1;
        if (take_batch(im, f) != 0)
            return -1;
        progress_step(im->batch->progress);
    } while (!im->batch->last && interrupt_check(f) == 0);
    return im->batch->last ? 0 : -1;
}

static int
run_all(struct import *im, struct fault *f)
{
    struct backlog *backlog;
    uint64_t done, total;
    int rc = -1;

    event_source_progress(im->source, &done, &total);
    progress_begin("import", "bytes", total);
    backlog = backlog_open(im->source, im->position.record, im->rejects.file != NULL, f);
    if (backlog != NULL)
        rc = take_all(im, backlog, f);
    backlog_close(backlog);
    progress_finish();
    return rc;
}

/* ---- the whole ---- */

static int
prepare(struct import *im, const char *path, struct fault *f)
{
    size_t count = im->definition->activity_count;

    im->storages = calloc(count + 1, sizeof(struct storage *));
    im->batches = calloc(count + 1, sizeof *im->batches);
    if (im->storages == NULL || im->batches == NULL)
        return fault_set_memory(f);
    im->source = event_source_open(path, &im->options->source, im->definition, f);
    if (im->source == NULL || position_read(&im->position, im->primary, im->source, path, f) != 0)
        return -1;
    return rejects_open(&im->rejects, im->options->reject_file, path, im->position.known, f);
}

static void
release(struct import *im)
{
    for (size_t i = 0; im->storages != NULL && i < im->definition->activity_count; i++)
        storage_free(im->storages[i]);
    event_source_close(im->source);
    position_release(&im->position);
    free(im->storages);
    free(im->batches);
    rejects_close(&im->rejects);
}

int
import_run(struct db *primary, const struct definition *d, const char *path,
    const struct import_options *options, struct import_result *result, struct fault *f)
{
    struct import im = {.primary = primary, .definition = d, .options = options, .result = result};
    int rc;

    *result = (struct import_result){0};
    rc = prepare(&im, path, f);
    if (rc == 0)
        rc = run_all(&im, f);
    release(&im);
    return rc == 0 ? 0 : fault_wrap(f, "import '%s'", path);
}
