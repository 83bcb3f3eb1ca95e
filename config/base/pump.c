#include "config/base/pump.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/thread.h"

enum { BUFFERS = 12, BUFFER_BYTES = 512 * 1024 };

struct buffer {
    size_t size;
    char bytes[BUFFER_BYTES];
};

struct pump {
    struct byte_sink to;
    struct buffer *buffers; /* a ring */
    size_t held;            /* the caller's: bytes in the buffer behind those filled */
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under the lock: buffers filled and written so far; what the caller wants, how it went. */
    size_t filled, written;
    bool finished, stop;
    struct fault fault;
};

/* ---- the thread ---- */

/* The next buffer to write; NULL when there will be none. */
static const struct buffer *
wait_for_filled(struct pump *p)
{
    const struct buffer *b = NULL;

    pthread_mutex_lock(&p->lock);
    while (p->filled == p->written && !p->finished && !p->stop)
        pthread_cond_wait(&p->changed, &p->lock);
    if (p->filled > p->written && !p->stop)
        b = &p->buffers[p->written % BUFFERS];
    pthread_mutex_unlock(&p->lock);
    return b;
}

static void *
write_behind(void *state)
{
    struct pump *p = state;
    struct fault fault = FAULT_INIT;
    const struct buffer *b;
    int rc = 0;

    while (rc == 0 && (b = wait_for_filled(p)) != NULL) {
        rc = p->to.write(p->to.state, b->bytes, b->size, &fault);
        pthread_mutex_lock(&p->lock);
        p->written++;
        p->fault = fault;
        pthread_cond_signal(&p->changed);
        pthread_mutex_unlock(&p->lock);
    }
    return NULL;
}

static int
start(struct pump *p, struct fault *f)
{
    p->started = thread_start(&p->thread, write_behind, p);
    return p->started ? 0 : fault_set(f, FAULT_UNAVAILABLE, "the system gives no further thread");
}

static void
end_thread(struct pump *p, bool *how)
{
    if (!p->started)
        return;
    pthread_mutex_lock(&p->lock);
    *how = true;
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    p->started = false;
}

/* ---- the caller ---- */

struct pump *
pump_new(struct byte_sink to, struct fault *f)
{
    struct pump *p = calloc(1, sizeof *p);

    if (p == NULL || (p->buffers = malloc(BUFFERS * sizeof *p->buffers)) == NULL) {
        fault_set_memory(f);
        free(p);
        return NULL;
    }
    p->to = to;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    return p;
}

void
pump_free(struct pump *p)
{
    if (p == NULL)
        return;
    end_thread(p, &p->stop);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p->buffers);
    free(p);
}

static int
failed(const struct pump *p, struct fault *f)
{
    if (f != NULL)
        *f = p->fault;
    return -1;
}

/* Hands the full buffer to the thread, which starts with the first one, and waits for a free one.
 */
static int
turn(struct pump *p, struct fault *f)
{
    bool is_sound;

    if (!p->started && start(p, f) != 0)
        return -1;
    pthread_mutex_lock(&p->lock);
    p->buffers[p->filled % BUFFERS].size = p->held;
    p->filled++;
    p->held = 0;
    pthread_cond_signal(&p->changed);
    while (p->filled - p->written == BUFFERS && p->fault.kind == FAULT_NONE)
        pthread_cond_wait(&p->changed, &p->lock);
    is_sound = p->fault.kind == FAULT_NONE;
    pthread_mutex_unlock(&p->lock);
    return is_sound ? 0 : failed(p, f);
}

static int
pump_write(void *state, const void *bytes, size_t size, struct fault *f)
{
    struct pump *p = state;
    const char *from = bytes;

    if (p->finished)
        return fault_set(f, FAULT_INTERNAL, "bytes behind the end");
    while (size > 0) {
        size_t take = BUFFER_BYTES - p->held < size ? BUFFER_BYTES - p->held : size;

        memcpy(p->buffers[p->filled % BUFFERS].bytes + p->held, from, take);
        p->held += take;
        from += take;
        size -= take;
        if (p->held == BUFFER_BYTES && turn(p, f) != 0)
            return -1;
    }
    return 0;
}

struct byte_sink
pump_sink(struct pump *p)
{
    return (struct byte_sink){pump_write, p};
}

/* A few bytes need no thread. */
int
pump_finish(struct pump *p, struct fault *f)
{
    end_thread(p, &p->finished);
    p->finished = true;
    if (p->fault.kind != FAULT_NONE)
        return failed(p, f);
    return p->held == 0
               ? 0
               : p->to.write(p->to.state, p->buffers[p->filled % BUFFERS].bytes, p->held, f);
}
