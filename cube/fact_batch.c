#include "cube/fact_batch.h"

#include <stdlib.h>
#include <string.h>

int
fact_batch_init(struct fact_batch *b, struct cuboid *c, struct fault *f)
{
    *b = (struct fact_batch){.cuboid = c,
        .codes = calloc(BATCH_FACTS * c->model->dimension_count + 1, sizeof *b->codes),
        .values = calloc(BATCH_FACTS * c->model->source_count + 1, sizeof *b->values),
        .cells = calloc(BATCH_FACTS, sizeof *b->cells)};
    return b->codes == NULL || b->values == NULL || b->cells == NULL ? fault_set_memory(f) : 0;
}

void
fact_batch_release(struct fact_batch *b)
{
    free(b->codes);
    free(b->values);
    free(b->cells);
    *b = (struct fact_batch){.cuboid = NULL};
}

static int
find_cells(struct fact_batch *b, struct fault *f)
{
    struct cuboid *c = b->cuboid;

    if (b->count == 0)
        return 0;
    if (cuboid_cells(c, b->codes, b->count, b->cells, f) != 0)
        return -1;
    for (size_t i = 0; i < b->count; i++)
        c->tally.rows[b->cells[i]]++;
    return 0;
}

static struct value
to_value(enum value_type type, int64_t bits)
{
    struct value v = {.type = type};

    if (type == VALUE_FLOAT)
        memcpy(&v.as.real, &bits, sizeof bits);
    else
        v.as.integer = bits;
    return v;
}

static int
count_source(const struct fact_batch *b, size_t source, struct fault *f)
{
    struct cuboid *c = b->cuboid;
    size_t width = c->model->source_count;
    enum value_type type = c->model->sources[source].type;

    for (size_t i = 0; i < b->count; i++) {
        const struct fact_value *value = &b->values[i * width + source];
        struct value v = to_value(type, value->bits);

        if (value->there && tally_add(&c->tally, b->cells[i], source, &v, f) != 0)
            return fault_wrap(f, "source '%s'", c->model->sources[source].name);
    }
    return 0;
}

int
fact_batch_count(struct fact_batch *b, struct fault *f)
{
    int rc = find_cells(b, f);

    for (size_t i = 0; rc == 0 && i < b->cuboid->model->source_count; i++)
        rc = count_source(b, i, f);
    b->count = 0;
    return rc;
}

int
fact_batch_next(struct fact_batch *b, uint32_t **codes, struct fact_value **values, struct fault *f)
{
    if (b->count == BATCH_FACTS && fact_batch_count(b, f) != 0)
        return -1;
    *codes = b->codes + b->count * b->cuboid->model->dimension_count;
    *values = b->values + b->count * b->cuboid->model->source_count;
    return 0;
}

void
fact_batch_take(struct fact_batch *b)
{
    b->count++;
}
