#include <string.h>

#include "config/definition/definition.h"
#include "config/definition/definition_move.h"
#include "config/definition/name.h"

/*
 * A definition in the making. Its elements are borrowed from `whole` and `from`, and only what gets
 * new numbers is its own; the result is a copy of it. Nobody looks at it when there are findings.
 */
struct edit {
    const struct definition *whole;
    const struct definition *from;
    struct findings *list;
    struct definition draft;
    size_t *activity_places; /* index in `from` -> index in the draft */
    size_t *view_places;
};

/* Things that stand in an array and begin with their name. */
struct row {
    const char *what;
    const void *items;
    size_t count;
    size_t size;
};

static const char *
name_at(const struct row *row, size_t i)
{
    const char *name;

    memcpy(&name, (const char *)row->items + i * row->size, sizeof name);
    return name;
}

/* Where the thing of that name stands, NO_INDEX when there is none. One whose name differs only in
 * case would be a second one for some engines and a renaming for the others. */
static size_t
find_place(const struct row *row, const char *name, int line, struct findings *list)
{
    for (size_t i = 0; i < row->count; i++) {
        if (strcmp(name_at(row, i), name) == 0)
            return i;
    }
    for (size_t i = 0; i < row->count; i++) {
        if (name_is_same(name_at(row, i), name))
            findings_add(
                list, line, "%s '%s' exists already as '%s'", row->what, name, name_at(row, i));
    }
    return NO_INDEX;
}

/* A copy of an array in the draft, with room for `more`; NULL when memory runs out. */
static void *
own_array(struct edit *e, const void *items, size_t count, size_t more, size_t size)
{
    void *copy = arena_array(&e->draft.memory, count + more + 1, size);

    if (copy != NULL && count > 0)
        memcpy(copy, items, count * size);
    return copy;
}

/* What a checkpoint may not become. */
static void
check_checkpoint(const struct edit *e, const struct activity *old, const struct checkpoint *was,
    const struct activity *new)
{
    size_t at = activity_find_checkpoint(new, was->name);
    const struct checkpoint *is = at == NO_INDEX ? NULL : &new->checkpoints[at];

    if (is == NULL)
        findings_add(e->list, new->line,
            "checkpoint '%s' of activity '%s' is missing; an update neither drops nor renames one",
            was->name, old->name);
    else if (is->type != was->type)
        findings_add(e->list, is->line, "checkpoint '%s' of activity '%s' was %s and cannot be %s",
            was->name, old->name, data_type_name(was->type), data_type_name(is->type));
    else if (is->length < was->length)
        findings_add(e->list, is->line,
            "checkpoint '%s' of activity '%s' had %d characters and cannot be cut to %d", was->name,
            old->name, was->length, is->length);
}

static bool
has_same_checkpoints(const struct activity *a, const struct activity_index *of_a,
    const struct activity *b, const struct activity_index *of_b)
{
    if (of_a->checkpoints.count != of_b->checkpoints.count)
        return false;
    for (size_t i = 0; i < of_a->checkpoints.count; i++) {
        if (strcmp(a->checkpoints[of_a->checkpoints.items[i]].name,
                b->checkpoints[of_b->checkpoints.items[i]].name) != 0)
            return false;
    }
    return true;
}

/* An index of the old activity, over the same checkpoints at their new places. */
static int
keep_index(struct edit *e, const struct activity *old, const struct activity_index *was,
    struct activity *new)
{
    struct activity_index *kept = &new->indexes[new->index_count++];
    struct index_list *c = &kept->checkpoints;

    *kept = *was;
    if ((c->items = own_array(e, c->items, c->count, 0, sizeof *c->items)) == NULL)
        return -1;
    for (size_t i = 0; i < c->count; i++)
        c->items[i] = activity_find_checkpoint(new, old->checkpoints[c->items[i]].name);
    return 0;
}

