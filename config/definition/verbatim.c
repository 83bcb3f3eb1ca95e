#include "config/definition/verbatim.h"

#include <string.h>

#include "config/base/markup.h"

static bool
declares_default(const xmlNode *element)
{
    for (const xmlNs *ns = element->nsDef; ns != NULL; ns = ns->next) {
        if (ns->prefix == NULL)
            return true;
    }
    return false;
}

static bool
declares(const xmlNode *element, const xmlChar *prefix)
{
    for (const xmlNs *ns = element->nsDef; ns != NULL; ns = ns->next) {
        if (xmlStrEqual(ns->prefix, prefix))
            return true;
    }
    return false;
}

/* Repeats on the element what its ancestors declare, nearest first. */
static int
declare_scope(xmlNode *element)
{
    xmlNs **scope = xmlGetNsList(element->doc, element);
    int rc = 0;

    for (size_t i = 0; scope != NULL && scope[i] != NULL; i++) {
        if (!declares(element, scope[i]->prefix) &&
            xmlNewNs(element, scope[i]->href, scope[i]->prefix) == NULL)
            rc = -1;
    }
    xmlFree(scope);
    if (!declares_default(element) && xmlNewNs(element, BAD_CAST "", NULL) == NULL)
        rc = -1;
    return rc;
}

static const char *
print(struct arena *memory, xmlNode *element)
{
    xmlBuffer *buffer = xmlBufferCreate();
    const char *text = NULL;

    if (buffer == NULL)
        return NULL;
    /* A document without a declared encoding would get its attributes as character references. */
    if (element->doc->encoding == NULL)
        element->doc->encoding = xmlStrdup(BAD_CAST "UTF-8");
    if (xmlNodeDump(buffer, element->doc, element, 0, 0) >= 0)
        text = arena_strdup(memory, (const char *)xmlBufferContent(buffer));
    xmlBufferFree(buffer);
    return text;
}

const char *
verbatim_take(struct arena *memory, xmlNode *element)
{
    return declare_scope(element) == 0 ? print(memory, element) : NULL;
}

bool
verbatim_is_alerts(const char *text)
{
    const char *name = text + 1 + strcspn(text + 1, ": />");

    /* verbatim_take always writes a declaration, so a blank follows the name. */
    name = *name == ':' ? name + 1 : text + 1;
    return strncmp(name, "Alerts ", 7) == 0;
}

static bool
is_same_space(const xmlNs *a, const xmlNs *b)
{
    return xmlStrEqual(a == NULL ? BAD_CAST "" : a->href, b == NULL ? BAD_CAST "" : b->href);
}

static bool
has_same_attributes(const xmlNode *a, const xmlNode *b)
{
    size_t of_a = 0, of_b = 0;

    for (const xmlAttr *p = b->properties; p != NULL; p = p->next)
        of_b++;
    for (const xmlAttr *p = a->properties; p != NULL; p = p->next, of_a++) {
        const xmlChar *space = p->ns == NULL ? NULL : p->ns->href;
        xmlChar *left = xmlGetNsProp(a, p->name, space);
        xmlChar *right = xmlGetNsProp(b, p->name, space);
        bool same = left != NULL && right != NULL && xmlStrEqual(left, right);

        xmlFree(left);
        xmlFree(right);
        if (!same)
            return false;
    }
    return of_a == of_b;
}

/* Two nodes that say the same, whatever prefixes they use. No deeper than libxml2 reads. */
static bool
is_same(const xmlNode *a, const xmlNode *b)
{
    const xmlNode *x, *y;

    if (a->type != b->type || !xmlStrEqual(a->name, b->name))
        return false;
    if (a->type != XML_ELEMENT_NODE)
        return xmlStrEqual(a->content, b->content);
    if (!is_same_space(a->ns, b->ns) || !has_same_attributes(a, b))
        return false;
    for (x = a->children, y = b->children; x != NULL && y != NULL; x = x->next, y = y->next) {
        if (!is_same(x, y))
            return false;
    }
    return x == NULL && y == NULL;
}

static bool
has_child(const xmlNode *element, const xmlNode *wanted)
{
    for (const xmlNode *child = element->children; child != NULL; child = child->next) {
        if (is_same(child, wanted))
            return true;
    }
    return false;
}

static int
add_children(xmlNode *into, const xmlNode *from)
{
    bool into_has_default = into->ns != NULL && into->ns->prefix == NULL;

    for (xmlNode *child = from->children; child != NULL; child = child->next) {
        xmlNode *copy;

        if (has_child(into, child))
            continue;
        if ((copy = xmlDocCopyNode(child, into->doc, 1)) == NULL)
            return -1;
        if (into_has_default && copy->type == XML_ELEMENT_NODE && copy->ns == NULL)
            xmlNewNs(copy, BAD_CAST "", NULL);
        xmlAddChild(into, copy);
    }
    return 0;
}

const char *
verbatim_join_alerts(struct arena *memory, const char *a, const char *b)
{
    struct findings list = FINDINGS_INIT("Alerts");
    struct fault f = FAULT_INIT;
    xmlDoc *first = markup_read(a, strlen(a), &list, &f);
    xmlDoc *second = markup_read(b, strlen(b), &list, &f);
    const char *text = NULL;

    if (first != NULL && second != NULL &&
        add_children(markup_root(first), markup_root(second)) == 0)
        text = verbatim_take(memory, markup_root(first));
    markup_free(second);
    markup_free(first);
    findings_release(&list);
    return text;
}
