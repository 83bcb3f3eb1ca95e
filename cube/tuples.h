/*
 * tuples: distinct tuples of 32-bit codes, numbered in order of arrival: the address of a cell, of
 * a member, of a group. Looking one up costs one hash, whatever the size of the domain.
 */
#ifndef CUBE_TUPLES_H
#define CUBE_TUPLES_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"

#define TUPLES_NONE UINT32_MAX

struct tuples {
    size_t width; /* codes in a tuple; 0 is fine */
    size_t count;
    uint32_t *codes; /* count * width; owned */
    /* private */
    size_t code_room;
    uint32_t *slots; /* open addressing: index, or TUPLES_NONE */
    size_t slot_count;
};

void tuples_init(struct tuples *t, size_t width);
void tuples_release(struct tuples *t);

/* Forgets all tuples and keeps the memory of their codes: of `width` codes from now on. */
void tuples_restart(struct tuples *t, size_t width);

/* The memory they take. */
size_t tuples_bytes(const struct tuples *t);

/* The index of a tuple, which is added when it is new (its index is then the former count).
 * 0, or -1: out of memory, or FAULT_DATA when there are 2^32 - 1. */
int tuples_add(struct tuples *t, const uint32_t *tuple, uint32_t *index, struct fault *f);

/* The same of `count` tuples, one behind the other; quicker. */
int tuples_add_many(
    struct tuples *t, const uint32_t *tuples, size_t count, uint32_t *indexes, struct fault *f);

/* Appends `count` tuples that are known to be new, under index count and on, without looking.
 * Returns where their codes are to be written; NULL with a fault as above. After the first
 * tuples_add it is no longer allowed. */
uint32_t *tuples_append(struct tuples *t, size_t count, struct fault *f);

/* The index, or TUPLES_NONE. */
uint32_t tuples_find(const struct tuples *t, const uint32_t *tuple);

/* The codes of a tuple; borrowed until the next addition. */
static inline const uint32_t *
tuples_get(const struct tuples *t, size_t index)
{
    return t->codes + index * t->width;
}

#endif
