#include "cube/cuboid.h"

#include <stdlib.h>

static int
dimension_init(struct cuboid_dimension *d, size_t level_count, struct fault *f)
{
    tuples_init(&d->members, level_count);
    d->levels = calloc(level_count, sizeof *d->levels);
    return d->levels == NULL ? fault_set_memory(f) : 0;
}

static void
dimension_release(struct cuboid_dimension *d, size_t level_count)
{
    tuples_release(&d->members);
    for (size_t i = 0; d->levels != NULL && i < level_count; i++)
        value_set_release(&d->levels[i]);
    free(d->levels);
}

int
cuboid_init(struct cuboid *c, const struct cube_model *model, struct fault *f)
{
    *c = (struct cuboid){.model = model};
    tuples_init(&c->cells, model->dimension_count);
    c->dimensions = calloc(model->dimension_count + 1, sizeof *c->dimensions);
    if (c->dimensions == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < model->dimension_count; i++) {
        if (dimension_init(&c->dimensions[i], model->dimensions[i].level_count, f) != 0)
            return -1;
    }
    return tally_init(&c->tally, model, f);
}

void
cuboid_release(struct cuboid *c)
{
    tally_release(&c->tally);
    tuples_release(&c->cells);
    for (size_t i = 0; c->dimensions != NULL && i < c->model->dimension_count; i++)
        dimension_release(&c->dimensions[i], c->model->dimensions[i].level_count);
    free(c->dimensions);
    *c = (struct cuboid){.model = NULL};
}

void
cuboid_clear(struct cuboid *c)
{
    tuples_release(&c->cells);
    tally_clear(&c->tally);
}

size_t
cuboid_bytes(const struct cuboid *c)
{
    return tuples_bytes(&c->cells) + tally_bytes(&c->tally);
}

int
cuboid_member(
    struct cuboid *c, size_t dimension, const struct value *levels, uint32_t *code, struct fault *f)
{
    struct cuboid_dimension *d = &c->dimensions[dimension];
    uint32_t ids[CUBE_LEVEL_LIMIT];

    for (size_t i = 0; i < d->members.width; i++) {
        if (value_set_add(&d->levels[i], &levels[i], &ids[i], f) != 0)
            return -1;
    }
    return tuples_add(&d->members, ids, code, f);
}

int
cuboid_cells(
    struct cuboid *c, const uint32_t *codes, size_t count, uint32_t *cells, struct fault *f)
{
    if (tuples_add_many(&c->cells, codes, count, cells, f) != 0)
        return -1;
    return c->cells.count == c->tally.count ? 0 : tally_reserve(&c->tally, c->cells.count, f);
}
