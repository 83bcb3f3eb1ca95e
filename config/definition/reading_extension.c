#include <string.h>

#include "config/definition/definition_shape.h"
#include "config/definition/reading.h"
#include "config/definition/verbatim.h"

int
reading_verbatim(struct reading *r, xmlNode *element)
{
    const char **place =
        arena_append(&r->d->memory, &r->d->verbatim, &r->d->verbatim_count, sizeof *place);

    return place == NULL || (*place = verbatim_take(&r->d->memory, element)) == NULL ? -1 : 0;
}

/* Copies an attribute that may be absent; NULL then. */
static int
read_optional(struct reading *r, const xmlNode *element, const char *name, const char **value)
{
    *value = NULL;
    if (markup_attribute(element, name) == NULL)
        return 0;
    *value = reading_attribute(r, element, name);
    return *value == NULL ? -1 : 0;
}

/* An event class needs its event, the other two their attribute. */
static void
check_origin(struct reading *r, const xmlNode *element, const struct origin *o)
{
    if (o->kind == ORIGIN_EVENT_CLASS && o->event == NULL)
        findings_add(r->list, markup_line(element), "Origin of Kind=\"event\" needs Event");
    if (o->kind != ORIGIN_EVENT_CLASS && o->attribute == NULL)
        findings_add(r->list, markup_line(element), "Origin of Kind=\"%s\" needs Attribute",
            origin_kind_names[o->kind]);
}

static int
read_origin(struct reading *r, const xmlNode *element, size_t activity)
{
    struct activity *a = &r->d->activities[activity];
    const struct identity *ref = reading_resolve_attribute(
        r, element, "CheckpointRef", KIND(CHECKPOINT), (struct owner){activity, NO_INDEX});
    const char *kind = markup_attribute(element, "Kind");
    struct origin *o;

    if (ref == NULL || kind == NULL)
        return 0;
    o = arena_append(&r->d->memory, &a->origins, &a->origin_count, sizeof *o);
    if (o == NULL || read_optional(r, element, "Event", &o->event) != 0 ||
        read_optional(r, element, "Attribute", &o->attribute) != 0)
        return -1;
    o->checkpoint = ref->item;
    o->kind = (enum origin_kind)table_find(origin_kind_names, ORIGIN_KIND_COUNT, kind);
    if (o->kind < ORIGIN_KIND_COUNT)
        check_origin(r, element, o);
    return 0;
}

static int
read_origins(struct reading *r, const xmlNode *element)
{
    const struct identity *activity;
    struct activity *a;

    if (!shape_check(element, &origins_shape, &origins_space, r->list))
        return 0;
    activity = reading_resolve_attribute(r, element, "ActivityRef", KIND(ACTIVITY), NO_OWNER);
    if (activity == NULL)
        return 0;
    a = &r->d->activities[activity->item];
    if (read_optional(r, element, "Case", &a->case_column) != 0 ||
        read_optional(r, element, "Class", &a->class_column) != 0 ||
        read_optional(r, element, "Time", &a->time_column) != 0)
        return -1;
    for (xmlNode *n = markup_first_named(element, "Origin"); n != NULL;
         n = markup_next_named(n, "Origin")) {
        if (read_origin(r, n, activity->item) != 0)
            return -1;
    }
    return 0;
}

int
reading_extension(struct reading *r, xmlNode *element)
{
    bool had_origins = false;
    int rc = 0;

    for (xmlNode *n = markup_first(element); n != NULL && rc == 0;) {
        xmlNode *next = markup_next(n);

        if (strcmp(markup_namespace(n), ORIGINS_URI) == 0) {
            had_origins = true;
            rc = read_origins(r, n);
            xmlUnlinkNode(n);
            xmlFreeNode(n);
        }
        n = next;
    }
    if (rc != 0 || (had_origins && markup_first(element) == NULL))
        return rc;
    return reading_verbatim(r, element);
}
