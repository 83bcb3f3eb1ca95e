/*
 * scratch: working memory that lies in a file without a name, so that the system may put it aside.
 */
#ifndef CUBE_SCRATCH_H
#define CUBE_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"

struct scratch {
    unsigned char *bytes; /* NULL: none */
    size_t size_bytes;
};

/* Zeros, in a file in `folder` whose space is taken at once. 0, or -1: FAULT_IO (disk full), ...;
 * release is fine then too, and on zeros. */
int scratch_init(struct scratch *s, const char *folder, uint64_t size_bytes, struct fault *f);
void scratch_release(struct scratch *s);

/* What is in memory now need not stay there. */
void scratch_forget(const struct scratch *s);

#endif
