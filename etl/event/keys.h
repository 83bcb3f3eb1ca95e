/*
 * keys: the checkpoints of an activity by the names that wide CSV and JSON Lines use: their own, or
 * the original name that an origin (a trace attribute) keeps.
 */
#ifndef ETL_EVENT_KEYS_H
#define ETL_EVENT_KEYS_H

#include <stddef.h>

#include "config/base/fault.h"
#include "config/definition/definition.h"
#include "etl/event/names.h"

struct keys {
    const struct activity *activity; /* borrowed */
    struct names names;
    size_t *checkpoints; /* by number in names; owned by the arena */
    struct arena memory;
};

int keys_init(struct keys *k, const struct activity *a, struct fault *f);
void keys_release(struct keys *k); /* of a zeroed or used one */

/* The checkpoint of that name; NO_INDEX with FAULT_DATA that hints at the nearest. */
size_t keys_find(const struct keys *k, const char *name, size_t length, struct fault *f);

#endif