/* What the new activity does not name stays: an operator may have set it. */
static int
keep_indexes(struct edit *e, const struct activity *old, struct activity *new)
{
    new->indexes =
        own_array(e, new->indexes, new->index_count, old->index_count, sizeof *new->indexes);
    if (new->indexes == NULL)
        return -1;
    for (size_t i = 0; i < old->index_count; i++) {
        const struct activity_index *was = &old->indexes[i];
        size_t at = activity_find_index(new, was->name);
        const struct activity_index *is = at == NO_INDEX ? NULL : &new->indexes[at];

        if (is == NULL && keep_index(e, old, was, new) != 0)
            return -1;
        if (is != NULL && !has_same_checkpoints(old, was, new, is))
            findings_add(e->list, is->line,
                "index '%s' of activity '%s' is over other checkpoints than before", was->name,
                old->name);
    }
    return 0;
}

/* The origins of the old activity, for the new one that brings none. */
static int
keep_origins(struct edit *e, const struct activity *old, struct activity *new)
{
    if (new->origin_count > 0 || old->origin_count == 0)
        return 0;
    new->origins = own_array(e, old->origins, old->origin_count, 0, sizeof *new->origins);
    if (new->origins == NULL)
        return -1;
    new->origin_count = old->origin_count;
    new->case_column = old->case_column;
    new->class_column = old->class_column;
    new->time_column = old->time_column;
    for (size_t i = 0; i < new->origin_count; i++)
        new->origins[i].checkpoint =
            activity_find_checkpoint(new, old->checkpoints[old->origins[i].checkpoint].name);
    return 0;
}

static int
replace_activity(struct edit *e, const struct activity *old, struct activity *new)
{
    for (size_t i = 0; i < old->checkpoint_count; i++)
        check_checkpoint(e, old, &old->checkpoints[i], new);
    return keep_indexes(e, old, new) == 0 ? keep_origins(e, old, new) : -1;
}

static int
place_activities(struct edit *e)
{
    const struct definition *w = e->whole, *from = e->from;
    const struct row row = {"activity", w->activities, w->activity_count, sizeof *w->activities};
    struct definition *d = &e->draft;

    d->activities =
        own_array(e, w->activities, w->activity_count, from->activity_count, sizeof *d->activities);
    e->activity_places = own_array(e, NULL, 0, from->activity_count, sizeof *e->activity_places);
    if (d->activities == NULL || e->activity_places == NULL)
        return -1;
    d->activity_count = w->activity_count;
    for (size_t i = 0; i < from->activity_count; i++) {
        const struct activity *a = &from->activities[i];
        size_t place = find_place(&row, a->name, a->line, e->list);
        bool is_new = place == NO_INDEX;

        if (is_new)
            place = d->activity_count++;
        d->activities[place] = *a;
        e->activity_places[i] = place;
        if (!is_new && replace_activity(e, &w->activities[place], &d->activities[place]) != 0)
            return -1;
    }
    return 0;
}

/* An activity view of a kept view: its activity has the place it had, but perhaps other
 * checkpoints. */
static int
move_activity_view(struct edit *e, struct activity_view *v)
{
    const struct activity *old = &e->whole->activities[v->activity];
    const struct activity *new = &e->draft.activities[v->activity];

    v->aliases = own_array(e, v->aliases, v->alias_count, 0, sizeof *v->aliases);
    if (v->aliases == NULL)
        return -1;
    for (size_t i = 0; i < v->alias_count; i++) {
        struct index_list *c = &v->aliases[i].checkpoints;

        if ((c->items = own_array(e, c->items, c->count, 0, sizeof *c->items)) == NULL)
            return -1;
        for (size_t j = 0; j < c->count; j++)
            c->items[j] = activity_find_checkpoint(new, old->checkpoints[c->items[j]].name);
    }
    return 0;
}

static int
own_activity_views(struct edit *e, struct view *v)
{
    v->activity_views =
        own_array(e, v->activity_views, v->activity_view_count, 0, sizeof *v->activity_views);
    return v->activity_views == NULL ? -1 : 0;
}

static int
keep_view(struct edit *e, struct view *v)
{
    if (own_activity_views(e, v) != 0)
        return -1;
    for (size_t i = 0; i < v->activity_view_count; i++) {
        if (move_activity_view(e, &v->activity_views[i]) != 0)
            return -1;
    }
    return 0;
}

