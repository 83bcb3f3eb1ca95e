/* Where every statement from some point on fails, what is slept through is waited for nobody: the
 * clock goes on by as much at once, and a minute's patience takes moments. */
#include "tests/fault/shim.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic long skipped; /* ns */

int
nanosleep(const struct timespec *span, struct timespec *left)
{
    REAL(nanosleep);

    if (shim.mode != MODE_ODBC || !shim.persistent)
        return real(span, left);
    atomic_fetch_add(&skipped, span->tv_sec * 1000000000 + span->tv_nsec);
    return 0;
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
    REAL(clock_gettime);
    int rc = real(clock, t);

    if (rc == 0 && clock == CLOCK_MONOTONIC) {
        long ns = t->tv_nsec + atomic_load(&skipped);

        t->tv_sec += ns / 1000000000;
        t->tv_nsec = ns % 1000000000;
    }
    return rc;
}
