#include "cube/lattice.h"

#include <stdlib.h>

/* Does a base member begin a new member at this depth? Members are sorted by their values. */
static bool
begins(const struct segment_dimension *d, uint32_t member, uint16_t depth)
{
    for (uint16_t i = 0; i < depth; i++) {
        if (packed_get(&d->levels[i].ids, member) != packed_get(&d->levels[i].ids, member - 1))
            return true;
    }
    return false;
}

static int
init_depth(
    struct lattice_depth *to, const struct segment_dimension *d, uint16_t depth, struct fault *f)
{
    to->of_base = malloc(((size_t)d->member_count + 1) * sizeof *to->of_base);
    to->first = malloc(((size_t)d->member_count + 1) * sizeof *to->first);
    if (to->of_base == NULL || to->first == NULL)
        return fault_set_memory(f);
    for (uint32_t i = 0; i < d->member_count; i++) {
        if (i == 0 || begins(d, i, depth))
            to->first[to->count++] = i;
        to->of_base[i] = to->count - 1;
    }
    return 0;
}

int
lattice_init(
    struct lattice *l, const struct segment *base, const struct cube_model *model, struct fault *f)
{
    *l = (struct lattice){base, model, calloc(model->dimension_count + 1, sizeof *l->dimensions)};
    if (l->dimensions == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < model->dimension_count; i++) {
        struct lattice_dimension *d = &l->dimensions[i];

        d->full = (uint16_t)model->dimensions[i].level_count;
        if ((d->depths = calloc((size_t)d->full + 1, sizeof *d->depths)) == NULL)
            return fault_set_memory(f);
        for (uint16_t k = 0; k < d->full; k++) {
            if (init_depth(&d->depths[k], &base->dimensions[i], k, f) != 0)
                return -1;
        }
        d->depths[d->full].count = base->dimensions[i].member_count;
    }
    return 0;
}

void
lattice_release(struct lattice *l)
{
    for (size_t i = 0; l->dimensions != NULL && i < l->model->dimension_count; i++) {
        struct lattice_dimension *d = &l->dimensions[i];

        for (uint16_t k = 0; d->depths != NULL && k < d->full; k++) {
            free(d->depths[k].of_base);
            free(d->depths[k].first);
        }
        free(d->depths);
    }
    free(l->dimensions);
    l->dimensions = NULL;
}

uint16_t
lattice_least(const struct lattice *l, size_t dimension, uint16_t depth)
{
    const struct lattice_depth *depths = l->dimensions[dimension].depths;

    while (depth > 0 && depths[depth - 1].count == depths[depth].count)
        depth--;
    return depth;
}

bool
lattice_covers(const struct lattice *l, const uint16_t *finer, const uint16_t *coarser)
{
    for (size_t i = 0; i < l->model->dimension_count; i++) {
        if (finer[i] < coarser[i])
            return false;
    }
    return true;
}

uint32_t *
lattice_places(
    const struct lattice *l, size_t dimension, uint16_t from, uint16_t to, struct fault *f)
{
    const struct lattice_depth *finer = &l->dimensions[dimension].depths[from];
    const struct lattice_depth *coarser = &l->dimensions[dimension].depths[to];
    uint32_t *places = malloc(((size_t)finer->count + 1) * sizeof *places);

    if (places == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    for (uint32_t i = 0; i < finer->count; i++) {
        uint32_t member = finer->first == NULL ? i : finer->first[i];

        places[i] = coarser->of_base == NULL ? member : coarser->of_base[member];
    }
    return places;
}

static int
roll(const struct lattice *l, const struct cells *cells, const uint16_t *from, const uint16_t *to,
    uint64_t expected, struct rollup_axis *axes, uint32_t *sizes, struct rollup *r, struct fault *f)
{
    size_t width = 0;

    for (size_t i = 0; i < l->model->dimension_count; i++) {
        if (to[i] == 0)
            continue;
        sizes[width] = l->dimensions[i].depths[to[i]].count;
        axes[width].dimension = i;
        if ((axes[width++].places = lattice_places(l, i, from[i], to[i], f)) == NULL)
            return -1;
    }
    rollup_restart(r, width);
    if (rollup_sizes(r, sizes, cells->count, expected, f) != 0)
        return -1;
    return rollup_add(r, cells, axes, NULL, 0, f);
}

int
lattice_roll(const struct lattice *l, const struct cells *cells, const uint16_t *from,
    const uint16_t *to, uint64_t expected, struct rollup *r, struct fault *f)
{
    size_t count = l->model->dimension_count;
    struct rollup_axis *axes = calloc(count + 1, sizeof *axes);
    uint32_t *sizes = calloc(count + 1, sizeof *sizes);
    int rc;

    rc = axes == NULL || sizes == NULL ? fault_set_memory(f)
                                       : roll(l, cells, from, to, expected, axes, sizes, r, f);
    for (size_t i = 0; axes != NULL && i < count; i++)
        free((void *)(uintptr_t)axes[i].places);
    free(axes);
    free(sizes);
    return rc;
}
