/*
 * progress: one line on a terminal that shows how far a long work is. Silent when stderr is no
 * terminal or progress was switched off. SIGUSR1 prints the same line once, anywhere.
 *
 * Works begin and end on the main thread; any thread may say how far one is.
 */
#ifndef CONFIG_BASE_PROGRESS_H
#define CONFIG_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/base/text.h"

/* Called once at start. */
void progress_init(bool wanted);

/* Is there somebody who looks? Then it is worth asking how much there will be. */
bool progress_is_shown(void);

/* Begins a work of `total` units (0: unknown), named for people: "import orders.csv", "rows".
 * Another work may begin inside; it shows until it finishes. `what` and `unit` are borrowed. */
void progress_begin(const char *what, const char *unit, uint64_t total);
void progress_finish(void);

/* How far the innermost work is. */
void progress_step(uint64_t done);

/* So much further is the innermost work that counts in this unit; nothing when none does. */
void progress_add(const char *unit, uint64_t more);

/* The line itself: "import [####....]  17% 3.0 MiB, 1.8 MiB/s, 1 min 12 s left". */
void progress_add_line(struct text *line, const char *what, const char *unit, uint64_t done,
    uint64_t total, double seconds);

/* Takes the line away before something else is printed. */
void progress_clear_line(void);

/* For the SIGUSR1 handler; async-signal-safe. The line is printed when a work is next further. */
void progress_ask(void);

#endif
