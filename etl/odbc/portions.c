#include "etl/odbc/portions.h"

void
portions_init(struct portions *p, int64_t first, int64_t last, uint64_t width)
{
    pthread_mutex_init(&p->lock, NULL);
    p->next = first;
    p->last = last;
    p->ended = first > last;
    p->width = width;
}

void
portions_release(struct portions *p)
{
    pthread_mutex_destroy(&p->lock);
}

bool
portions_take(struct portions *p, int64_t *from, int64_t *to)
{
    bool taken;

    pthread_mutex_lock(&p->lock);
    taken = !p->ended;
    if (taken) {
        uint64_t left = (uint64_t)p->last - (uint64_t)p->next;

        *from = p->next;
        p->ended = left < p->width;
        *to = p->ended ? p->last : (int64_t)((uint64_t)p->next + p->width - 1);
        p->next = p->ended ? p->last : *to + 1;
    }
    pthread_mutex_unlock(&p->lock);
    return taken;
}

void
portions_tell(struct portions *p, uint64_t rows, uint64_t wanted)
{
    pthread_mutex_lock(&p->lock);
    if (rows < wanted / 4 && p->width <= UINT64_MAX / 4)
        p->width *= 2;
    else if (rows > wanted && p->width > wanted)
        p->width /= 2;
    pthread_mutex_unlock(&p->lock);
}
