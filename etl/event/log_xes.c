#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/fault.h"
#include "config/base/markup_guard.h"
#include "config/base/text.h"
#include "etl/event/batch.h"
#include "etl/event/log_kind.h"

enum {
    CHUNK_BYTES = 32 * 1024,
    LIMIT_DEPTH = 256 /* libxml2's own limit for trees; the push parser has none */
};

struct xes {
    struct event_log *log;
    xmlParserCtxt *parser;
    struct batch batch;
    int depth;
    int inside; /* depth below which we listen: children of log 1, of a trace 2, of an event 3 */
    bool ended;
    struct fault broken; /* why the document cannot be read on; told after the last good trace */
    struct text window;  /* the document from window_start on, to show rejected traces */
    uint64_t window_start;
    uint64_t fed_bytes;
    struct markup_guard guard;
};

/* The bytes of the document up to the parser's place; 0 when it is recoded on its way in. */
static uint64_t
place(const struct xes *x)
{
    const xmlParserInput *input = x->parser->input;
    long place;

    if (input == NULL || input->buf == NULL || input->buf->encoder != NULL)
        return 0;
    place = xmlByteConsumed(x->parser);
    return place < 0 ? 0 : (uint64_t)place;
}

static uint64_t
line_of(const struct xes *x)
{
    return x->parser->input == NULL ? 0 : (uint64_t)x->parser->input->line;
}

static void
stop(struct xes *x, const char *what)
{
    if (x->broken.kind == FAULT_NONE)
        fault_set(&x->broken, FAULT_DATA, "line %llu: %s", (unsigned long long)line_of(x), what);
    xmlStopParser(x->parser);
}

static bool
is(const xmlChar *name, const char *word)
{
    return strcmp((const char *)name, word) == 0;
}

/* The elements that are attributes of one value each (IEEE 1849-2016, 4.2). */
static bool
is_attribute(const xmlChar *name)
{
    static const char *const names[] = {"string", "date", "int", "float", "boolean", "id"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (is(name, names[i]))
            return true;
    }
    return false;
}

static enum batch_role
role_of(const struct xes *x, struct log_text key)
{
    if (!x->batch.in_event)
        return log_text_is(key, "concept:name") ? ROLE_ID : ROLE_NONE;
    if (log_text_is(key, x->log->class_key))
        return ROLE_CLASS;
    return log_text_is(key, x->log->time_key) ? ROLE_TIME : ROLE_NONE;
}

/* `attributes`: libxml2's five pointers each: name, prefix, namespace, value, end of value. */
static void
add_attribute(struct xes *x, const xmlChar *name, int count, const xmlChar **attributes)
{
    struct log_text key = {NULL, 0};
    struct log_text value = {NULL, 0};

    for (int i = 0; i < count; i++, attributes += 5) {
        struct log_text t = {(const char *)attributes[3], (size_t)(attributes[4] - attributes[3])};

        if (is(attributes[0], "key"))
            key = t;
        else if (is(attributes[0], "value"))
            value = t;
    }
    if (key.bytes != NULL)
        batch_add(&x->batch, role_of(x, key), key, value, is(name, "boolean"), line_of(x));
}

/* An element at the depth where we listen. Nested attributes, globals, classifiers and extensions
 * lie deeper or have other names. */
static void
start_known(struct xes *x, const xmlChar *name, int count, const xmlChar **attributes)
{
    if (x->depth == 0) {
        if (!is(name, "log"))
            stop(x, "not an event log: the root element is not <log>");
        x->inside = 1;
    } else if (x->depth == 1 && is(name, "trace")) {
        batch_begin_case(&x->batch, line_of(x), place(x));
        x->inside = 2;
    } else if (x->depth == 2 && is(name, "event")) {
        batch_begin_event(&x->batch, line_of(x));
        x->inside = 3;
    } else if (x->depth >= 2 && is_attribute(name)) {
        add_attribute(x, name, count, attributes);
    }
}

static void
start_element(void *state, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
    int namespace_count, const xmlChar **namespaces, int count, int default_count,
    const xmlChar **attributes)
{
    struct xes *x = state;

    (void)prefix, (void)uri, (void)namespace_count, (void)namespaces, (void)default_count;
    if (x->depth == x->inside)
        start_known(x, name, count, attributes);
    if (++x->depth > LIMIT_DEPTH)
        stop(x, "elements are nested too deeply");
}

static void
end_element(void *state, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct xes *x = state;

    (void)name, (void)prefix, (void)uri;
    if (--x->depth >= x->inside)
        return;
    x->inside = x->depth;
    if (x->depth == 2)
        batch_end_event(&x->batch);
    else if (x->depth == 1)
        batch_end_case(&x->batch, place(x));
}

/* Called at <!DOCTYPE, before anything in it is looked at. */
static void
refuse_doctype(void *state, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
    (void)name, (void)public_id, (void)system_id;
    stop(state, "a DOCTYPE is not accepted; remove it");
}

static void
check_encoding(void *state)
{
    struct xes *x = state;

    if (!markup_guard_may_read(x->parser))
        stop(x, "this encoding is not accepted: save it as UTF-8");
}

/* libxml2 prints what has no handler; the parser's context keeps the last error for us. */
static void
ignore_error(void *state, xmlError *error)
{
    (void)state, (void)error;
}

