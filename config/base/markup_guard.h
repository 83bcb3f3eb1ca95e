/*
 * markup_guard: what of an XML document would keep libxml2 busy for hours, found before it parses
 * it. It compares each attribute of an element with all before it (xmlParseStartTag2 up to 2.11),
 * so that a tag of a megabyte takes minutes.
 */
#ifndef CONFIG_BASE_MARKUP_GUARD_H
#define CONFIG_BASE_MARKUP_GUARD_H

#include <libxml/parser.h>
#include <stdbool.h>
#include <stddef.h>

enum { MARKUP_MOST_ATTRIBUTES = 10000 };

struct markup_guard {
    size_t attributes; /* since the last '<' */
    bool equals;       /* nothing but blanks behind a '=' */
};

/* Goes through the next bytes of a document, in any encoding of markup_guard_may_read; false: an
 * element has more than MARKUP_MOST_ATTRIBUTES. */
bool markup_guard_pass(struct markup_guard *g, const char *bytes, size_t length);

/* Whether the document, whose declaration has been parsed, is in an encoding where '<', '=' and
 * quotes are the bytes of ASCII, NULs aside: UTF-8, UTF-16, ASCII, ISO 8859, Windows 125x. */
bool markup_guard_may_read(const xmlParserCtxt *parser);

#endif
