/*
 * portions: a stretch of whole numbers (rowids, keys) dealt out piece by piece to several threads.
 * The pieces grow where they turn out to be nearly empty.
 */
#ifndef ETL_ODBC_PORTIONS_H
#define ETL_ODBC_PORTIONS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct portions {
    pthread_mutex_t lock;
    int64_t next, last;
    bool ended;
    uint64_t width;
};

/* `first` > `last`: there is none. Portions are as wide as `width`, in rows, to begin with. */
void portions_init(struct portions *p, int64_t first, int64_t last, uint64_t width);
void portions_release(struct portions *p);

/* The next portion, both ends included; false when there is none left. */
bool portions_take(struct portions *p, int64_t *from, int64_t *to);

/* Says how many rows a portion held: the next ones shall hold about `wanted`. */
void portions_tell(struct portions *p, uint64_t rows, uint64_t wanted);

#endif
