#include "config/schema/shape.h"

#include <string.h>

#include "config/base/nearest.h"
#include "config/base/text.h"

#define XSI_URI "http://www.w3.org/2001/XMLSchema-instance"

enum { MOST_CHILDREN_KINDS = 16 };

/* One check on its way through the tree. */
struct visit {
    const struct shape_space *space;
    struct findings *list;
};

static bool
is_in_space(const struct shape_space *space, const char *uri)
{
    for (const char *const *u = space->uris; *u != NULL; u++) {
        if (strcmp(uri, *u) == 0)
            return true;
    }
    return false;
}

static bool
is_ours(const struct visit *v, const xmlNode *element)
{
    const char *uri = markup_namespace(element);

    return is_in_space(v->space, uri) || (v->space->children_may_bare && uri[0] == '\0');
}

/* "; did you mean X?", or the whole list when nothing is near. */
static void
add_cure(struct text *t, const struct nearest *guess, const struct text *known, const char *lead)
{
    if (nearest_get(guess) != NULL)
        text_add_format(t, "; did you mean %s?", nearest_get(guess));
    else if (known->length > 0)
        text_add_format(t, "; %s %s", lead, text_get(known));
}

static void
add_known(struct text *known, struct nearest *guess, const char *name)
{
    text_add_format(known, "%s%s", known->length > 0 ? ", " : "", name);
    nearest_offer(guess, name);
}

static void
refuse_attribute(
    const struct visit *v, const xmlNode *element, const char *name, const struct shape *shape)
{
    struct text known = TEXT_INIT;
    struct text cure = TEXT_INIT;
    struct nearest guess;

    nearest_init(&guess, name);
    for (const struct shape_attribute *a = shape->attributes; a != NULL && a->name != NULL; a++)
        add_known(&known, &guess, a->name);
    add_cure(&cure, &guess, &known, "it takes");
    findings_add(v->list, markup_line(element), "%s takes no attribute %s%s", shape->name, name,
        text_get(&cure));
    text_release(&cure);
    text_release(&known);
}

static bool
is_known_attribute(const struct shape *shape, const xmlAttr *attribute)
{
    if (attribute->ns != NULL)
        return strcmp((const char *)attribute->ns->href, XSI_URI) == 0;
    for (const struct shape_attribute *a = shape->attributes; a != NULL && a->name != NULL; a++) {
        if (strcmp((const char *)attribute->name, a->name) == 0)
            return true;
    }
    return false;
}

static void
check_choice(const struct visit *v, const xmlNode *element, const struct shape_attribute *a,
    const char *value)
{
    struct text known = TEXT_INIT;
    struct text cure = TEXT_INIT;
    struct nearest guess;
    bool found = false;

    nearest_init(&guess, value);
    for (const char *const *choice = a->choices; *choice != NULL; choice++) {
        add_known(&known, &guess, *choice);
        found = found || strcmp(value, *choice) == 0;
    }
    add_cure(&cure, &guess, &known, "it is one of");
    if (!found)
        findings_add(v->list, markup_line(element), "%s: %s=\"%s\" is not known%s",
            markup_name(element), a->name, value, text_get(&cure));
    text_release(&cure);
    text_release(&known);
}

static void
check_attributes(const struct visit *v, const xmlNode *element, const struct shape *shape)
{
    for (const xmlAttr *given = element->properties; given != NULL; given = given->next) {
        if (!is_known_attribute(shape, given))
            refuse_attribute(v, element, (const char *)given->name, shape);
    }
    for (const struct shape_attribute *a = shape->attributes; a != NULL && a->name != NULL; a++) {
        const char *value = markup_attribute(element, a->name);

        if (value == NULL && a->need == SHAPE_REQUIRED)
            findings_add(
                v->list, markup_line(element), "%s needs the attribute %s", shape->name, a->name);
        else if (value != NULL && value[0] == '\0' && a->need != SHAPE_MAY_BE_EMPTY)
            findings_add(v->list, markup_line(element), "%s: %s is empty", shape->name, a->name);
        else if (value != NULL && a->choices != NULL)
            check_choice(v, element, a, value);
    }
}