/* A view of `from`: only its activities have other places. */
static int
take_view(struct edit *e, struct view *v)
{
    if (own_activity_views(e, v) != 0)
        return -1;
    for (size_t i = 0; i < v->activity_view_count; i++)
        v->activity_views[i].activity = e->activity_places[v->activity_views[i].activity];
    return 0;
}

static int
place_views(struct edit *e)
{
    const struct definition *w = e->whole, *from = e->from;
    const struct row row = {"view", w->views, w->view_count, sizeof *w->views};
    struct definition *d = &e->draft;

    d->views = own_array(e, w->views, w->view_count, from->view_count, sizeof *d->views);
    e->view_places = own_array(e, NULL, 0, from->view_count, sizeof *e->view_places);
    if (d->views == NULL || e->view_places == NULL)
        return -1;
    d->view_count = w->view_count;
    for (size_t i = 0; i < w->view_count; i++) {
        if (definition_find_view(from, w->views[i].name) == NULL && keep_view(e, &d->views[i]) != 0)
            return -1;
    }
    for (size_t i = 0; i < from->view_count; i++) {
        size_t place = find_place(&row, from->views[i].name, from->views[i].line, e->list);

        if (place == NO_INDEX)
            place = d->view_count++;
        d->views[place] = from->views[i];
        e->view_places[i] = place;
        if (take_view(e, &d->views[place]) != 0)
            return -1;
    }
    return 0;
}

static int
place_cubes(struct edit *e)
{
    const struct definition *w = e->whole, *from = e->from;
    const struct row row = {"cube", w->cubes, w->cube_count, sizeof *w->cubes};
    struct definition *d = &e->draft;

    d->cubes = own_array(e, w->cubes, w->cube_count, from->cube_count, sizeof *d->cubes);
    if (d->cubes == NULL)
        return -1;
    d->cube_count = w->cube_count;
    for (size_t i = 0; i < w->cube_count; i++) {
        if (definition_find_cube(from, w->cubes[i].name) == NULL &&
            definition_move_cube(&e->draft.memory, w, from, &d->cubes[i], e->list) != 0)
            return -1;
    }
    for (size_t i = 0; i < from->cube_count; i++) {
        size_t place = find_place(&row, from->cubes[i].name, from->cubes[i].line, e->list);

        if (place == NO_INDEX)
            place = d->cube_count++;
        d->cubes[place] = from->cubes[i];
        d->cubes[place].view = e->view_places[from->cubes[i].view];
    }
    return 0;
}

/* Copies the draft out, with what is kept verbatim of both. */
static int
edit_finish(const struct edit *e, struct definition *result, struct fault *f)
{
    struct definition rest = DEFINITION_INIT;
    int rc = definition_merge(result, &e->draft, e->list, f);

    if (rc == 0 && e->from != NULL) {
        rest.verbatim = e->from->verbatim;
        rest.verbatim_count = e->from->verbatim_count;
        rc = definition_merge(result, &rest, e->list, f);
    }
    if (rc != 0)
        definition_release(result);
    return rc;
}

int
definition_update(const struct definition *whole, const struct definition *from,
    struct definition *result, struct findings *list, struct fault *f)
{
    struct edit e = {.whole = whole, .from = from, .list = list, .draft = DEFINITION_INIT};
    size_t before = list->count, found;
    int rc;

    e.draft.verbatim = whole->verbatim;
    e.draft.verbatim_count = whole->verbatim_count;
    if (place_activities(&e) != 0 || place_views(&e) != 0 || place_cubes(&e) != 0)
        rc = fault_set_memory(f);
    else if ((rc = findings_since(list, before, &found, f)) == 0 && found > 0)
        rc = fault_set(f, FAULT_DATA, "'%s' cannot update what is deployed: %zu thing%s wrong",
            list->source, found, found == 1 ? " is" : "s are");
    else if (rc == 0)
        rc = edit_finish(&e, result, f);
    arena_release(&e.draft.memory);
    return rc;
}

