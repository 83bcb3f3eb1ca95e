#include "etl/event/lines.h"

#include <string.h>

void
lines_init(struct lines *l, struct byte_source source, size_t limit_bytes)
{
    l->source = source;
    l->limit_bytes = limit_bytes;
    l->number = 0;
    l->line = (struct text)TEXT_INIT;
    l->too_long = false;
    l->at = l->filled = 0;
}

void
lines_release(struct lines *l)
{
    text_release(&l->line);
}

/* Returns 1 when there are bytes in the buffer, 0 at the end, -1. */
static int
fill(struct lines *l, struct fault *f)
{
    ssize_t n;

    if (l->at < l->filled)
        return 1;
    if ((n = l->source.read(l->source.state, l->buffer, sizeof l->buffer, f)) < 0)
        return -1;
    l->at = 0;
    l->filled = (size_t)n;
    return n > 0;
}

/* Takes the buffer up to the line's end; true when it is there. */
static bool
take(struct lines *l)
{
    const char *start = l->buffer + l->at;
    size_t available = l->filled - l->at;
    const char *end = memchr(start, '\n', available);
    size_t length = end == NULL ? available : (size_t)(end - start);
    size_t room = l->limit_bytes - l->line.length;

    l->too_long |= length > room;
    text_add_bytes(&l->line, start, length < room ? length : room);
    l->at += length + (end != NULL);
    return end != NULL;
}

int
lines_next(struct lines *l, struct fault *f)
{
    int filled = fill(l, f);

    if (filled <= 0)
        return filled;
    text_clear(&l->line);
    l->too_long = false;
    l->number++;
    while (filled > 0 && !take(l))
        filled = fill(l, f);
    if (filled < 0 || text_check(&l->line, f) != 0)
        return -1;
    if (l->line.length > 0 && l->line.bytes[l->line.length - 1] == '\r')
        text_cut(&l->line, l->line.length - 1);
    return 1;
}
