/*
 * tally: what is counted and summed for each cell (or group): one row count, and for each source of
 * the model the number of non-NULL values, the exact sum, the least and the greatest value.
 *
 * Adding and merging commute: whatever the order, the same bits come out.
 */
#ifndef CUBE_TALLY_H
#define CUBE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/value.h"
#include "cube/exact.h"
#include "cube/model.h"

#define TALLY_ROW_COUNT ((size_t)-1) /* stands for the implicit measure */

struct tally_source {
    enum value_type type;
    unsigned keeps;    /* CUBE_KEEP_ bits */
    uint64_t *present; /* non-NULL values */
    int64_t *least; /* order keys, with CUBE_KEEP_RANGE; the greatest there is while present is 0 */
    int64_t *greatest;
    struct exact_column sum; /* with CUBE_KEEP_SUM */
};

struct tally {
    const struct cube_model *model; /* borrowed */
    size_t count;
    uint64_t *rows;
    struct tally_source *sources; /* one for each of the model's */
    /* private */
    size_t room;
};

/* Integers that sort as the values do (doubles: IEEE 754 total order), and back. */
int64_t tally_order_key(const struct value *v);
struct value tally_order_value(enum value_type type, int64_t key);

/* An empty tally; `model` must outlive it. 0, or -1 when memory runs out. */
int tally_init(struct tally *t, const struct cube_model *model, struct fault *f);
void tally_release(struct tally *t);

/* Forgets all cells with their memory; the other one keeps it. */
void tally_clear(struct tally *t);
void tally_restart(struct tally *t);

/* The memory they take. */
size_t tally_bytes(const struct tally *t);

/* Makes room for `count` cells without adding any. */
int tally_expect(struct tally *t, size_t count, struct fault *f);

/* Appends zero cells up to `count`. */
int tally_reserve(struct tally *t, size_t count, struct fault *f);

/* Adds one value that is not NULL and of the source's type (doubles finite) to a cell. */
int tally_add(struct tally *t, size_t cell, size_t source, const struct value *v, struct fault *f);

/* The building blocks of merging: extends the range of a cell by order keys. */
static inline void
tally_extend(struct tally_source *s, size_t cell, int64_t least, int64_t greatest)
{
    s->least[cell] = least < s->least[cell] ? least : s->least[cell];
    s->greatest[cell] = greatest > s->greatest[cell] ? greatest : s->greatest[cell];
}

/*
 * What somebody else found for a source in some facts. Their sum is terms[0] * 2^powers[0] + ...;
 * terms are INT or finite FLOAT, NULL adds nothing.
 */
enum { TALLY_TERMS = 2 };
struct tally_finding {
    uint64_t present;             /* non-NULL values; 0: the rest means nothing */
    struct value least, greatest; /* with CUBE_KEEP_RANGE */
    struct value terms[TALLY_TERMS];
    int powers[TALLY_TERMS]; /* -64 to 64 */
};

/* Adds such a finding to a cell. FAULT_DATA when it cannot be: a value of another type. */
int tally_take(struct tally *t, size_t cell, size_t source, const struct tally_finding *found,
    struct fault *f);

/* Adds a cell of the same tally, or of another one of the same model, to a cell. */
int tally_merge(
    struct tally *t, size_t cell, const struct tally *from, size_t from_cell, struct fault *f);

/* A measure's value for a cell; `measure` may be TALLY_ROW_COUNT. The sum of integers is an integer
 * while it fits, otherwise a double. */
struct value tally_measure(const struct tally *t, size_t cell, size_t measure);

/* The exact sum of a source that keeps it, as a value. */
struct value tally_sum(const struct tally *t, size_t cell, size_t source);

#endif
