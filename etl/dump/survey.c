#include "etl/dump/survey.h"

#include "config/base/interrupt.h"
#include "config/base/thread.h"

/* What is dealt out to two threads. */
struct work {
    const struct survey *survey;
    pthread_mutex_t lock;
    size_t next;
    bool stop;
};

struct looker {
    struct work *work;
    struct db *db;
    struct fault fault;
};

static int
look_at(const struct survey *s, struct db *db, struct history_unit *u, struct fault *f)
{
    int rc = history_mark(db, u, f);

    if (rc != 0)
        return -1;
    u->older = history_find_older(s->catalogue, s->database, u, s->encrypted, s->sealed_for);
    if (u->older == NULL || store_is_remote(s->store))
        return 0;
    rc = history_check_older(s->store, s->catalogue, u->older, f);
    u->is_sound = rc == 1;
    return rc < 0 ? -1 : 0;
}

/* The number of the next unit; their number when none is left. */
static size_t
take(struct work *w)
{
    size_t i;

    pthread_mutex_lock(&w->lock);
    i = w->stop ? w->survey->history->count : w->next;
    w->next += i < w->survey->history->count;
    pthread_mutex_unlock(&w->lock);
    return i;
}

static void
stop(struct work *w)
{
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_mutex_unlock(&w->lock);
}

static void *
look(void *state)
{
    struct looker *l = state;
    const struct survey *s = l->work->survey;
    size_t i;

    while ((i = take(l->work)) < s->history->count) {
        if (look_at(s, l->db, &s->history->units[i], &l->fault) != 0 ||
            interrupt_check(&l->fault) != 0) {
            stop(l->work);
            break;
        }
    }
    return NULL;
}

/* The caller's thread looks too. */
static int
share(struct work *w, struct fault *f)
{
    struct looker own = {.work = w, .db = w->survey->first};
    struct looker other = {.work = w, .db = w->survey->second};
    pthread_t thread;
    bool shared =
        other.db != NULL && w->survey->history->count > 1 && thread_start(&thread, look, &other);
    const struct fault *why;

    look(&own);
    if (shared)
        pthread_join(thread, NULL);
    why = own.fault.kind != FAULT_NONE ? &own.fault : &other.fault;
    if (why->kind == FAULT_NONE)
        return 0;
    if (f != NULL)
        *f = *why;
    return -1;
}

int
survey_run(const struct survey *s, struct fault *f)
{
    struct work w = {.survey = s};
    int rc;

    pthread_mutex_init(&w.lock, NULL);
    rc = share(&w, f);
    pthread_mutex_destroy(&w.lock);
    return rc;
}
