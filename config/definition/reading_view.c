#include "config/definition/reading.h"

/* The activity view that is being read, and where it is. */
struct place {
    size_t view;
    size_t item;
    struct activity_view *v;
};

static int
read_alias(struct reading *r, const xmlNode *element, const struct place *p)
{
    const struct identity what = {IDENTITY_ALIAS, p->view, p->item, p->v->alias_count, 0};
    struct alias *a = arena_append(&r->d->memory, &p->v->aliases, &p->v->alias_count, sizeof *a);

    if (a == NULL || reading_head(r, element, what, HEAD_OF(a)) != 0)
        return -1;
    for (xmlNode *n = markup_first_named(element, "CheckpointRef"); n != NULL;
         n = markup_next_named(n, "CheckpointRef")) {
        const struct identity *ref = reading_resolve_content(
            r, n, KIND(CHECKPOINT), (struct owner){p->v->activity, NO_INDEX});

        if (ref == NULL)
            continue;
        /* Of an unknown activity no checkpoint can be ours. */
        if (p->v->activity != NO_INDEX && reading_add_index(r, &a->checkpoints, ref->item) != 0)
            return -1;
    }
    return 0;
}

static size_t
read_end(struct reading *r, const xmlNode *element, const char *name, const struct place *p)
{
    const struct identity *ref = NULL;
    const xmlNode *end = markup_first_named(element, name);

    if (end != NULL)
        ref = reading_resolve_content(r, end, KIND(ALIAS), (struct owner){p->view, p->item});
    return ref == NULL ? NO_INDEX : ref->item;
}

static int
read_duration(struct reading *r, const xmlNode *element, const struct place *p)
{
    const struct identity what = {IDENTITY_DURATION, p->view, p->item, p->v->duration_count, 0};
    struct duration *d =
        arena_append(&r->d->memory, &p->v->durations, &p->v->duration_count, sizeof *d);

    if (d == NULL || reading_head(r, element, what, HEAD_OF(d)) != 0)
        return -1;
    d->resolution = reading_attribute(r, element, "TimeResolution");
    d->from_alias = read_end(r, element, "FromAliasRef", p);
    d->to_alias = read_end(r, element, "ToAliasRef", p);
    return d->resolution == NULL ? -1 : 0;
}

static int
read_activity_view(struct reading *r, const xmlNode *element, size_t view)
{
    struct view *owner = &r->d->views[view];
    struct place p = {view, owner->activity_view_count, NULL};
    const struct identity what = {IDENTITY_ACTIVITY_VIEW, view, NO_INDEX, p.item, 0};
    const struct identity *ref;

    p.v = arena_append(
        &r->d->memory, &owner->activity_views, &owner->activity_view_count, sizeof *p.v);
    if (p.v == NULL || reading_head(r, element, what, HEAD_OF(p.v)) != 0)
        return -1;
    ref = reading_resolve_attribute(r, element, "ActivityRef", KIND(ACTIVITY), NO_OWNER);
    p.v->activity = ref == NULL ? NO_INDEX : ref->item;
    /* Aliases first: durations refer to them wherever they stand. */
    for (xmlNode *n = markup_first_named(element, "Alias"); n != NULL;
         n = markup_next_named(n, "Alias")) {
        if (read_alias(r, n, &p) != 0)
            return -1;
    }
    for (xmlNode *n = markup_first_named(element, "Duration"); n != NULL;
         n = markup_next_named(n, "Duration")) {
        if (read_duration(r, n, &p) != 0)
            return -1;
    }
    return 0;
}

int
reading_view(struct reading *r, const xmlNode *element)
{
    size_t place = r->d->view_count;
    const struct identity what = {IDENTITY_VIEW, NO_INDEX, NO_INDEX, place, 0};
    struct view *v = arena_append(&r->d->memory, &r->d->views, &r->d->view_count, sizeof *v);

    if (v == NULL || reading_head(r, element, what, HEAD_OF(v)) != 0)
        return -1;
    for (xmlNode *n = markup_first_named(element, "ActivityView"); n != NULL;
         n = markup_next_named(n, "ActivityView")) {
        if (read_activity_view(r, n, place) != 0)
            return -1;
    }
    return 0;
}
