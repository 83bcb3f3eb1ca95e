/*
 * totals: grand totals of a cube's facts, to be compared with the facts' own after every build.
 */
#ifndef CUBE_TOTALS_H
#define CUBE_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/base/value.h"
#include "cube/store.h"

struct cube_source_total {
    const char *name;
    uint64_t present;     /* non-NULL values */
    bool has_sum;         /* a Sum or Avg measure wants it */
    struct value sum;     /* NULL of nothing, INT while it fits, otherwise rounded once */
    const char *sum_text; /* all its digits, "0" of nothing; NULL without has_sum */
    bool has_range;       /* a Min or Max measure wants it */
    struct value least, greatest;
};

struct cube_totals {
    uint64_t facts;
    struct cube_source_total *sources; /* one for each of the model's, in the arena */
    size_t source_count;
};

/* Of one part of a cube, read from its segments. */
int cube_totals(struct stored_cube *c, enum cube_part part, struct arena *a, struct cube_totals *t,
    struct fault *f);

/* Of `count` verified segments of one model. */
int cube_totals_of(const struct segment *const *segments, size_t count,
    const struct cube_model *model, struct arena *a, struct cube_totals *t, struct fault *f);

#endif
