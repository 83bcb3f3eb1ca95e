/*
 * bench: what the measuring programs share. Each prints "name<TAB>number" lines, times in seconds,
 * that its script divides into ratios (lib/figures.sh).
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stddef.h>

#include "config/base/fault.h"

/* Seconds that really pass. */
double bench_seconds(void);

void bench_print(const char *name, double number);

/* Prints "peak_bytes": the largest resident size of this process so far. */
void bench_print_memory(void);

/* Says the fault on stderr; returns the exit code 1. */
int bench_failed(const struct fault *f);

/* The median; sorts `numbers`. -1 when there are none. */
double bench_median(double *numbers, size_t count);

#endif
