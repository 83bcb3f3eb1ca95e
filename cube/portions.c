#include "cube/portions.h"

#include <stdlib.h>
#include <string.h>

/* ---- counting ---- */

static int
find_cells(struct cuboid *c, struct portion *p, struct fault *f)
{
    for (size_t i = 0; i < p->count; i++) {
        if (cuboid_cell(c, p->codes + i * c->cells.width, &p->cells[i], f) != 0)
            return -1;
        c->tally.rows[p->cells[i]]++;
    }
    return 0;
}

static struct value
to_value(enum value_type type, int64_t bits)
{
    struct value v = {.type = type};

    if (type == VALUE_FLOAT)
        memcpy(&v.as.real, &bits, sizeof bits);
    else
        v.as.integer = bits;
    return v;
}

static int
count_source(struct cuboid *c, const struct portion *p, size_t source, struct fault *f)
{
    size_t width = c->model->source_count;
    enum value_type type = c->model->sources[source].type;

    for (size_t i = 0; i < p->count; i++) {
        const struct fact_value *value = &p->values[i * width + source];
        struct value v = to_value(type, value->bits);

        if (value->there && tally_add(&c->tally, p->cells[i], source, &v, f) != 0)
            return fault_wrap(f, "source '%s'", c->model->sources[source].name);
    }
    return 0;
}

static int
count_portion(struct cuboid *c, struct portion *p, struct fault *f)
{
    int rc = find_cells(c, p, f);

    for (size_t i = 0; rc == 0 && i < c->model->source_count; i++)
        rc = count_source(c, p, i, f);
    p->count = 0;
    return rc;
}

/* ---- the thread ---- */

static void
count_handed(struct portions *p)
{
    struct fault f = FAULT_INIT;
    int rc = 0;

    if (!p->failed) {
        pthread_mutex_unlock(&p->lock);
        rc = count_portion(p->cuboid, p->handed, &f);
        pthread_mutex_lock(&p->lock);
    }
    if (rc != 0) {
        p->failed = true;
        p->fault = f;
    }
    p->handed->count = 0;
    p->handed = NULL;
    pthread_cond_broadcast(&p->changed);
}

static void *
work(void *state)
{
    struct portions *p = state;

    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (p->handed == NULL && !p->ending)
            pthread_cond_wait(&p->changed, &p->lock);
        if (p->handed == NULL)
            break;
        count_handed(p);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

int
portions_init(struct portions *p, struct cuboid *c, struct fault *f)
{
    *p = (struct portions){.cuboid = c,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
        .fault = FAULT_INIT};
    for (size_t i = 0; i < PORTION_COUNT; i++) {
        struct portion *item = &p->items[i];

        item->codes = calloc(PORTION_FACTS * c->model->dimension_count + 1, sizeof *item->codes);
        item->values = calloc(PORTION_FACTS * c->model->source_count + 1, sizeof *item->values);
        item->cells = calloc(PORTION_FACTS, sizeof *item->cells);
        if (item->codes == NULL || item->values == NULL || item->cells == NULL)
            return fault_set_memory(f);
    }
    return 0;
}

void
portions_release(struct portions *p)
{
    if (p->threaded) {
        pthread_mutex_lock(&p->lock);
        p->ending = true;
        pthread_cond_broadcast(&p->changed);
        pthread_mutex_unlock(&p->lock);
        pthread_join(p->thread, NULL);
    }
    for (size_t i = 0; i < PORTION_COUNT; i++) {
        free(p->items[i].codes);
        free(p->items[i].values);
        free(p->items[i].cells);
    }
    *p = (struct portions){.cuboid = NULL};
}

/* Waits for the portion under way. Small cubes never have a thread: the first full portion brings
 * it, and where none can be had the caller counts. */
static void
await(struct portions *p)
{
    pthread_mutex_lock(&p->lock);
    while (p->handed != NULL && p->threaded)
        pthread_cond_wait(&p->changed, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

static void
hand_over(struct portions *p, bool may_thread)
{
    await(p);
    pthread_mutex_lock(&p->lock);
    p->handed = &p->items[p->filling];
    p->filling = (p->filling + 1) % PORTION_COUNT;
    if (!p->threaded && may_thread)
        p->threaded = pthread_create(&p->thread, NULL, work, p) == 0;
    if (p->threaded)
        pthread_cond_broadcast(&p->changed);
    else
        count_handed(p);
    pthread_mutex_unlock(&p->lock);
}

static int
tell(struct portions *p, struct fault *f)
{
    int rc = 0;

    pthread_mutex_lock(&p->lock);
    if (p->failed) {
        rc = -1;
        if (f != NULL)
            *f = p->fault;
    }
    pthread_mutex_unlock(&p->lock);
    return rc;
}

int
portions_next(struct portions *p, uint32_t **codes, struct fact_value **values, struct fault *f)
{
    struct portion *item = &p->items[p->filling];

    if (item->count == PORTION_FACTS) {
        hand_over(p, true);
        if (tell(p, f) != 0)
            return -1;
        item = &p->items[p->filling];
    }
    *codes = item->codes + item->count * p->cuboid->model->dimension_count;
    *values = item->values + item->count * p->cuboid->model->source_count;
    return 0;
}

void
portions_take(struct portions *p)
{
    p->items[p->filling].count++;
}

int
portions_finish(struct portions *p, struct fault *f)
{
    if (p->items[p->filling].count > 0)
        hand_over(p, false);
    await(p);
    return tell(p, f);
}

void
portions_clear(struct portions *p)
{
    portions_finish(p, NULL);
    p->failed = false;
    p->fault = (struct fault)FAULT_INIT;
}
