#include "config/base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/base/moment.h"

/* Set once by clock_init, before anything else runs. */
static int64_t fixed_now;
static bool is_fixed;

int
clock_init(struct fault *f)
{
    const char *text = getenv("NIGHTCUBE_NOW");

    is_fixed = text != NULL && text[0] != '\0';
    if (is_fixed && moment_parse(text, strlen(text), 0, &fixed_now) != 0) {
        fault_set(f, FAULT_USAGE, "NIGHTCUBE_NOW='%s' is no time", text);
        return fault_hint(f, "write it like 2026-11-20T02:00:00Z");
    }
    return 0;
}

int64_t
clock_now(void)
{
    struct timespec t;

    if (is_fixed)
        return fixed_now;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

bool
clock_is_fixed(void)
{
    return is_fixed;
}

double
clock_elapsed(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
