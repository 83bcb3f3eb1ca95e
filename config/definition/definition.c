#include "config/definition/definition.h"

#include <string.h>

#include "config/definition/definition_shape.h"

void
definition_release(struct definition *d)
{
    arena_release(&d->memory);
    *d = (struct definition)DEFINITION_INIT;
}

const char *
data_type_name(enum value_type type)
{
    for (size_t i = 0; data_type_names[i] != NULL; i++) {
        if (data_types[i] == type)
            return data_type_names[i];
    }
    return "?";
}

const struct activity *
definition_find_activity(const struct definition *d, const char *name)
{
    for (size_t i = 0; i < d->activity_count; i++) {
        if (strcmp(d->activities[i].name, name) == 0)
            return &d->activities[i];
    }
    return NULL;
}

const struct view *
definition_find_view(const struct definition *d, const char *name)
{
    for (size_t i = 0; i < d->view_count; i++) {
        if (strcmp(d->views[i].name, name) == 0)
            return &d->views[i];
    }
    return NULL;
}

const struct cube *
definition_find_cube(const struct definition *d, const char *name)
{
    for (size_t i = 0; i < d->cube_count; i++) {
        if (strcmp(d->cubes[i].name, name) == 0)
            return &d->cubes[i];
    }
    return NULL;
}

size_t
activity_find_checkpoint(const struct activity *a, const char *name)
{
    for (size_t i = 0; i < a->checkpoint_count; i++) {
        if (strcmp(a->checkpoints[i].name, name) == 0)
            return i;
    }
    return NO_INDEX;
}

size_t
activity_find_index(const struct activity *a, const char *name)
{
    for (size_t i = 0; i < a->index_count; i++) {
        if (strcmp(a->indexes[i].name, name) == 0)
            return i;
    }
    return NO_INDEX;
}

const struct activity_view *
cube_activity_view(const struct definition *d, const struct cube *c)
{
    return &d->views[c->view].activity_views[c->activity_view];
}

const struct activity *
cube_activity(const struct definition *d, const struct cube *c)
{
    return &d->activities[cube_activity_view(d, c)->activity];
}

const char *
view_column_name(const struct activity_view *v, struct view_column column)
{
    return column.is_duration ? v->durations[column.index].name : v->aliases[column.index].name;
}

enum value_type
view_column_type(
    const struct definition *d, const struct activity_view *v, struct view_column column)
{
    const struct alias *alias;

    if (column.is_duration)
        return VALUE_FLOAT;
    alias = &v->aliases[column.index];
    return d->activities[v->activity].checkpoints[alias->checkpoints.items[0]].type;
}
