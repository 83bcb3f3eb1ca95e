#include "cube/explain.h"

#include "cube/aggregate.h"
#include "cube/design.h"
#include "cube/segment.h"

/* What is looked at. */
struct subject {
    const struct segment *segment;
    const struct aggregates *aggregates; /* NULL: none */
    const struct cube_model *model;
    const struct lattice *lattice;
};

/* The innermost level of each dimension that is kept; `depths` NULL: of all of them. */
static const char *
name_levels(const struct subject *s, const uint16_t *depths, struct explained *to, struct arena *a)
{
    struct text names = TEXT_INIT;
    const char *copy;

    for (size_t k = 0; k < s->model->dimension_count; k++) {
        const struct cube_dimension *d = &s->model->dimensions[k];
        size_t depth = depths == NULL ? d->level_count : depths[k];

        if (depth == 0)
            continue;
        text_add_format(&names, "%s%s.%s", to->dimension_count++ > 0 ? ", " : "", d->name,
            d->levels[depth - 1].name);
    }
    copy = names.failed ? NULL : arena_strdup(a, text_get(&names));
    text_release(&names);
    return copy;
}

static int
list_items(const struct subject *s, struct arena *a, struct explanation *e, struct fault *f)
{
    size_t aggregates = s->aggregates == NULL ? 0 : s->aggregates->count;

    e->count = aggregates + 1;
    if ((e->items = arena_array(a, e->count, sizeof *e->items)) == NULL)
        return fault_set_memory(f);
    e->items[0] = (struct explained){
        .cells = s->segment->cells.count, .bytes = s->segment->size_bytes, .reads = 100};
    for (size_t i = 0; i < aggregates; i++) {
        const struct aggregate *item = &s->aggregates->items[i];

        e->items[i + 1] = (struct explained){.cells = item->cells_count,
            .bytes = item->size_bytes,
            .reads = 100.0 * (double)item->cells_count / (double)e->items[0].cells};
    }
    for (size_t i = 0; i < e->count; i++) {
        const uint16_t *depths = i == 0 ? NULL : s->aggregates->items[i - 1].depths;

        if ((e->items[i].levels = name_levels(s, depths, &e->items[i], a)) == NULL)
            return fault_set_memory(f);
    }
    return 0;
}

/* The smallest cuboid that tells a combination's levels apart answers it. */
static size_t
find_answer(const struct subject *s, const struct explanation *e, const uint16_t *depths)
{
    size_t best = 0;

    for (size_t i = 1; i < e->count; i++) {
        if (e->items[i].cells < e->items[best].cells &&
            lattice_covers(s->lattice, s->aggregates->items[i - 1].depths, depths))
            best = i;
    }
    return best;
}

static int
count_answers(const struct subject *s, struct explanation *e, struct fault *f)
{
    struct design all = {.count = 0};
    int rc = design_all(&all, s->lattice, f);

    e->combinations = 1;
    e->items[0].answers = 1;
    for (size_t i = 0; rc == 0 && i < all.count; i++) {
        e->items[find_answer(s, e, all.cuboids[i].depths)].answers++;
        e->combinations++;
    }
    design_release(&all);
    return rc;
}

int
cube_explain(struct stored_cube *c, enum cube_part part, size_t index, struct arena *a,
    struct explanation *e, struct fault *f)
{
    struct fault local = FAULT_INIT;
    struct subject s = {.segment = cube_segment(c, part, index, f), .model = cube_model_of(c)};
    struct lattice lattice = {.dimensions = NULL};
    int rc = -1;

    *e = (struct explanation){.count = 0};
    if (s.segment == NULL)
        return -1;
    s.aggregates = cube_aggregates(c, part, index, &local);
    if (local.kind != FAULT_NONE) {
        if (f != NULL)
            *f = local;
        return -1;
    }
    if (lattice_init(&lattice, s.segment, s.model, f) == 0) {
        s.lattice = &lattice;
        if (list_items(&s, a, e, f) == 0)
            rc = count_answers(&s, e, f);
    }
    lattice_release(&lattice);
    return rc;
}
