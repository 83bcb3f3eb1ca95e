#include "config/base/markup_guard.h"

#include <string.h>
#include <strings.h>

/* In UTF-16 a NUL stands beside each of these characters. */
static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0';
}

bool
markup_guard_pass(struct markup_guard *g, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = bytes[i];

        if (c == '<')
            *g = (struct markup_guard){0};
        else if (c == '=')
            g->equals = true;
        else if (g->equals && !is_blank(c)) {
            g->equals = false;
            if ((c == '"' || c == '\'') && ++g->attributes > MARKUP_MOST_ATTRIBUTES)
                return false;
        }
    }
    return true;
}

bool
markup_guard_may_read(const xmlParserCtxt *parser)
{
    static const char *const known[] = {
        "UTF-8", "UTF8", "UTF-16", "UTF16", "US-ASCII", "ASCII", "ISO-8859-", "WINDOWS-125"};
    const xmlChar *name = parser->encoding;

    if (name == NULL && parser->input != NULL)
        name = parser->input->encoding;
    for (size_t i = 0; name != NULL && i < sizeof known / sizeof *known; i++) {
        if (strncasecmp((const char *)name, known[i], strlen(known[i])) == 0)
            return true;
    }
    return name == NULL;
}
