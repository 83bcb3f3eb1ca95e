/*
 * value_set: the distinct values of a level, numbered in order of arrival, with texts of their own.
 */
#ifndef CUBE_VALUE_SET_H
#define CUBE_VALUE_SET_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/base/value.h"
#include "cube/model.h"

#define VALUE_SET_NONE UINT32_MAX

/* No member is longer; BAM's longest text has 4,000 characters. */
enum { VALUE_SET_TEXT_LIMIT = 1024 * 1024 };

struct value_set {
    struct value *values; /* NULL, INT or TEXT; owned */
    size_t count;
    /* private */
    size_t room;
    uint32_t *slots;
    size_t slot_count;
    struct arena texts;
};

#define VALUE_SET_INIT                                                                             \
    {                                                                                              \
        .values = NULL                                                                             \
    }

void value_set_release(struct value_set *s);

/* The id of a value, which is copied in when it is new. 0, or -1 (memory; FAULT_DATA: too many, too
 * long). */
int value_set_add(struct value_set *s, const struct value *v, uint32_t *id, struct fault *f);

/* The id, or VALUE_SET_NONE. */
uint32_t value_set_find(const struct value_set *s, const struct value *v);

/* The order of a level's members: labels as listed, then natural order, NULL last. */
int cube_level_compare(
    const struct cube_level *level, const struct value *a, const struct value *b);

/*
 * Sorts `count` ids of the set in the level's order. Labels are looked up once, so that sorting
 * stays n log n. 0, or -1 when memory runs out.
 */
int value_set_sort(const struct value_set *s, const struct cube_level *level, uint32_t *ids,
    size_t count, struct fault *f);

#endif
