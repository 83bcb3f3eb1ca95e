#include <stdlib.h>

#include "etl/event/define_draft.h"
#include "etl/event/naming.h"

enum { LONGEST_END = 64 }; /* checkpoints that the end alias looks at */

static int
add_alias(struct draft *b, struct activity_view *v, const char *name, const size_t *checkpoints,
    size_t count, struct fault *f)
{
    struct arena *memory = &b->d->memory;
    struct alias *a = arena_append(memory, &v->aliases, &v->alias_count, sizeof *a);
    size_t *items = arena_array(memory, count, sizeof *items);

    if (a == NULL || items == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < count; i++)
        items[i] = checkpoints[i];
    a->name = name;
    a->checkpoints = (struct index_list){items, count};
    a->id = naming_id(memory, "A", name, f);
    return a->id == NULL ? -1 : 0;
}

/* Surest end first; among equals the one that comes later. */
static int
compare_ends(const void *left, const void *right)
{
    const struct milestone *a = left;
    const struct milestone *b = right;

    if (a->ends != b->ends)
        return a->ends > b->ends ? -1 : 1;
    return (a->order < b->order) - (a->order > b->order);
}

static void
find_start(struct draft *b)
{
    const struct milestone *best = b->milestones;

    for (size_t i = 1; i < b->milestone_count; i++) {
        if (b->milestones[i].begins > best->begins)
            best = &b->milestones[i];
    }
    if (best != NULL)
        b->start = best->checkpoint;
}

/*
 * The end is the first value of an alias over all milestones that ever come last. An alias is
 * COALESCE in order, so the surest ends stand first, and the start, which hardly an instance lacks,
 * stands last: before the others it would hide them all.
 */
static int
add_end(struct draft *b, struct activity_view *v, const char *name, struct fault *f)
{
    struct milestone *sorted = arena_array(&b->d->memory, b->milestone_count, sizeof *sorted);
    size_t checkpoints[LONGEST_END + 1];
    size_t count = 0;

    if (sorted == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < b->milestone_count; i++)
        sorted[i] = b->milestones[i];
    qsort(sorted, b->milestone_count, sizeof *sorted, compare_ends);
    for (size_t i = 0; i < b->milestone_count && count < LONGEST_END; i++) {
        if (sorted[i].ends > 0 && sorted[i].checkpoint != b->start)
            checkpoints[count++] = sorted[i].checkpoint;
    }
    checkpoints[count++] = b->start;
    return add_alias(b, v, name, checkpoints, count, f);
}

static int
add_duration(struct draft *b, struct activity_view *v, struct naming *names, struct fault *f)
{
    const char *end = naming_take(names, "End", "End", LIMIT_ALIAS_NAME, f);
    const char *name = naming_take(names, "TotalDuration", "Duration", LIMIT_DURATION_NAME, f);
    struct duration *t;

    if (end == NULL || name == NULL || add_end(b, v, end, f) != 0)
        return -1;
    t = arena_append(&b->d->memory, &v->durations, &v->duration_count, sizeof *t);
    if (t == NULL)
        return fault_set_memory(f);
    t->name = name;
    t->id = naming_id(&b->d->memory, "D", name, f);
    t->resolution = "Hour";
    t->from_alias = b->start;
    t->to_alias = v->alias_count - 1;
    b->duration = v->duration_count - 1;
    return t->id == NULL ? -1 : 0;
}

/* One alias for each checkpoint, in order and of its name. */
static int
fill_activity_view(struct draft *b, struct activity_view *v, struct naming *names, struct fault *f)
{
    for (size_t i = 0; i < b->activity->checkpoint_count; i++) {
        const char *name = b->activity->checkpoints[i].name;

        if (naming_reserve(names, name, f) != 0 || add_alias(b, v, name, &i, 1, f) != 0)
            return -1;
    }
    find_start(b);
    return b->milestone_count < 2 ? 0 : add_duration(b, v, names, f);
}

/* The activity's name, shortened, with what it is behind. */
static const char *
view_name(struct draft *b, struct fault *f)
{
    struct text name = TEXT_INIT;
    const char *result;

    naming_clean(&name, b->activity->name, LIMIT_VIEW_NAME - 4);
    text_add(&name, "View");
    result = name.failed ? NULL : arena_strdup(&b->d->memory, text_get(&name));
    text_release(&name);
    if (result == NULL)
        fault_set_memory(f);
    return result;
}

int
draft_add_view(struct draft *b, struct fault *f)
{
    struct arena *memory = &b->d->memory;
    struct view *v = arena_append(memory, &b->d->views, &b->d->view_count, sizeof *v);
    struct activity_view *av;
    struct naming names;
    int rc;

    if (v == NULL)
        return fault_set_memory(f);
    av = arena_append(memory, &v->activity_views, &v->activity_view_count, sizeof *av);
    if (av == NULL)
        return fault_set_memory(f);
    if ((v->name = view_name(b, f)) == NULL || (v->id = naming_id(memory, "V", v->name, f)) == NULL)
        return -1;
    av->name = b->activity->name;
    if ((av->id = naming_id(memory, "AV", av->name, f)) == NULL)
        return -1;
    naming_init(&names, memory);
    rc = fill_activity_view(b, av, &names, f);
    naming_release(&names);
    return rc;
}
