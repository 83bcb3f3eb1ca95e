#include "config/base/markup.h"

#include <libxml/xmlerror.h>
#include <stdio.h>
#include <string.h>

enum { READER_OPTIONS = XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_BIG_LINES };

static void
keep_first_error(void *context, xmlError *error)
{
    struct markup_reader *r = context;

    if (r->broken_line != 0 || error->level < XML_ERR_ERROR)
        return;
    r->broken_line = error->line > 0 ? error->line : 1;
    snprintf(r->broken_text, sizeof r->broken_text, "%s",
        error->message == NULL ? "unknown error" : error->message);
    r->broken_text[strcspn(r->broken_text, "\n")] = '\0';
}

static int
read_bytes(void *context, char *buffer, int size)
{
    struct markup_reader *r = context;
    ssize_t got;

    if (r->broken.kind != FAULT_NONE)
        return -1;
    got = r->source.read(r->source.state, buffer, (size_t)size, &r->broken);
    if (got < 0)
        return -1;
    r->seen_bytes += (uint64_t)got;
    if (r->limit_bytes != 0 && r->seen_bytes > r->limit_bytes) {
        fault_set(
            &r->broken, FAULT_DATA, "longer than %llu bytes", (unsigned long long)r->limit_bytes);
        return -1;
    }
    return (int)got;
}

static int
close_nothing(void *context)
{
    (void)context;
    return 0;
}

/* Runs one libxml2 call with its messages caught. */
static int
guarded(struct markup_reader *r, int (*call)(struct markup_reader *))
{
    xmlStructuredErrorFunc handler = xmlStructuredError;
    void *context = xmlStructuredErrorContext;
    int rc;

    xmlSetStructuredErrorFunc(r, keep_first_error);
    rc = call(r);
    xmlSetStructuredErrorFunc(context, handler);
    return rc;
}

static int
start(struct markup_reader *r)
{
    r->xml = xmlReaderForIO(read_bytes, close_nothing, r, NULL, NULL, READER_OPTIONS);
    if (r->xml == NULL)
        return -1;
    xmlTextReaderSetStructuredErrorHandler(r->xml, keep_first_error, r);
    return 0;
}

static int
step(struct markup_reader *r)
{
    return xmlTextReaderRead(r->xml);
}

/* The source's own fault says more than what the parser made of it. */
static int
refuse(struct markup_reader *r, struct fault *f)
{
    if (r->broken.kind != FAULT_NONE) {
        if (f != NULL)
            *f = r->broken;
        return fault_wrap(f, "%s", r->name);
    }
    if (r->broken_line == 0)
        return fault_set_memory(f);
    return fault_set(f, FAULT_DATA, "%s:%d: %s", r->name, r->broken_line, r->broken_text);
}

int
markup_reader_open(struct markup_reader *r, struct byte_source source, const char *name,
    uint64_t limit_bytes, struct fault *f)
{
    *r = (struct markup_reader){.name = name, .source = source, .limit_bytes = limit_bytes};
    return guarded(r, start) == 0 ? 0 : refuse(r, f);
}

int
markup_reader_next(struct markup_reader *r, struct fault *f)
{
    int got = guarded(r, step);

    if (got < 0 || r->broken_line != 0 || r->broken.kind != FAULT_NONE)
        return refuse(r, f);
    if (got == 1 && xmlTextReaderNodeType(r->xml) == XML_READER_TYPE_DOCUMENT_TYPE)
        return fault_set(f, FAULT_DATA, "%s:%d: a DOCTYPE is not accepted; remove it", r->name,
            markup_reader_line(r));
    return got;
}

int
markup_reader_line(const struct markup_reader *r)
{
    return xmlTextReaderGetParserLineNumber(r->xml);
}

void
markup_reader_close(struct markup_reader *r)
{
    if (r->xml != NULL)
        xmlFreeTextReader(r->xml);
    r->xml = NULL;
}
