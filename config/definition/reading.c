#include "config/definition/reading.h"

#include <string.h>

const char *
reading_attribute(struct reading *r, const xmlNode *element, const char *name)
{
    const char *value = markup_attribute(element, name);

    return arena_strdup(&r->d->memory, value == NULL ? "" : value);
}

static int
register_id(struct reading *r, const char *id, const struct identity *what)
{
    const struct identity *taken = identity_find(&r->ids, id);

    if (taken != NULL) {
        findings_add(r->list, what->line, "ID \"%s\" is taken by %s in line %d", id,
            identity_kind_names[taken->kind], taken->line);
        return 0;
    }
    if (xmlValidateNCName((const xmlChar *)id, 0) != 0)
        findings_add(r->list, what->line,
            "ID \"%s\" is not an XML ID; it is a letter or _, then letters, digits, ., - and _",
            id);
    return identity_add(&r->ids, id, what);
}

int
reading_head(struct reading *r, const xmlNode *element, struct identity what, struct head head)
{
    what.line = markup_line(element);
    *head.line = what.line;
    *head.name = reading_attribute(r, element, "Name");
    *head.id = reading_attribute(r, element, "ID");
    if (*head.name == NULL || *head.id == NULL)
        return -1;
    return (*head.id)[0] == '\0' ? 0 : register_id(r, *head.id, &what);
}

/* "an Alias or a Duration" */
static void
add_kinds(struct text *t, unsigned kinds)
{
    size_t start = t->length;

    for (int kind = 0; kind < IDENTITY_KIND_COUNT; kind++) {
        if ((kinds & (1u << kind)) != 0)
            text_add_format(t, "%s%s", t->length > start ? " or " : "", identity_kind_names[kind]);
    }
}

static void
refuse_kind(struct reading *r, const xmlNode *element, const char *ref,
    const struct identity *found, unsigned kinds)
{
    struct text wanted = TEXT_INIT;

    add_kinds(&wanted, kinds);
    if (found == NULL)
        findings_add(r->list, markup_line(element),
            "%s refers to \"%s\", but nothing has this ID; it must be the ID of %s",
            markup_name(element), ref, text_get(&wanted));
    else
        findings_add(r->list, markup_line(element),
            "%s refers to \"%s\", which is %s (line %d); it must be %s", markup_name(element), ref,
            identity_kind_names[found->kind], found->line, text_get(&wanted));
    text_release(&wanted);
}

const struct identity *
reading_resolve(
    struct reading *r, const xmlNode *element, const char *ref, unsigned kinds, struct owner owner)
{
    const struct identity *found;

    if (ref[0] == '\0')
        return NULL;
    found = identity_find(&r->ids, ref);
    if (found == NULL || (kinds & (1u << found->kind)) == 0) {
        refuse_kind(r, element, ref, found, kinds);
        return NULL;
    }
    if ((owner.outer != NO_INDEX && owner.outer != found->outer) ||
        (owner.inner != NO_INDEX && owner.inner != found->inner)) {
        findings_add(r->list, markup_line(element),
            "%s refers to \"%s\" (line %d), which belongs to another activity, activity view or "
            "cube",
            markup_name(element), ref, found->line);
        return NULL;
    }
    return found;
}

const struct identity *
reading_resolve_attribute(struct reading *r, const xmlNode *element, const char *attribute,
    unsigned kinds, struct owner owner)
{
    const char *ref = markup_attribute(element, attribute);

    return reading_resolve(r, element, ref == NULL ? "" : ref, kinds, owner);
}

const struct identity *
reading_resolve_content(
    struct reading *r, const xmlNode *element, unsigned kinds, struct owner owner)
{
    struct text ref = TEXT_INIT;
    const struct identity *found;

    markup_add_content(&ref, element);
    findings_rely_on(r->list, &ref);
    found = reading_resolve(r, element, text_get(&ref), kinds, owner);
    text_release(&ref);
    return found;
}

int
reading_add_index(struct reading *r, struct index_list *list, size_t index)
{
    size_t *item = arena_append(&r->d->memory, &list->items, &list->count, sizeof *item);

    if (item == NULL)
        return -1;
    *item = index;
    return 0;
}
