#include "cube/axis.h"

#include <stdlib.h>

void
axis_init(struct axis *a, const struct cube_model *model, struct cube_level_ref ref)
{
    *a = (struct axis){.ref = ref, .level = cube_model_level(model, ref)};
}

void
axis_release(struct axis *a)
{
    free(a->order);
    free(a->place);
    value_set_release(&a->values);
    a->order = a->place = NULL;
}

static const struct segment_level *
level_of(const struct axis *a, const struct segment *s)
{
    return &s->dimensions[a->ref.dimension].levels[a->ref.level];
}

int
axis_add(struct axis *a, const struct segment *s, struct fault *f)
{
    const struct segment_level *level = level_of(a, s);

    for (uint32_t i = 0; i < level->value_count; i++) {
        struct value v = segment_value(level, i);
        uint32_t id;

        if (value_set_add(&a->values, &v, &id, f) != 0)
            return -1;
    }
    return 0;
}

int
axis_sort(struct axis *a, struct fault *f)
{
    size_t count = a->values.count;

    a->order = malloc((count + 1) * sizeof *a->order);
    a->place = malloc((count + 1) * sizeof *a->place);
    if (a->order == NULL || a->place == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < count; i++)
        a->order[i] = (uint32_t)i;
    if (value_set_sort(&a->values, a->level, a->order, count, f) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        a->place[a->order[i]] = (uint32_t)i;
    return 0;
}

const struct value *
axis_member(const struct axis *a, uint32_t place)
{
    return &a->values.values[a->order[place]];
}

uint32_t
axis_find(const struct axis *a, const struct value *member)
{
    uint32_t id = value_set_find(&a->values, member);

    return id == VALUE_SET_NONE ? VALUE_SET_NONE : a->place[id];
}

/* Each distinct value is looked up once, however many members share it. */
uint32_t *
axis_places(const struct axis *a, const struct segment *s, struct fault *f)
{
    const struct segment_level *level = level_of(a, s);
    uint32_t member_count = s->dimensions[a->ref.dimension].member_count;
    uint32_t *of_value = malloc(((size_t)level->value_count + 1) * sizeof *of_value);
    uint32_t *places = malloc(((size_t)member_count + 1) * sizeof *places);

    if (of_value == NULL || places == NULL) {
        free(of_value);
        free(places);
        fault_set_memory(f);
        return NULL;
    }
    for (uint32_t i = 0; i < level->value_count; i++) {
        struct value v = segment_value(level, i);

        of_value[i] = axis_find(a, &v);
    }
    for (uint32_t i = 0; i < member_count; i++)
        /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): ids are below value_count. */
        places[i] = of_value[packed_get(&level->ids, i)];
    free(of_value);
    return places;
}
