#include "config/base/markup.h"

#include <libxml/xmlstring.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* XML 1.0, production Char: the control characters but tab and line ends are left out, and
 * U+FFFE/F. */
static bool
is_writable(const char *string)
{
    const unsigned char *s = (const unsigned char *)string;

    if (!xmlCheckUTF8(s))
        return false;
    for (; *s != '\0'; s++) {
        if (*s < 0x20 && *s != '\t' && *s != '\n' && *s != '\r')
            return false;
        if (s[0] == 0xEF && s[1] == 0xBF && (s[2] == 0xBE || s[2] == 0xBF))
            return false;
        if (s[0] == 0xED && s[1] >= 0xA0)
            return false;
    }
    return true;
}

static const char *
escape_of(char c)
{
    static const struct {
        char c;
        const char *escaped;
    } escapes[] = {
        {'&', "&amp;"},
        {'<', "&lt;"},
        {'>', "&gt;"},
        {'"', "&quot;"},
        {'\t', "&#9;"},
        {'\n', "&#10;"},
        {'\r', "&#13;"},
    };

    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        if (escapes[i].c == c)
            return escapes[i].escaped;
    }
    return NULL;
}

bool
markup_add_escaped(struct text *t, const char *string)
{
    if (!is_writable(string))
        return false;
    while (*string != '\0') {
        size_t plain = strcspn(string, "&<>\"\t\n\r");

        text_add_bytes(t, string, plain);
        string += plain;
        if (*string != '\0')
            text_add(t, escape_of(*string++));
    }
    return true;
}

static void
add_escaped(struct markup_writer *w, const char *string)
{
    if (!markup_add_escaped(w->out, string))
        w->unwritable = true;
}

static void
indent(struct markup_writer *w)
{
    for (int i = 0; i < w->depth; i++)
        text_add(w->out, "  ");
}

/* Ends a start tag that still takes attributes, because a child follows. */
static void
seal(struct markup_writer *w)
{
    if (w->open)
        text_add(w->out, ">\n");
    w->open = false;
}

void
markup_begin(struct markup_writer *w, struct text *out)
{
    *w = (struct markup_writer){.out = out};
    text_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
}

void
markup_open(struct markup_writer *w, const char *name, const char *uri)
{
    seal(w);
    indent(w);
    text_add_format(w->out, "<%s", name);
    w->open = true;
    w->depth++;
    if (uri != NULL)
        markup_set(w, "xmlns", uri);
}

void
markup_set(struct markup_writer *w, const char *attribute, const char *value)
{
    text_add_format(w->out, " %s=\"", attribute);
    add_escaped(w, value);
    text_add_char(w->out, '"');
}

void
markup_set_format(struct markup_writer *w, const char *attribute, const char *format, ...)
{
    char *value = NULL;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vasprintf(&value, format, arguments);
    va_end(arguments);
    if (length < 0) {
        w->out->failed = true;
        return;
    }
    markup_set(w, attribute, value);
    free(value);
}

void
markup_write(struct markup_writer *w, const char *text)
{
    if (w->open)
        text_add_char(w->out, '>');
    w->open = false;
    w->inline_end = true;
    add_escaped(w, text);
}

void
markup_close(struct markup_writer *w, const char *name)
{
    w->depth--;
    if (w->open) {
        text_add(w->out, "/>\n");
    } else {
        if (!w->inline_end)
            indent(w);
        text_add_format(w->out, "</%s>\n", name);
    }
    w->open = w->inline_end = false;
}

void
markup_leaf(struct markup_writer *w, const char *name, const char *text)
{
    markup_open(w, name, NULL);
    markup_write(w, text);
    markup_close(w, name);
}

void
markup_verbatim(struct markup_writer *w, const char *xml)
{
    seal(w);
    indent(w);
    text_add(w->out, xml);
    text_add_char(w->out, '\n');
}

int
markup_finish(struct markup_writer *w, struct fault *f)
{
    if (w->unwritable)
        return fault_set(f, FAULT_DATA, "a text is not UTF-8 or holds a character XML cannot hold");
    return text_check(w->out, f);
}