/* What must be so before an activity or a view goes. */
static void
check_removal(const struct definition *whole, const struct activity *activity,
    const struct view *view, struct findings *list)
{
    for (size_t i = 0; activity != NULL && i < whole->view_count; i++) {
        const struct view *v = &whole->views[i];

        for (size_t j = 0; v != view && j < v->activity_view_count; j++) {
            if (&whole->activities[v->activity_views[j].activity] == activity)
                findings_add(list, 0, "activity '%s' is read by activity view '%s' of view '%s'",
                    activity->name, v->activity_views[j].name, v->name);
        }
    }
}

/* Takes over all activities but one, and all views but one with its cubes; what stands behind the
 * one that is left out moves up by one place. */
static int
leave_out(struct edit *e, const struct activity *activity, const struct view *view)
{
    const struct definition *w = e->whole;
    struct definition *d = &e->draft;
    size_t activity_gap = activity == NULL ? NO_INDEX : (size_t)(activity - w->activities);
    size_t view_gap = view == NULL ? NO_INDEX : (size_t)(view - w->views);

    d->activities = own_array(e, NULL, 0, w->activity_count, sizeof *d->activities);
    d->views = own_array(e, NULL, 0, w->view_count, sizeof *d->views);
    d->cubes = own_array(e, NULL, 0, w->cube_count, sizeof *d->cubes);
    if (d->activities == NULL || d->views == NULL || d->cubes == NULL)
        return -1;
    for (size_t i = 0; i < w->activity_count; i++) {
        if (i != activity_gap)
            d->activities[d->activity_count++] = w->activities[i];
    }
    for (size_t i = 0; i < w->view_count; i++) {
        struct view *v = &d->views[d->view_count];

        if (i == view_gap)
            continue;
        *v = w->views[i];
        d->view_count++;
        if (own_activity_views(e, v) != 0)
            return -1;
        for (size_t j = 0; j < v->activity_view_count; j++)
            v->activity_views[j].activity -= v->activity_views[j].activity > activity_gap;
    }
    for (size_t i = 0; i < w->cube_count; i++) {
        if (w->cubes[i].view == view_gap)
            continue;
        d->cubes[d->cube_count] = w->cubes[i];
        d->cubes[d->cube_count++].view -= w->cubes[i].view > view_gap;
    }
    return 0;
}

int
definition_without(const struct definition *whole, const char *activity, const char *view,
    struct definition *result, struct findings *list, struct fault *f)
{
    const struct activity *a = activity == NULL ? NULL : definition_find_activity(whole, activity);
    const struct view *v = view == NULL ? NULL : definition_find_view(whole, view);
    struct edit e = {.whole = whole, .list = list, .draft = DEFINITION_INIT};
    size_t before = list->count;
    int rc;

    if (activity != NULL && a == NULL)
        findings_add(list, 0, "there is no activity '%s'", activity);
    if (view != NULL && v == NULL)
        findings_add(list, 0, "there is no view '%s'", view);
    check_removal(whole, a, v, list);
    e.draft.verbatim = whole->verbatim;
    e.draft.verbatim_count = whole->verbatim_count;
    if (list->count > before) {
        rc = fault_set(f, FAULT_DATA, "%s '%s' cannot be removed",
            activity != NULL ? "activity" : "view", activity != NULL ? activity : view);
        if (a != NULL)
            fault_hint(f, "remove the views that read it first: nightcube remove --view VIEW");
    } else if (leave_out(&e, a, v) != 0)
        rc = fault_set_memory(f);
    else
        rc = edit_finish(&e, result, f);
    arena_release(&e.draft.memory);
    return rc;
}

int
definition_without_index(const struct definition *whole, const char *activity, const char *index,
    struct definition *result, struct findings *list, struct fault *f)
{
    const struct activity *found = definition_find_activity(whole, activity);
    size_t at = found == NULL ? NO_INDEX : activity_find_index(found, index);
    struct activity *a;

    if (at == NO_INDEX)
        return fault_set(f, FAULT_DATA, "activity '%s' has no index '%s'", activity, index);
    if (definition_merge(result, whole, list, f) != 0) {
        definition_release(result);
        return -1;
    }
    a = &result->activities[found - whole->activities];
    a->index_count--;
    memmove(&a->indexes[at], &a->indexes[at + 1], (a->index_count - at) * sizeof *a->indexes);
    return 0;
}
