/*
 * pump: a stage of a chain in a thread of its own: it writes to a sink behind whoever brings the
 * bytes, with bounded memory. (relay.h is the same for reading.)
 */
#ifndef CONFIG_BASE_PUMP_H
#define CONFIG_BASE_PUMP_H

#include "config/base/stream.h"

struct pump;

/* Writes to `to`, which nobody else may use until the pump was finished or freed. Owned by the
 * caller; NULL with a fault. */
struct pump *pump_new(struct byte_sink to, struct fault *f);

/* Takes bytes. A fault of `to` comes with a later call, or with pump_finish. */
struct byte_sink pump_sink(struct pump *p);

/* Waits until all has been written. What is written afterwards is a fault. */
int pump_finish(struct pump *p, struct fault *f);

/* Waits for the write under way; without a finish before it nothing more is written. NULL is fine.
 */
void pump_free(struct pump *p);

#endif
