#include "etl/odbc/stream.h"

#include <stdlib.h>

#include "config/base/thread.h"
#include "etl/odbc/fetcher.h"

/* One is read, one is filled; those between outlast a moment in which the reader is held up. With a
 * sequel most statements' rows have room, and some of the next one's. */
enum { BLOCKS = 16, SEQUEL_BLOCKS = 48 };

struct stream {
    struct fetcher *fetcher;
    struct stream_sequel sequel; /* or its `next` is NULL */
    struct block blocks[SEQUEL_BLOCKS];
    size_t room;   /* so many of them are used */
    size_t filled; /* blocks ever; only the thread's once there is one */
    /* shared with the thread */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t given, freed; /* blocks ever; those between hold rows for the reader */
    int result;          /* of the last fetch: 1 while there may be more */
    bool stop;
    struct fault fault;
    /* only the reader's */
    const struct block *block; /* that is read; NULL before the first */
    size_t at;                 /* rows taken of it */
    pthread_t thread;
    bool threaded;
};

static struct stream *
open_stream(struct db *db, void *handle, const enum value_type *types, size_t count, bool wide,
    const struct stream_sequel *sequel, struct fault *f)
{
    struct stream *s = calloc(1, sizeof *s);

    if (s == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->result = 1;
    s->room = BLOCKS;
    if (sequel != NULL) {
        s->sequel = *sequel;
        s->room = SEQUEL_BLOCKS;
    }
    if ((s->fetcher = fetcher_new(db, handle, types, count, wide, f)) == NULL) {
        stream_close(s);
        return NULL;
    }
    return s;
}

struct stream *
stream_open(struct db *db, void *handle, const enum value_type *types, size_t count, bool wide,
    struct fault *f)
{
    return open_stream(db, handle, types, count, wide, NULL, f);
}

struct stream *
stream_open_sequel(struct db *db, void *handle, const enum value_type *types, size_t count,
    const struct stream_sequel *sequel, struct fault *f)
{
    return open_stream(db, handle, types, count, false, sequel, f);
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
    for (int i = 0; i < SEQUEL_BLOCKS; i++)
        block_release(&s->blocks[i]);
    fetcher_free(s->fetcher);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* ---- filling ---- */

/* Gives the reader all that was filled, and how it goes on. */
static void
give(struct stream *s, int result)
{
    pthread_mutex_lock(&s->lock);
    s->given = s->filled;
    s->result = result;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

/* 1 when the fetcher has the next statement's rows, 0, -1. */
static int
go_on(struct stream *s)
{
    void *handle;
    int rc;

    fetcher_leave(s->fetcher);
    if ((rc = s->sequel.next(s->sequel.state, &handle, &s->fault)) != 1)
        return rc;
    return fetcher_turn(s->fetcher, handle, &s->fault) == 0 ? 1 : -1;
}

/* Fills the next block: 1, 0 when there is nothing more, -1. */
static int
fill(struct stream *s)
{
    struct block *b = &s->blocks[s->filled % s->room];
    int rc;

    while ((rc = fetcher_next(s->fetcher, b, &s->fault)) == 0 && s->sequel.next != NULL) {
        give(s, 1);
        if ((rc = go_on(s)) != 1)
            return rc;
    }
    if (rc == 1 && s->sequel.note != NULL &&
        s->sequel.note(s->sequel.state, s->fetcher, b, &s->fault) != 0)
        rc = -1;
    s->filled += rc == 1;
    return rc;
}

/* ---- the thread ---- */

/* Waits for a block to fill. False when nobody wants it any more. */
static bool
wait_for_room(struct stream *s)
{
    bool wanted;

    pthread_mutex_lock(&s->lock);
    if (s->filled - s->freed == s->room) {
        s->given = s->filled;
        pthread_cond_broadcast(&s->changed);
    }
    while (s->filled - s->freed == s->room && !s->stop)
        pthread_cond_wait(&s->changed, &s->lock);
    wanted = !s->stop;
    pthread_mutex_unlock(&s->lock);
    return wanted;
}

static void *
read_ahead(void *state)
{
    struct stream *s = state;
    int result = 1;

    while (result == 1 && wait_for_room(s)) {
        result = fill(s);
        if (result != 1 || s->sequel.next == NULL)
            give(s, result);
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
    while (s->given == s->freed && s->result == 1)
        pthread_cond_wait(&s->changed, &s->lock);
    result = s->given > s->freed ? 1 : s->result;
    pthread_mutex_unlock(&s->lock);
    return result;
}

/* A few rows need no thread: it starts behind the first block that is full. */
static int
next_block(struct stream *s)
{
    int result;

    if (s->threaded)
        return next_of_thread(s);
    s->freed = s->filled;
    result = fill(s);
    give(s, result);
    /* From then on the result is the thread's: it may be at the end already. */
    if (result == 1 && fetcher_is_full(s->fetcher, &s->blocks[s->freed % s->room]))
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
        s->block = &s->blocks[s->freed % s->room];
        s->at = 0;
    }
    if (fetcher_get_row(s->fetcher, s->block, s->at, row, f) != 0)
        return -1;
    s->at++;
    return 1;
}