static int
xes_open(struct event_log *l, struct fault *f)
{
    xmlSAXHandler handler = {
        .initialized = XML_SAX2_MAGIC,
        .startDocument = check_encoding,
        .internalSubset = refuse_doctype,
        .startElementNs = start_element,
        .endElementNs = end_element,
        .serror = ignore_error,
    };
    struct xes *x = calloc(1, sizeof *x);

    if (x == NULL)
        return fault_set_memory(f);
    l->state = x;
    x->log = l;
    if ((x->parser = xmlCreatePushParserCtxt(&handler, x, NULL, 0, NULL)) == NULL)
        return fault_set_memory(f);
    /* NOENT decodes &amp; and its like in values; there are no other entities, because a DOCTYPE
     * is refused. */
    xmlCtxtUseOptions(x->parser, XML_PARSE_NONET | XML_PARSE_BIG_LINES | XML_PARSE_NOENT);
    return 0;
}

static void
xes_close(struct event_log *l)
{
    struct xes *x = l->state;

    if (x == NULL)
        return;
    if (x->parser != NULL)
        xmlFreeParserCtxt(x->parser);
    batch_release(&x->batch);
    text_release(&x->window);
    free(x);
}

/* Notes the first fatal error; libxml2's messages end with a line end and may hold more. */
static void
note_error(struct xes *x)
{
    const xmlError *error = xmlCtxtGetLastError(x->parser);
    char *end;

    if (x->parser->wellFormed || x->broken.kind != FAULT_NONE)
        return;
    fault_set(&x->broken, FAULT_DATA, "line %d: %s", error == NULL ? 0 : error->line,
        error == NULL || error->message == NULL ? "not well-formed" : error->message);
    for (end = x->broken.text; *end != '\0'; end++) {
        if (*end == '\n')
            *end = end[1] == '\0' ? '\0' : ' ';
    }
}

/* Forgets what lies before the open trace, or before the parser when there is none or when it is
 * too large to show. */
static void
trim_window(struct xes *x)
{
    const struct batch_case *c = batch_open_case(&x->batch);
    uint64_t from = place(x);
    size_t drop;

    if (c != NULL && c->too_large == NULL && x->window.length < LOG_LIMIT_RAW_BYTES)
        from = c->from_byte < from ? c->from_byte : from;
    if (from <= x->window_start)
        return;
    drop = (size_t)(from - x->window_start);
    if (drop > x->window.length)
        drop = x->window.length;
    if (drop == 0)
        return;
    memmove(x->window.bytes, x->window.bytes + drop, x->window.length - drop);
    text_cut(&x->window, x->window.length - drop);
    x->window_start += drop;
}

/* A tag or a recoded document may be longer than what we keep: then the window starts anew. */
static void
grow_window(struct xes *x, const char *chunk, size_t length)
{
    if (x->window.length > LOG_LIMIT_RAW_BYTES) {
        text_clear(&x->window);
        x->window_start = x->fed_bytes;
    }
    text_add_bytes(&x->window, chunk, length);
    x->fed_bytes += length;
}

/* A tag is read when it is complete; until then it lies in the parser's buffer. */
static void
check_backlog(struct xes *x)
{
    const xmlParserInput *input = x->parser->input;

    if (input != NULL && input->end - input->cur > LOG_LIMIT_TEXT_BYTES)
        stop(x, "a tag or comment is too long");
}

/* Feeds the parser one piece more. */
static int
feed(struct xes *x, struct fault *f)
{
    struct byte_source source = input_source(x->log->input);
    char chunk[CHUNK_BYTES];
    ssize_t n = source.read(source.state, chunk, sizeof chunk, f);

    if (n < 0)
        return -1;
    trim_window(x);
    grow_window(x, chunk, (size_t)n);
    batch_compact(&x->batch);
    if (!markup_guard_pass(&x->guard, chunk, (size_t)n))
        stop(x, "an element has too many attributes");
    xmlParseChunk(x->parser, chunk, (int)n, n == 0);
    check_backlog(x);
    note_error(x);
    x->ended = n == 0;
    return 0;
}

/* The start tag was complete when the place was noted: its '<' is the last one before. */
static struct log_text
raw_of(const struct xes *x, const struct batch_case *c)
{
    const char *window = text_get(&x->window);
    size_t from, to;

    if (c->from_byte <= x->window_start || c->to_byte > x->window_start + x->window.length ||
        c->to_byte - c->from_byte > LOG_LIMIT_RAW_BYTES)
        return (struct log_text){NULL, 0};
    from = (size_t)(c->from_byte - x->window_start);
    to = (size_t)(c->to_byte - x->window_start);
    while (from > 0 && window[from] != '<')
        from--;
    return (struct log_text){window + from, to - from};
}

static enum source_result
xes_next(struct event_log *l, struct log_case *c, struct fault *f)
{
    struct xes *x = l->state;
    const struct batch_case *from;
    int taken;

    while ((taken = batch_take(&x->batch, c, &from, f)) == 0) {
        if (x->broken.kind != FAULT_NONE) {
            *f = x->broken;
            return SOURCE_FAULT;
        }
        if (x->ended)
            return SOURCE_END;
        if (feed(x, f) != 0)
            return SOURCE_FAULT;
    }
    if (taken < 0)
        return SOURCE_FAULT;
    c->raw = raw_of(x, from);
    if (from->too_large == NULL)
        return SOURCE_RECORD;
    fault_set(f, FAULT_DATA, "line %llu: trace has too many %s (at most %d events, %d MiB)",
        (unsigned long long)c->line, from->too_large, LOG_LIMIT_EVENTS,
        LOG_LIMIT_TEXT_BYTES / (1024 * 1024));
    return SOURCE_REJECT;
}

const struct log_kind log_kind_xes = {
    .format = FORMAT_XES,
    .open = xes_open,
    .next = xes_next,
    .close = xes_close,
};
