#include "config/base/relay.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/thread.h"

enum { BUFFERS = 4, BUFFER_BYTES = 256 * 1024 };

struct buffer {
    size_t size, taken;
    char bytes[BUFFER_BYTES];
};

struct relay {
    struct byte_source from;
    struct buffer *buffers; /* a ring */
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under the lock: buffers filled and freed so far; how the source ended. */
    size_t filled, freed;
    bool ended, stop;
    struct fault fault;
};

/* ---- the thread ---- */

static struct buffer *
wait_for_free(struct relay *r)
{
    struct buffer *b;

    pthread_mutex_lock(&r->lock);
    while (r->filled - r->freed == BUFFERS && !r->stop)
        pthread_cond_wait(&r->changed, &r->lock);
    b = r->stop ? NULL : &r->buffers[r->filled % BUFFERS];
    pthread_mutex_unlock(&r->lock);
    return b;
}

/* A full buffer, or one that holds what came before the end or a fault. False at either. */
static bool
fill(struct relay *r, struct buffer *b, struct fault *f)
{
    ssize_t n = 1;

    b->size = b->taken = 0;
    while (b->size < BUFFER_BYTES && n > 0) {
        n = r->from.read(r->from.state, b->bytes + b->size, BUFFER_BYTES - b->size, f);
        b->size += n > 0 ? (size_t)n : 0;
    }
    return n > 0;
}

static void *
read_ahead(void *state)
{
    struct relay *r = state;
    struct fault fault = FAULT_INIT;
    struct buffer *b;
    bool more = true;

    while (more && (b = wait_for_free(r)) != NULL) {
        more = fill(r, b, &fault);
        pthread_mutex_lock(&r->lock);
        r->filled++;
        r->ended = !more;
        r->fault = fault;
        pthread_cond_signal(&r->changed);
        pthread_mutex_unlock(&r->lock);
    }
    return NULL;
}

/* ---- the caller ---- */

struct relay *
relay_new(struct byte_source from, struct fault *f)
{
    struct relay *r = calloc(1, sizeof *r);

    if (r == NULL || (r->buffers = malloc(BUFFERS * sizeof *r->buffers)) == NULL) {
        fault_set_memory(f);
        free(r);
        return NULL;
    }
    r->from = from;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    r->started = thread_start(&r->thread, read_ahead, r);
    if (r->started)
        return r;
    relay_free(r);
    fault_set(f, FAULT_UNAVAILABLE, "the system gives no further thread");
    return NULL;
}

void
relay_free(struct relay *r)
{
    if (r == NULL)
        return;
    if (r->started) {
        pthread_mutex_lock(&r->lock);
        r->stop = true;
        pthread_cond_signal(&r->changed);
        pthread_mutex_unlock(&r->lock);
        pthread_join(r->thread, NULL);
    }
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    free(r->buffers);
    free(r);
}

/* The buffer with bytes to take; NULL at the end. */
static struct buffer *
wait_for_filled(struct relay *r)
{
    struct buffer *b = NULL;

    pthread_mutex_lock(&r->lock);
    for (;;) {
        while (r->filled == r->freed && !r->ended)
            pthread_cond_wait(&r->changed, &r->lock);
        if (r->filled == r->freed)
            break;
        b = &r->buffers[r->freed % BUFFERS];
        if (b->taken < b->size)
            break;
        b = NULL;
        r->freed++;
        pthread_cond_signal(&r->changed);
    }
    pthread_mutex_unlock(&r->lock);
    return b;
}

static ssize_t
relay_read(void *state, void *buffer, size_t size, struct fault *f)
{
    struct relay *r = state;
    struct buffer *b = wait_for_filled(r);

    if (b == NULL) {
        if (r->fault.kind == FAULT_NONE)
            return 0;
        if (f != NULL)
            *f = r->fault;
        return -1;
    }
    size = size < b->size - b->taken ? size : b->size - b->taken;
    memcpy(buffer, b->bytes + b->taken, size);
    b->taken += size;
    return (ssize_t)size;
}

struct byte_source
relay_source(struct relay *r)
{
    return (struct byte_source){relay_read, r};
}
