/*
 * relay: a stage of a chain in a thread of its own: it reads a source ahead of whoever wants the
 * bytes, with bounded memory.
 */
#ifndef CONFIG_BASE_RELAY_H
#define CONFIG_BASE_RELAY_H

#include "config/base/stream.h"

struct relay;

/* Reads `from`, which nobody else may use until the relay is freed, to its end or its first fault.
 * Owned by the caller; NULL with a fault. */
struct relay *relay_new(struct byte_source from, struct fault *f);

/* What it has read, and at the end its end or its fault. */
struct byte_source relay_source(struct relay *r);

/* Waits for the read under way. NULL is fine. */
void relay_free(struct relay *r);

#endif
