/*
 * clock: the present moment. NIGHTCUBE_NOW (RFC 3339) fixes it for tests and replays.
 */
#ifndef CONFIG_BASE_CLOCK_H
#define CONFIG_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "config/base/fault.h"

/* Reads NIGHTCUBE_NOW once, at start. FAULT_USAGE when it is set and no time. */
int clock_init(struct fault *f);

/* Now, in microseconds since 1970 (see moment.h): fixed when NIGHTCUBE_NOW is set. */
int64_t clock_now(void);
bool clock_is_fixed(void);

/* Seconds that really pass, for durations and progress; never fixed, never set back. */
double clock_elapsed(void);

#endif
