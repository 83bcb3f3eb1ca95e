#include <string.h>

#include "config/definition/definition.h"
#include "config/definition/name.h"
#include "config/definition/verbatim.h"

/* Strings may be absent. */
static int
copy_string(struct arena *m, const char **to, const char *from)
{
    *to = from == NULL ? NULL : arena_strdup(m, from);
    return from != NULL && *to == NULL ? -1 : 0;
}

static int
copy_head(struct arena *m, const char **name, const char **id)
{
    const char *old_name = *name;
    const char *old_id = *id;

    return copy_string(m, name, old_name) == 0 && copy_string(m, id, old_id) == 0 ? 0 : -1;
}

/* A copy of `count` elements, still with the old pointers in them; `*items` becomes the copy. Its
 * room is a power of two, as arena_append expects of an array that it may have to lengthen. */
static int
copy_array(struct arena *m, void *items, size_t count, size_t size)
{
    size_t room = 1;
    void *old;
    void *copy;

    while (room < count)
        room *= 2;
    memcpy(&old, items, sizeof old);
    if ((copy = arena_array(m, room, size)) == NULL)
        return -1;
    if (count > 0)
        memcpy(copy, old, count * size);
    memcpy(items, &copy, sizeof copy);
    return 0;
}

#define COPY_ARRAY(memory, items, count) copy_array(memory, &(items), count, sizeof *(items))

/* Each of these makes the pointers of one copied element its own; 0, or -1 when memory runs out. */
static int
own_activity(struct arena *m, struct activity *a)
{
    int rc = copy_head(m, &a->name, &a->id);

    rc |= COPY_ARRAY(m, a->checkpoints, a->checkpoint_count);
    rc |= COPY_ARRAY(m, a->indexes, a->index_count);
    rc |= COPY_ARRAY(m, a->origins, a->origin_count);
    for (size_t i = 0; rc == 0 && i < a->checkpoint_count; i++)
        rc = copy_head(m, &a->checkpoints[i].name, &a->checkpoints[i].id);
    for (size_t i = 0; rc == 0 && i < a->index_count; i++) {
        struct activity_index *index = &a->indexes[i];

        rc = copy_head(m, &index->name, &index->id);
        rc |= COPY_ARRAY(m, index->checkpoints.items, index->checkpoints.count);
    }
    for (size_t i = 0; rc == 0 && i < a->origin_count; i++)
        rc = copy_head(m, &a->origins[i].event, &a->origins[i].attribute);
    rc |= copy_head(m, &a->case_column, &a->class_column);
    rc |= copy_string(m, &a->time_column, a->time_column);
    return rc;
}

static int
own_activity_view(struct arena *m, struct activity_view *v)
{
    int rc = copy_head(m, &v->name, &v->id);

    rc |= COPY_ARRAY(m, v->aliases, v->alias_count);
    rc |= COPY_ARRAY(m, v->durations, v->duration_count);
    for (size_t i = 0; rc == 0 && i < v->alias_count; i++) {
        struct alias *alias = &v->aliases[i];

        rc = copy_head(m, &alias->name, &alias->id);
        rc |= COPY_ARRAY(m, alias->checkpoints.items, alias->checkpoints.count);
    }
    for (size_t i = 0; rc == 0 && i < v->duration_count; i++) {
        rc = copy_head(m, &v->durations[i].name, &v->durations[i].id);
        rc |= copy_string(m, &v->durations[i].resolution, v->durations[i].resolution);
    }
    return rc;
}

static int
own_view(struct arena *m, struct view *v, size_t first_activity)
{
    int rc = copy_head(m, &v->name, &v->id);

    rc |= COPY_ARRAY(m, v->activity_views, v->activity_view_count);
    for (size_t i = 0; rc == 0 && i < v->activity_view_count; i++) {
        rc = own_activity_view(m, &v->activity_views[i]);
        v->activity_views[i].activity += first_activity;
    }
    return rc;
}

static int
own_dimension(struct arena *m, struct dimension *d)
{
    int rc = copy_head(m, &d->name, &d->id);

    rc |= COPY_ARRAY(m, d->levels, d->level_count);
    rc |= COPY_ARRAY(m, d->time_levels, d->time_level_count);
    rc |= COPY_ARRAY(m, d->ranges, d->range_count);
    rc |= COPY_ARRAY(m, d->stages, d->stage_count);
    for (size_t i = 0; rc == 0 && i < d->range_count; i++)
        rc = copy_head(m, &d->ranges[i].name, &d->ranges[i].id);
    for (size_t i = 0; rc == 0 && i < d->stage_count; i++)
        rc = copy_head(m, &d->stages[i].name, &d->stages[i].id);
    return rc;
}

static int
own_aggregation(struct arena *m, struct real_time_aggregation *a)
{
    int rc = copy_head(m, &a->name, &a->id);

    rc |= COPY_ARRAY(m, a->measures.items, a->measures.count);
    rc |= COPY_ARRAY(m, a->dimensions.items, a->dimensions.count);
    return rc;
}

