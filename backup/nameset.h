/*
 * nameset: names seen so far, to notice one that comes twice.
 */
#ifndef BACKUP_NAMESET_H
#define BACKUP_NAMESET_H

#include <stddef.h>

#include "config/base/arena.h"
#include "config/base/fault.h"

enum { NAMESET_LIMIT = 1000000 };

struct nameset {
    struct arena names;
    const char **slots; /* owned; a power of two of them, NULL = free */
    size_t slot_count;
    size_t count;
};

#define NAMESET_INIT                                                                               \
    {                                                                                              \
        .names = ARENA_INIT                                                                        \
    }

void nameset_release(struct nameset *s);

/* Adds a name. FAULT_DATA when it is there already, or when there are NAMESET_LIMIT names. */
int nameset_add(struct nameset *s, const char *name, struct fault *f);

#endif
