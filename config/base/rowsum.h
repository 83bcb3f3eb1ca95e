/*
 * rowsum: checksums of a table's rows that do not depend on their order, to prove that two tables
 * hold the same rows: one for each column and one over whole rows (which notices values swapped
 * between rows).
 *
 * A cell's hash is XXH3-64 (xxHash specification) over its type and exact value, seeded with its
 * column's number; a sum is modulo 2^64. Against accident, not against an attacker: that is
 * SHA-256's part.
 */
#ifndef CONFIG_BASE_ROWSUM_H
#define CONFIG_BASE_ROWSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/value.h"

struct rowsum {
    uint64_t rows;
    uint64_t whole;
    uint64_t *columns; /* owned */
    size_t column_count;
};

#define ROWSUM_INIT                                                                                \
    {                                                                                              \
        .columns = NULL                                                                            \
    }

int rowsum_init(struct rowsum *s, size_t column_count, struct fault *f);
void rowsum_release(struct rowsum *s);

/* Adds one row of s->column_count cells. */
void rowsum_add(struct rowsum *s, const struct value *row);

/* Adds the rows of another one of as many columns. */
void rowsum_merge(struct rowsum *to, const struct rowsum *from);

bool rowsum_equal(const struct rowsum *a, const struct rowsum *b);

#endif
