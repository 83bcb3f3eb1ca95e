#include "etl/odbc/sender.h"

#include <stdlib.h>

#include "config/base/thread.h"

struct sender {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    sender_work work;
    void *state;
    void *piece; /* what is worked on; NULL: nothing */
    bool closing;
    struct fault why; /* of the first that failed */
};

static void *
run(void *state)
{
    struct sender *s = state;
    struct fault f = FAULT_INIT;

    pthread_mutex_lock(&s->lock);
    for (;;) {
        while (s->piece == NULL && !s->closing)
            pthread_cond_wait(&s->changed, &s->lock);
        if (s->piece == NULL)
            break;
        pthread_mutex_unlock(&s->lock);
        fault_clear(&f);
        s->work(s->state, s->piece, &f);
        pthread_mutex_lock(&s->lock);
        s->why = f;
        s->piece = NULL;
        pthread_cond_broadcast(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

struct sender *
sender_open(sender_work work, void *state, struct fault *f)
{
    struct sender *s = calloc(1, sizeof *s);

    if (s == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    s->work = work;
    s->state = state;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    if (thread_start(&s->thread, run, s))
        return s;
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
    fault_set(f, FAULT_INTERNAL, "no thread for sending rows can be started");
    return NULL;
}

void
sender_close(struct sender *s)
{
    if (s == NULL)
        return;
    pthread_mutex_lock(&s->lock);
    s->closing = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* With the lock held. */
static int
wait_for_piece(struct sender *s, struct fault *f)
{
    while (s->piece != NULL)
        pthread_cond_wait(&s->changed, &s->lock);
    if (s->why.kind == FAULT_NONE)
        return 0;
    if (f != NULL)
        *f = s->why;
    return -1;
}

int
sender_give(struct sender *s, void *piece, struct fault *f)
{
    int rc;

    pthread_mutex_lock(&s->lock);
    if ((rc = wait_for_piece(s, f)) == 0) {
        s->piece = piece;
        pthread_cond_broadcast(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
    return rc;
}

int
sender_wait(struct sender *s, struct fault *f)
{
    int rc;

    pthread_mutex_lock(&s->lock);
    rc = wait_for_piece(s, f);
    pthread_mutex_unlock(&s->lock);
    return rc;
}
