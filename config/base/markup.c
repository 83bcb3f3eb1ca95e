#include "config/base/markup.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <stdio.h>
#include <string.h>

#include "config/base/file.h"
#include "config/base/markup_guard.h"

/* XML_PARSE_NOENT, DTDLOAD and HUGE are left out on purpose. */
enum { PARSE_OPTIONS = XML_PARSE_NONET | XML_PARSE_BIG_LINES | XML_PARSE_NOCDATA };

/* What libxml2 reports goes here while one of our calls runs, and nowhere else. */
struct channel {
    xmlStructuredErrorFunc handler;
    void *context;
};

static struct channel
channel_replace(struct channel with)
{
    struct channel old = {xmlStructuredError, xmlStructuredErrorContext};

    xmlSetStructuredErrorFunc(with.context, with.handler);
    return old;
}

/* libxml2's messages end with a line end and may hold more of them. */
static void
copy_message(char *target, size_t size, const char *message)
{
    snprintf(target, size, "%s", message == NULL ? "unknown error" : message);
    for (char *c = target; *c != '\0'; c++) {
        if (*c == '\n')
            *c = c[1] == '\0' ? '\0' : ' ';
    }
}

struct capture {
    struct findings *list;
    size_t count;
    bool stopped; /* after the first fatal error the rest is its echo */
};

static void
capture_error(void *context, xmlError *error)
{
    struct capture *c = context;
    char message[256];

    if (c->stopped || error->level < XML_ERR_ERROR)
        return;
    copy_message(message, sizeof message, error->message);
    findings_add(c->list, error->line, "%s", message);
    c->count++;
    c->stopped = error->level == XML_ERR_FATAL;
}

static void
refuse(xmlParserCtxt *parser, const char *why)
{
    struct capture *c = parser->_private;

    findings_add(c->list, parser->input->line, "%s", why);
    c->count++;
    c->stopped = true;
    xmlStopParser(parser);
}

static void
check_encoding(void *context)
{
    xmlParserCtxt *parser = context;

    xmlSAX2StartDocument(parser);
    if (!markup_guard_may_read(parser))
        refuse(parser, "this encoding is not accepted: save it as UTF-8");
}

/* Called at <!DOCTYPE, before anything in it is looked at. */
static void
refuse_doctype(
    void *context, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
    (void)name, (void)external_id, (void)system_id;
    refuse(context, "a DOCTYPE is not accepted; remove it");
}

/* The tree, or NULL when it could not be made; `c` holds what was found. */
static xmlDoc *
parse(const char *bytes, size_t length, struct capture *c)
{
    xmlParserCtxt *parser = xmlNewParserCtxt();
    xmlDoc *document;

    if (parser == NULL)
        return NULL;
    parser->_private = c;
    parser->sax->startDocument = check_encoding;
    parser->sax->internalSubset = refuse_doctype;
    document = xmlCtxtReadMemory(parser, bytes, (int)length, NULL, NULL, PARSE_OPTIONS);
    xmlFreeParserCtxt(parser);
    return document;
}

xmlDoc *
markup_read(const char *bytes, size_t length, struct findings *list, struct fault *f)
{
    struct capture c = {.list = list};
    struct markup_guard guard = {0};
    struct channel old;
    xmlDoc *document = NULL;

    if (length > MARKUP_LIMIT_BYTES) {
        findings_add(list, 0, "longer than %zu bytes", MARKUP_LIMIT_BYTES);
        c.count++;
    } else if (length == 0) {
        findings_add(list, 0, "empty");
        c.count++;
    } else if (!markup_guard_pass(&guard, bytes, length)) {
        findings_add(list, 0, "an element has more than %d attributes", MARKUP_MOST_ATTRIBUTES);
        c.count++;
    } else {
        old = channel_replace((struct channel){capture_error, &c});
        document = parse(bytes, length, &c);
        channel_replace(old);
    }
    if (c.count == 0 && document != NULL)
        return document;
    markup_free(document);
    if (c.count == 0)
        fault_set_memory(f);
    else
        fault_set(f, FAULT_DATA, "'%s' is not an XML document we can read", list->source);
    return NULL;
}

xmlDoc *
markup_read_file(const char *path, struct findings *list, struct fault *f)
{
    struct text bytes = TEXT_INIT;
    xmlDoc *document = NULL;

    if (file_read_all(path, MARKUP_LIMIT_BYTES, &bytes, f) == 0)
        document = markup_read(text_get(&bytes), bytes.length, list, f);
    else if (f->kind == FAULT_DATA)
        findings_add(list, 0, "longer than %zu bytes", MARKUP_LIMIT_BYTES);
    text_release(&bytes);
    return document;
}

void
markup_free(xmlDoc *document)
{
    xmlFreeDoc(document);
}

xmlNode *
markup_root(const xmlDoc *document)
{
    return xmlDocGetRootElement(document);
}

static xmlNode *
element_from(xmlNode *node)
{
    while (node != NULL && node->type != XML_ELEMENT_NODE)
        node = node->next;
    return node;
}

xmlNode *
markup_first(const xmlNode *parent)
{
    return element_from(parent->children);
}

xmlNode *
markup_next(const xmlNode *element)
{
    return element_from(element->next);
}

static xmlNode *
named_from(xmlNode *node, const char *name)
{
    while (node != NULL && strcmp((const char *)node->name, name) != 0)
        node = markup_next(node);
    return node;
}

xmlNode *
markup_first_named(const xmlNode *parent, const char *name)
{
    return named_from(markup_first(parent), name);
}

xmlNode *
markup_next_named(const xmlNode *element, const char *name)
{
    return named_from(markup_next(element), name);
}

const char *
markup_name(const xmlNode *element)
{
    return (const char *)element->name;
}

const char *
markup_namespace(const xmlNode *element)
{
    return element->ns == NULL || element->ns->href == NULL ? "" : (const char *)element->ns->href;
}

int
markup_line(const xmlNode *element)
{
    return (int)xmlGetLineNo(element);
}

const char *
markup_attribute(const xmlNode *element, const char *name)
{
    const xmlAttr *attribute = xmlHasNsProp(element, (const xmlChar *)name, NULL);

    if (attribute == NULL)
        return NULL;
    /* Without a DTD there are no entity nodes, so a value is one text node, or none when empty. */
    return attribute->children == NULL ? "" : (const char *)attribute->children->content;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void
markup_add_content(struct text *t, const xmlNode *element)
{
    size_t start = t->length;
    size_t end;

    for (const xmlNode *node = element->children; node != NULL; node = node->next) {
        const char *bytes = (const char *)node->content;

        if (node->type != XML_TEXT_NODE && node->type != XML_CDATA_SECTION_NODE)
            continue;
        while (t->length == start && is_blank(*bytes))
            bytes++;
        text_add(t, bytes);
    }
    end = t->length;
    while (end > start && is_blank(t->bytes[end - 1]))
        end--;
    text_cut(t, end);
}
