/*
 * markup: XML that comes from outside, read safely with libxml2, and XML of our own, written.
 *
 * Reading never touches the network, loads no DTD and expands no entity: a document with a DOCTYPE
 * is refused. Depth and text sizes are bounded by libxml2's own limits (256 levels, 10 MB a text).
 * Nothing is ever printed by libxml2; what it finds becomes findings or a fault, with lines.
 */
#ifndef CONFIG_BASE_MARKUP_H
#define CONFIG_BASE_MARKUP_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/findings.h"
#include "config/base/text.h"

/* More than any settings, job, definition or manifest needs. */
#define MARKUP_LIMIT_BYTES ((size_t)16 * 1024 * 1024)

/*
 * Reads a whole document into a tree, in UTF-8, UTF-16, ASCII, ISO 8859 or Windows 125x. What keeps
 * it from being one (not well-formed, undeclared prefixes, a DOCTYPE, another encoding, more than
 * MARKUP_LIMIT_BYTES, or of attributes than markup_guard.h lets pass) goes to `list` with lines.
 * Returns the document, owned by the caller (markup_free), or NULL: FAULT_DATA when `list` tells,
 * for a file also FAULT_NO_INPUT, FAULT_PERMISSION or FAULT_IO.
 */
xmlDoc *markup_read(const char *bytes, size_t length, struct findings *list, struct fault *f);
xmlDoc *markup_read_file(const char *path, struct findings *list, struct fault *f);
void markup_free(xmlDoc *document); /* NULL is fine */

/* Walking: the root element, a node's first child element, its next sibling element; NULL when
 * none. */
xmlNode *markup_root(const xmlDoc *document);
xmlNode *markup_first(const xmlNode *parent);
xmlNode *markup_next(const xmlNode *element);

/* The same, passing over elements of other names. */
xmlNode *markup_first_named(const xmlNode *parent, const char *name);
xmlNode *markup_next_named(const xmlNode *element, const char *name);

/* Of an element; borrowed from the document. The name is without prefix; the namespace "" when
 * none. */
const char *markup_name(const xmlNode *element);
const char *markup_namespace(const xmlNode *element);
int markup_line(const xmlNode *element);

/* Value of an attribute that stands in no namespace; NULL when absent. Borrowed from the document.
 */
const char *markup_attribute(const xmlNode *element, const char *name);

/* Adds the element's own text (not its children's) without blanks around it. */
void markup_add_content(struct text *t, const xmlNode *element);

/*
 * The writer: elements begin and end, attributes and text in between, all escaped. Two blanks of
 * indentation a level; an element with text stays on its line. Names are the caller's and not
 * checked.
 */
struct markup_writer {
    struct text *out; /* borrowed */
    int depth;
    bool open;       /* the start tag still takes attributes */
    bool inline_end; /* text was written: the end tag follows at once */
    bool unwritable; /* a text held what XML 1.0 cannot hold */
};

/* Writes the XML declaration; `out` must outlive the writer. */
void markup_begin(struct markup_writer *w, struct text *out);

/* An element; its default namespace too when `uri` is not NULL. */
void markup_open(struct markup_writer *w, const char *name, const char *uri);
void markup_set(struct markup_writer *w, const char *attribute, const char *value);
void markup_set_format(struct markup_writer *w, const char *attribute, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void markup_write(struct markup_writer *w, const char *text);
void markup_close(struct markup_writer *w, const char *name);

/* <name>text</name> in one call. */
void markup_leaf(struct markup_writer *w, const char *name, const char *text);

/* Text that is XML already, on a line of its own. */
void markup_verbatim(struct markup_writer *w, const char *xml);

/* 0, or -1: out of memory, or FAULT_DATA when a text held a control character or was not UTF-8. */
int markup_finish(struct markup_writer *w, struct fault *f);

/* Adds a string escaped for an attribute value in double quotes (good for element text as well).
 * False when it holds a character that XML 1.0 has not, or is not UTF-8. */
bool markup_add_escaped(struct text *t, const char *string);

#endif