static int
own_cube(struct arena *m, struct cube *c, size_t first_view)
{
    int rc = copy_head(m, &c->name, &c->id);

    c->view += first_view;
    rc |= copy_string(m, &c->display_name, c->display_name);
    rc |= COPY_ARRAY(m, c->measures, c->measure_count);
    rc |= COPY_ARRAY(m, c->dimensions, c->dimension_count);
    rc |= COPY_ARRAY(m, c->aggregations, c->aggregation_count);
    for (size_t i = 0; rc == 0 && i < c->measure_count; i++)
        rc = copy_head(m, &c->measures[i].name, &c->measures[i].id);
    for (size_t i = 0; rc == 0 && i < c->dimension_count; i++)
        rc = own_dimension(m, &c->dimensions[i]);
    for (size_t i = 0; rc == 0 && i < c->aggregation_count; i++)
        rc = own_aggregation(m, &c->aggregations[i]);
    return rc;
}

static int
add_activities(struct definition *into, const struct definition *from)
{
    for (size_t i = 0; i < from->activity_count; i++) {
        struct activity *a =
            arena_append(&into->memory, &into->activities, &into->activity_count, sizeof *a);

        if (a == NULL)
            return -1;
        *a = from->activities[i];
        if (own_activity(&into->memory, a) != 0)
            return -1;
    }
    return 0;
}

static int
add_views(struct definition *into, const struct definition *from, size_t first_activity)
{
    for (size_t i = 0; i < from->view_count; i++) {
        struct view *v = arena_append(&into->memory, &into->views, &into->view_count, sizeof *v);

        if (v == NULL)
            return -1;
        *v = from->views[i];
        if (own_view(&into->memory, v, first_activity) != 0)
            return -1;
    }
    return 0;
}

static int
add_cubes(struct definition *into, const struct definition *from, size_t first_view)
{
    for (size_t i = 0; i < from->cube_count; i++) {
        struct cube *c = arena_append(&into->memory, &into->cubes, &into->cube_count, sizeof *c);

        if (c == NULL)
            return -1;
        *c = from->cubes[i];
        if (own_cube(&into->memory, c, first_view) != 0)
            return -1;
    }
    return 0;
}

/* The place that takes `xml` in already: the same text, or the one Alerts element; NULL when none.
 */
static const char **
find_verbatim(const struct definition *d, const char *xml)
{
    for (size_t i = 0; i < d->verbatim_count; i++) {
        if (strcmp(d->verbatim[i], xml) == 0 ||
            (verbatim_is_alerts(d->verbatim[i]) && verbatim_is_alerts(xml)))
            return &d->verbatim[i];
    }
    return NULL;
}

static int
add_verbatim(struct definition *into, const char *xml)
{
    const char **place = find_verbatim(into, xml);

    if (place == NULL) {
        place = arena_append(&into->memory, &into->verbatim, &into->verbatim_count, sizeof *place);
        return place == NULL || (*place = arena_strdup(&into->memory, xml)) == NULL ? -1 : 0;
    }
    if (strcmp(*place, xml) == 0)
        return 0;
    *place = verbatim_join_alerts(&into->memory, *place, xml);
    return *place == NULL ? -1 : 0;
}

static void
refuse_taken(struct findings *list, const char *what, const char *name, int line, const char *taken)
{
    if (name_is_same(name, taken))
        findings_add(list, line, "%s '%s' exists already%s%s%s", what, name,
            strcmp(name, taken) == 0 ? "" : " as '", strcmp(name, taken) == 0 ? "" : taken,
            strcmp(name, taken) == 0 ? "" : "'");
}

static void
check_taken(const struct definition *into, const struct definition *from, struct findings *list)
{
    for (size_t i = 0; i < from->activity_count; i++) {
        for (size_t j = 0; j < into->activity_count; j++)
            refuse_taken(list, "activity", from->activities[i].name, from->activities[i].line,
                into->activities[j].name);
    }
    for (size_t i = 0; i < from->view_count; i++) {
        for (size_t j = 0; j < into->view_count; j++)
            refuse_taken(
                list, "view", from->views[i].name, from->views[i].line, into->views[j].name);
    }
    for (size_t i = 0; i < from->cube_count; i++) {
        for (size_t j = 0; j < into->cube_count; j++)
            refuse_taken(
                list, "cube", from->cubes[i].name, from->cubes[i].line, into->cubes[j].name);
    }
}

int
definition_merge(
    struct definition *into, const struct definition *from, struct findings *list, struct fault *f)
{
    size_t before = list->count, found;
    size_t first_activity = into->activity_count;
    size_t first_view = into->view_count;

    check_taken(into, from, list);
    if (findings_since(list, before, &found, f) != 0)
        return -1;
    if (found > 0)
        return fault_set(f, FAULT_DATA, "%s: %zu name%s taken already", list->source, found,
            found == 1 ? " is" : "s are");
    if (add_activities(into, from) != 0 || add_views(into, from, first_activity) != 0 ||
        add_cubes(into, from, first_view) != 0)
        return fault_set_memory(f);
    for (size_t i = 0; i < from->verbatim_count; i++) {
        if (add_verbatim(into, from->verbatim[i]) != 0)
            return fault_set_memory(f);
    }
    return 0;
}
