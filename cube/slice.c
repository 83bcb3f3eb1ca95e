#include "cube/slice.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/nearest.h"

bool
slice_member(const struct cube_model *m, const struct cube_slice *slice, struct value *member)
{
    *member = value_null();
    return slice->text == NULL || value_parse(cube_model_level(m, slice->level)->type, slice->text,
                                      strlen(slice->text), NULL, member, NULL) == 0;
}

bool
slice_is_label(const struct cube_model *m, const struct cube_slice *slice)
{
    const struct cube_level *level = cube_model_level(m, slice->level);

    return slice->text != NULL &&
           cube_level_label(level, slice->text, strlen(slice->text)) < level->label_count;
}

static int
compare_members(const void *left, const void *right)
{
    return value_compare(left, right);
}

/* In the order of the values, so that the hint is the same however the members were found. */
static struct value *
sorted(const struct value_set *members, struct arena *memory)
{
    struct value *values = arena_array(memory, members->count + 1, sizeof *values);

    if (values == NULL)
        return members->values;
    for (size_t i = 0; i < members->count; i++)
        values[i] = members->values[i];
    qsort(values, members->count, sizeof *values, compare_members);
    return values;
}

static int
hint_nearest(const struct cube_slice *slice, const struct value_set *members, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    const struct value *values = sorted(members, &memory);
    struct text name = TEXT_INIT;
    struct nearest nearest;

    nearest_init(&nearest, slice->text);
    for (size_t i = 0; i < members->count; i++) {
        size_t before = nearest.distance;

        text_clear(&name);
        value_add_text(&name, &values[i]);
        nearest_offer(&nearest, text_get(&name));
        if (nearest.distance != before)
            nearest.best = arena_strdup(&memory, nearest.best);
    }
    nearest_hint(&nearest, f);
    text_release(&name);
    arena_release(&memory);
    return -1;
}

int
slice_refuse(const struct cube_model *m, const struct cube_slice *slice,
    const struct value_set *members, struct fault *f)
{
    const char *dimension = m->dimensions[slice->level.dimension].name;
    const char *level = cube_model_level(m, slice->level)->name;

    if (slice->text == NULL)
        return fault_set(
            f, FAULT_DATA, "level '%s.%s' has no unknown (NULL) member", dimension, level);
    fault_set(f, FAULT_DATA, "level '%s.%s' has no member '%.200s'", dimension, level, slice->text);
    return hint_nearest(slice, members, f);
}
