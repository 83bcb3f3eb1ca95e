#include "etl/activity/backlog.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/arena.h"
#include "config/base/thread.h"

enum { BATCH_RECORDS = 4000, BATCH_BYTES = 8 * 1024 * 1024, SLOTS = 2 };

/* A batch and what it lives in. It is the reader's until it is full, then the taker's. */
struct slot {
    struct backlog_batch batch;
    struct arena memory;
    size_t bytes;
    bool full;
    struct fault why; /* of a batch that could not be read */
};

struct backlog {
    struct event_source *source;
    uint64_t position;
    bool keep_bad;
    struct slot slots[SLOTS];
    size_t next; /* the slot that is taken next */
    bool taking; /* the one before it is with the taker */
    pthread_t reader;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool closing;
};

/* ---- copies of records ---- */

static int
copy_value(struct slot *s, struct value *v)
{
    char *bytes;

    if (v->type != VALUE_TEXT && v->type != VALUE_BYTES)
        return 0;
    if ((bytes = arena_strndup(&s->memory, v->as.text.bytes, v->as.text.length)) == NULL)
        return -1;
    v->as.text.bytes = bytes;
    s->bytes += v->as.text.length;
    return 0;
}

static int
copy_event(struct slot *s, struct event *e)
{
    struct event_datum *data = arena_array(&s->memory, e->data_count, sizeof *data);
    struct value *const values[] = {&e->id, &e->token, &e->reference.name, &e->reference.type,
        &e->reference.data, &e->reference.long_data};

    if (data == NULL)
        return -1;
    if (e->data_count > 0)
        memcpy(data, e->data, e->data_count * sizeof *data);
    e->data = data;
    s->bytes += e->data_count * sizeof *data;
    for (size_t i = 0; i < e->data_count; i++) {
        if (copy_value(s, &data[i].value) != 0)
            return -1;
    }
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (copy_value(s, values[i]) != 0)
            return -1;
    }
    return 0;
}

/* Puts a copy of the record at the end of the batch; `reason` when it is rejected. */
static int
add(struct slot *s, const struct event_record *record, const char *reason, struct fault *f)
{
    struct waiting *w = &s->batch.items[s->batch.count];
    struct event *events = arena_array(&s->memory, record->event_count, sizeof *events);

    *w = (struct waiting){.record = *record};
    if (events == NULL)
        return fault_set_memory(f);
    if (record->event_count > 0)
        memcpy(events, record->events, record->event_count * sizeof *events);
    w->record.events = events;
    if (record->raw != NULL) {
        w->record.raw = arena_strndup(&s->memory, record->raw, record->raw_length);
        s->bytes += record->raw_length;
        if (w->record.raw == NULL)
            return fault_set_memory(f);
    }
    for (size_t i = 0; i < record->event_count; i++) {
        if (copy_event(s, &events[i]) != 0)
            return fault_set_memory(f);
    }
    if (reason != NULL && (w->reason = arena_strdup(&s->memory, reason)) == NULL)
        return fault_set_memory(f);
    s->batch.count++;
    return 0;
}

/* ---- reading ---- */

static int
add_bad(struct backlog *b, struct slot *s, struct event_record *record, struct fault *f)
{
    char reason[sizeof f->text];

    if (!b->keep_bad)
        return fault_hint(f, "%s", BACKLOG_REJECT_HINT);
    memcpy(reason, f->text, sizeof reason);
    fault_clear(f);
    record->event_count = 0;
    return add(s, record, reason, f);
}

/* Reads records until the batch is full. */
static int
fill(struct backlog *b, struct slot *s, struct fault *f)
{
    struct event_record record;
    uint64_t total;

    while (s->batch.count < BATCH_RECORDS && s->bytes < BATCH_BYTES) {
        enum source_result got = event_source_next(b->source, &record, f);
        int rc = 0;

        if (got == SOURCE_FAULT)
            return -1;
        if (got == SOURCE_END) {
            s->batch.last = true;
            break;
        }
        if (record.position <= b->position) {
            s->batch.skipped++;
            fault_clear(f);
            continue;
        }
        if (!b->keep_bad)
            record.raw = NULL;
        rc = got == SOURCE_RECORD ? add(s, &record, NULL, f) : add_bad(b, s, &record, f);
        if (rc != 0)
            return -1;
    }
    event_source_progress(b->source, &s->batch.progress, &total);
    return 0;
}

static void
empty(struct slot *s)
{
    arena_release(&s->memory);
    s->batch = (struct backlog_batch){.items = s->batch.items};
    s->bytes = 0;
    fault_clear(&s->why);
}

static void *
read_ahead(void *state)
{
    struct backlog *b = state;
    bool going = true;

    for (size_t at = 0; going; at = (at + 1) % SLOTS) {
        struct slot *s = &b->slots[at];

        pthread_mutex_lock(&b->lock);
        while (s->full && !b->closing)
            pthread_cond_wait(&b->changed, &b->lock);
        going = !b->closing;
        pthread_mutex_unlock(&b->lock);
        if (!going)
            break;
        empty(s);
        going = fill(b, s, &s->why) == 0 && !s->batch.last;
        pthread_mutex_lock(&b->lock);
        s->full = true;
        pthread_cond_broadcast(&b->changed);
        pthread_mutex_unlock(&b->lock);
    }
    return NULL;
}

/* ---- its life ---- */

static void
release(struct backlog *b)
{
    for (size_t i = 0; i < SLOTS; i++) {
        arena_release(&b->slots[i].memory);
        free(b->slots[i].batch.items);
    }
    pthread_cond_destroy(&b->changed);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

static int
make_slots(struct backlog *b, struct fault *f)
{
    for (size_t i = 0; i < SLOTS; i++) {
        b->slots[i].batch.items = calloc(BATCH_RECORDS, sizeof(struct waiting));
        if (b->slots[i].batch.items == NULL)
            return fault_set_memory(f);
    }
    return 0;
}

struct backlog *
backlog_open(struct event_source *source, uint64_t position, bool keep_bad, struct fault *f)
{
    struct backlog *b = calloc(1, sizeof *b);

    if (b == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    b->source = source;
    b->position = position;
    b->keep_bad = keep_bad;
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->changed, NULL);
    if (make_slots(b, f) == 0) {
        if (thread_start(&b->reader, read_ahead, b))
            return b;
        fault_set(f, FAULT_INTERNAL, "no thread for reading events can be started");
    }
    release(b);
    return NULL;
}

void
backlog_close(struct backlog *b)
{
    if (b == NULL)
        return;
    pthread_mutex_lock(&b->lock);
    b->closing = true;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
    pthread_join(b->reader, NULL);
    release(b);
}

/* ---- taking ---- */

const struct backlog_batch *
backlog_next(struct backlog *b, struct fault *f)
{
    struct slot *s = &b->slots[b->next];

    pthread_mutex_lock(&b->lock);
    if (b->taking) {
        b->slots[(b->next + SLOTS - 1) % SLOTS].full = false;
        pthread_cond_broadcast(&b->changed);
    }
    while (!s->full)
        pthread_cond_wait(&b->changed, &b->lock);
    pthread_mutex_unlock(&b->lock);
    b->taking = true;
    b->next = (b->next + 1) % SLOTS;
    if (s->why.kind == FAULT_NONE)
        return &s->batch;
    if (f != NULL)
        *f = s->why;
    return NULL;
}
