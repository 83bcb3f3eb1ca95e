#include "config/definition/definition_move.h"

#include <string.h>

/* A kept cube on its way from the old activity view to the new one of that name. */
struct move {
    struct arena *memory;
    const struct definition *whole;
    const struct definition *from;
    const struct cube *cube;
    struct findings *list;
    const struct activity_view *old; /* in `whole` */
    const struct activity_view *new; /* in `from` */
};

/* A copy of an array; NULL when memory runs out. */
static void *
own_array(struct arena *memory, const void *items, size_t count, size_t size)
{
    void *copy = arena_array(memory, count + 1, size);

    if (copy != NULL && count > 0)
        memcpy(copy, items, count * size);
    return copy;
}

static struct view_column
find_column(const struct activity_view *v, const char *name)
{
    for (size_t i = 0; i < v->alias_count; i++) {
        if (strcmp(v->aliases[i].name, name) == 0)
            return (struct view_column){false, i};
    }
    for (size_t i = 0; i < v->duration_count; i++) {
        if (strcmp(v->durations[i].name, name) == 0)
            return (struct view_column){true, i};
    }
    return (struct view_column){false, NO_INDEX};
}

/* The column's place in the new activity view; a finding when it is gone or of another type.
 * `user` is what of the cube needs it. */
static void
move_column(const struct move *m, struct view_column *column, const char *user)
{
    const char *name = view_column_name(m->old, *column);
    struct view_column is = find_column(m->new, name);
    enum value_type was_type = view_column_type(m->whole, m->old, *column);

    if (is.index == NO_INDEX)
        findings_add(m->list, m->new->line,
            "activity view '%s' has no '%s' any more; '%s' of cube '%s' needs it", m->new->name,
            name, user, m->cube->name);
    else if (view_column_type(m->from, m->new, is) != was_type)
        findings_add(m->list, m->new->line,
            "'%s' of activity view '%s' was %s; '%s' of cube '%s' needs it so", name, m->new->name,
            data_type_name(was_type), user, m->cube->name);
    *column = is;
}

/* The same for what can be an alias only. */
static void
move_alias(const struct move *m, size_t *alias, const char *user)
{
    struct view_column column = {false, *alias};

    move_column(m, &column, user);
    *alias = column.index;
}

static int
move_dimension(const struct move *m, struct dimension *d)
{
    d->levels = own_array(m->memory, d->levels, d->level_count, sizeof *d->levels);
    d->stages = own_array(m->memory, d->stages, d->stage_count, sizeof *d->stages);
    if (d->levels == NULL || d->stages == NULL)
        return -1;
    for (size_t i = 0; i < d->level_count; i++)
        move_column(m, &d->levels[i], d->name);
    for (size_t i = 0; i < d->stage_count; i++)
        move_alias(m, &d->stages[i].timestamp_alias, d->stages[i].name);
    if (d->kind == DIMENSION_TIME)
        move_alias(m, &d->timestamp_alias, d->name);
    if (d->kind == DIMENSION_RANGE)
        move_column(m, &d->numeric, d->name);
    return 0;
}

static int
move_columns(const struct move *m, struct cube *c)
{
    c->measures = own_array(m->memory, c->measures, c->measure_count, sizeof *c->measures);
    c->dimensions = own_array(m->memory, c->dimensions, c->dimension_count, sizeof *c->dimensions);
    if (c->measures == NULL || c->dimensions == NULL)
        return -1;
    for (size_t i = 0; i < c->measure_count; i++)
        move_column(m, &c->measures[i].source, c->measures[i].name);
    for (size_t i = 0; i < c->dimension_count; i++) {
        if (move_dimension(m, &c->dimensions[i]) != 0)
            return -1;
    }
    return 0;
}

/* The activity view of that name over the same activity; NULL with a finding when there is none. */
static const struct activity_view *
find_activity_view(const struct move *m, const struct view *v)
{
    const char *activity = m->whole->activities[m->old->activity].name;

    for (size_t i = 0; i < v->activity_view_count; i++) {
        const struct activity_view *av = &v->activity_views[i];

        if (strcmp(av->name, m->old->name) != 0)
            continue;
        if (strcmp(m->from->activities[av->activity].name, activity) == 0)
            return av;
        findings_add(m->list, av->line,
            "activity view '%s' was over activity '%s'; cube '%s' needs it so", av->name, activity,
            m->cube->name);
        return NULL;
    }
    findings_add(m->list, v->line,
        "view '%s' has no activity view '%s' any more; cube '%s' reads it", v->name, m->old->name,
        m->cube->name);
    return NULL;
}

int
definition_move_cube(struct arena *memory, const struct definition *whole,
    const struct definition *from, struct cube *cube, struct findings *list)
{
    const struct view *view = definition_find_view(from, whole->views[cube->view].name);
    struct move m = {memory, whole, from, cube, list, cube_activity_view(whole, cube), NULL};

    if (view == NULL || (m.new = find_activity_view(&m, view)) == NULL)
        return 0;
    cube->activity_view = (size_t)(m.new - view->activity_views);
    return move_columns(&m, cube);
}
