#include "etl/odbc/stream.h"

#include <stdlib.h>

#include "config/base/thread.h"
#include "etl/odbc/fetcher.h"

/* One is read, one is filled; those between outlast a moment in which the reader is held up. */
enum { BLOCKS = 16 };

struct stream {
    struct fetcher *fetcher;
    struct block blocks[BLOCKS];
    /* shared with the thread */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t filled, freed; /* blocks ever; those between hold rows */
    uint64_t rows;        /* in them */
    int result;           /* of the last fetch: 1 while there may be more */
    bool stop;
    struct fault fault;
    /* only the reader's */
    const struct block *block; /* that is read; NULL before the first */
    size_t at;                 /* rows taken of it */
    uint64_t total;            /* rows there are, once that is known */
    pthread_t thread;
    bool threaded;
};

struct stream *
stream_open(struct db *db, void *handle, const enum value_type *types, size_t count, bool wide,
    struct fault *f)
{
    struct stream *s = calloc(1, sizeof *s);

    if (s == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->result = 1;
    if ((s->fetcher = fetcher_new(db, handle, types, count, wide, f)) == NULL) {
        stream_close(s);
        return NULL;
    }
    return s;
}

void
stream_close(struct stream *s)
{
    if (s == NULL)
        return;
    if (s->threaded) {
        pthread_mutex_lock(&s->lock);
        s->stop = true;
        pthread_cond_broadcast(&s->changed);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->thread, NULL);
    }
    for (int i = 0; i < BLOCKS; i++)
        block_release(&s->blocks[i]);
    fetcher_free(s->fetcher);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* ---- the thread ---- */

/* Waits for a block to fill. False when nobody wants it any more. */
static bool
wait_for_room(struct stream *s)
{
    bool go_on;

    pthread_mutex_lock(&s->lock);
    while (s->filled - s->freed == BLOCKS && !s->stop)
        pthread_cond_wait(&s->changed, &s->lock);
    go_on = !s->stop;
    pthread_mutex_unlock(&s->lock);
    return go_on;
}

static void
tell(struct stream *s, int result)
{
    pthread_mutex_lock(&s->lock);
    if (result == 1)
        s->rows += s->blocks[s->filled++ % BLOCKS].rows;
    s->result = result;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static void *
read_ahead(void *state)
{
    struct stream *s = state;
    int result = 1;

    while (result == 1 && wait_for_room(s)) {
        result = fetcher_next(s->fetcher, &s->blocks[s->filled % BLOCKS], &s->fault);
        tell(s, result);
    }
    return NULL;
}

/* ---- reading ---- */

/* Hands the block that was read back and waits for the next one. */
static int
next_of_thread(struct stream *s)
{
    int result;

    pthread_mutex_lock(&s->lock);
    s->freed++;
    pthread_cond_broadcast(&s->changed);
    while (s->filled == s->freed && s->result == 1)
        pthread_cond_wait(&s->changed, &s->lock);
    result = s->filled > s->freed ? 1 : s->result;
    s->total = s->result == 0 ? s->rows : 0;
    pthread_mutex_unlock(&s->lock);
    return result;
}

/* A few rows need no thread: it starts with the second block. */
static int
next_block(struct stream *s)
{
    int result;

    if (s->threaded)
        return next_of_thread(s);
    s->freed = s->filled;
    result = fetcher_next(s->fetcher, &s->blocks[s->filled % BLOCKS], &s->fault);
    tell(s, result);
    /* From then on the result is the thread's: it may be at the end already. */
    if (result == 1 && s->filled == 1 && fetcher_is_full(s->fetcher, &s->blocks[0]))
        s->threaded = thread_start(&s->thread, read_ahead, s);
    return result;
}

int
stream_next(struct stream *s, struct value *row, struct fault *f)
{
    if (s->block == NULL || s->at == s->block->rows) {
        int result = next_block(s);

        if (result < 0 && f != NULL)
            *f = s->fault;
        if (result != 1)
            return result;
        s->block = &s->blocks[s->freed % BLOCKS];
        s->at = 0;
    }
    if (fetcher_get_row(s->fetcher, s->block, s->at, row, f) != 0)
        return -1;
    s->at++;
    return 1;
}

uint64_t
stream_total(const struct stream *s)
{
    return s->total;
}

int
stream_last(const struct stream *s, struct value *row, struct fault *f)
{
    const struct block *b = &s->blocks[(s->filled - 1) % BLOCKS];

    return fetcher_get_row(s->fetcher, b, b->rows - 1, row, f);
}
