/*
 * model: what a cube is made of: dimensions with levels, sources (the fact columns that are
 * measured) and measures over them. Plain structs: the caller fills them, the cube keeps a copy of
 * its own.
 */
#ifndef CUBE_MODEL_H
#define CUBE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/base/value.h"

#define CUBE_NO_SOURCE ((size_t)-1)

enum {
    CUBE_DIMENSION_LIMIT = 256,
    CUBE_LEVEL_LIMIT = 256, /* per dimension */
    CUBE_LABEL_LIMIT = 4096,
    CUBE_SOURCE_LIMIT = 4096,
    CUBE_MEASURE_LIMIT = 4096,
    CUBE_NAME_LIMIT_BYTES = 512
};

/*
 * One attribute of a dimension's members. Members sort in their natural order, integers by size and
 * texts binary, or as `labels` lists them (ranges, progress stages; what is not listed comes
 * after). The NULL member sorts last.
 */
struct cube_level {
    const char *name;
    enum value_type type;      /* VALUE_INT or VALUE_TEXT */
    const char *const *labels; /* VALUE_TEXT only */
    size_t label_count;
};

struct cube_dimension {
    const char *name;
    const struct cube_level *levels; /* outer to inner */
    size_t level_count;
};

/* A column of the facts: VALUE_INT, VALUE_FLOAT, VALUE_TIME or VALUE_TEXT. */
struct cube_source {
    const char *name;
    enum value_type type;
};

/* Count counts facts, not values. Sum and Avg ignore NULL (Avg = sum / number of non-NULL values)
 * and want INT or FLOAT; Min and Max want INT, FLOAT or TIME. Of nothing they are NULL. */
enum cube_function { CUBE_COUNT, CUBE_SUM, CUBE_AVG, CUBE_MIN, CUBE_MAX, CUBE_FUNCTION_COUNT };

struct cube_measure {
    const char *name;
    enum cube_function function;
    size_t source; /* into the model's sources; for CUBE_COUNT also CUBE_NO_SOURCE */
};

struct cube_model {
    const struct cube_dimension *dimensions;
    size_t dimension_count;
    const struct cube_source *sources;
    size_t source_count;
    const struct cube_measure *measures;
    size_t measure_count;
};

/* A level by its place in the model. */
struct cube_level_ref {
    size_t dimension;
    size_t level;
};

static inline bool
cube_level_same(struct cube_level_ref a, struct cube_level_ref b)
{
    return a.dimension == b.dimension && a.level == b.level;
}

/* What must be kept of a source besides the number of its non-NULL values. */
enum { CUBE_KEEP_SUM = 1, CUBE_KEEP_RANGE = 2 };

/* "Count", "Sum", "Avg", "Min", "Max"; finding returns CUBE_FUNCTION_COUNT when there is none. */
const char *cube_function_name(enum cube_function function);
enum cube_function cube_function_find(const char *name);

/* 0, or FAULT_DATA: a limit, a name that is empty, taken, too long, not UTF-8 or that holds a
 * control character or one of . , = " (queries could not name it), a type that does not fit. */
int cube_model_check(const struct cube_model *m, struct fault *f);

/* A deep copy in the arena. 0, or -1 when memory runs out. */
int cube_model_copy(
    struct cube_model *into, const struct cube_model *from, struct arena *a, struct fault *f);

/* True when facts stored under one model can be added to under the other. */
bool cube_model_equal(const struct cube_model *a, const struct cube_model *b);

/* CUBE_KEEP_ bits: what the measures need of this source. */
unsigned cube_model_keeps(const struct cube_model *m, size_t source);

/* The level's description. */
const struct cube_level *cube_model_level(const struct cube_model *m, struct cube_level_ref ref);

/* Place of a label in the level's list, label_count when it is not listed. */
size_t cube_level_label(const struct cube_level *level, const char *bytes, size_t length);

#endif
