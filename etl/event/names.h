/*
 * names: numbers the names it is given, from 0 in order of their first appearance; a lookup costs
 * one hash (XXH3-64, xxHash specification).
 */
#ifndef ETL_EVENT_NAMES_H
#define ETL_EVENT_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"

struct name_entry {
    const char *bytes; /* NUL-terminated */
    size_t length;
    uint64_t hash;
};

struct names {
    struct arena memory;
    struct name_entry *entries; /* in the arena */
    size_t count;
    uint32_t *slots; /* index + 1, 0 empty; owned */
    size_t slot_count;
};

#define NAMES_INIT                                                                                 \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }
#define NAMES_NONE ((size_t)-1)

void names_release(struct names *n);

/* The number of a name, NAMES_NONE when it was never added. */
size_t names_find(const struct names *n, const char *bytes, size_t length);

/* The number of a name, new or known; NAMES_NONE when memory runs out. Copies the name. */
size_t names_add(struct names *n, const char *bytes, size_t length, struct fault *f);

#endif