static const struct shape_child *
find_child(const struct shape *shape, const char *name)
{
    for (const struct shape_child *c = shape->children; c != NULL && c->shape != NULL; c++) {
        if (strcmp(c->shape->name, name) == 0)
            return c;
    }
    return NULL;
}

static void
refuse_child(const struct visit *v, const xmlNode *child, const struct shape *shape)
{
    struct text known = TEXT_INIT;
    struct text cure = TEXT_INIT;
    struct nearest guess;

    nearest_init(&guess, markup_name(child));
    for (const struct shape_child *c = shape->children; c != NULL && c->shape != NULL; c++)
        add_known(&known, &guess, c->shape->name);
    add_cure(&cure, &guess, &known, "it holds");
    findings_add(v->list, markup_line(child), "element %s is not known in %s%s", markup_name(child),
        shape->name, text_get(&cure));
    text_release(&cure);
    text_release(&known);
}

static void
check_counts(
    const struct visit *v, const xmlNode *element, const struct shape *shape, const int *counts)
{
    for (const struct shape_child *c = shape->children; c != NULL && c->shape != NULL; c++) {
        int count = counts[c - shape->children];

        if (count < c->least)
            findings_add(v->list, markup_line(element), "%s needs at least %d %s, it has %d",
                shape->name, c->least, c->shape->name, count);
        if (c->most != 0 && count > c->most)
            findings_add(v->list, markup_line(element), "%s takes at most %d %s, not %d",
                shape->name, c->most, c->shape->name, count);
    }
}

static void check_element(const struct visit *v, const xmlNode *element, const struct shape *shape);

static void
check_children(const struct visit *v, const xmlNode *element, const struct shape *shape)
{
    const struct shape_child *last = NULL;
    int counts[MOST_CHILDREN_KINDS] = {0};

    for (xmlNode *child = markup_first(element); child != NULL; child = markup_next(child)) {
        const struct shape_child *c = find_child(shape, markup_name(child));

        if (c == NULL) {
            refuse_child(v, child, shape);
            continue;
        }
        counts[c - shape->children]++;
        if (!is_ours(v, child)) {
            findings_add(v->list, markup_line(child),
                "%s stands in the namespace \"%s\", not in \"%s\"", markup_name(child),
                markup_namespace(child), v->space->uris[0]);
            continue;
        }
        if (last != NULL && c->rank < last->rank)
            findings_add(v->list, markup_line(child), "%s stands after %s; it belongs before",
                c->shape->name, last->shape->name);
        else
            last = c;
        check_element(v, child, c->shape);
    }
    check_counts(v, element, shape, counts);
}

static void
check_text(const struct visit *v, const xmlNode *element, const struct shape *shape)
{
    struct text content = TEXT_INIT;

    markup_add_content(&content, element);
    findings_rely_on(v->list, &content);
    if (shape->content == SHAPE_TEXT && content.length == 0)
        findings_add(v->list, markup_line(element), "%s is empty", shape->name);
    if (shape->content == SHAPE_ELEMENTS && content.length > 0)
        findings_add(v->list, markup_line(element), "%s holds text; it takes none", shape->name);
    text_release(&content);
}

static void
check_element(const struct visit *v, const xmlNode *element, const struct shape *shape)
{
    if (shape->content == SHAPE_OPAQUE)
        return;
    check_attributes(v, element, shape);
    check_children(v, element, shape);
    check_text(v, element, shape);
}

bool
shape_check(const xmlNode *root, const struct shape *shape, const struct shape_space *space,
    struct findings *list)
{
    const char *uri = markup_namespace(root);
    const struct visit v = {space, list};

    if (strcmp(markup_name(root), shape->name) != 0) {
        findings_add(list, markup_line(root), "the root element is %s, not %s", markup_name(root),
            shape->name);
        return false;
    }
    if (!is_in_space(space, uri)) {
        findings_add(list, markup_line(root), "%s stands in the namespace \"%s\", not in \"%s\"",
            shape->name, uri, space->uris[0]);
        return false;
    }
    check_element(&v, root, shape);
    return true;
}
