#include "backup/age/intake.h"

#include <string.h>

void
intake_init(struct intake *in, struct byte_source source)
{
    in->source = source;
    in->start = in->end = 0;
    in->ended = in->failed = false;
}

/* Reads once, behind what is held. */
static int
read_more(struct intake *in, struct fault *f)
{
    ssize_t n =
        in->source.read(in->source.state, in->buffer + in->end, sizeof in->buffer - in->end, f);

    if (n < 0) {
        in->failed = true;
        return -1;
    }
    in->ended = n == 0;
    in->end += (size_t)n;
    return 0;
}

ssize_t
intake_peek(struct intake *in, size_t want, const uint8_t **bytes, struct fault *f)
{
    if (in->start > 0 && in->start + want > sizeof in->buffer) {
        memmove(in->buffer, in->buffer + in->start, in->end - in->start);
        in->end -= in->start;
        in->start = 0;
    }
    while (in->end - in->start < want && !in->ended) {
        if (read_more(in, f) != 0)
            return -1;
    }
    *bytes = in->buffer + in->start;
    return (ssize_t)(in->end - in->start);
}

void
intake_skip(struct intake *in, size_t size)
{
    in->start += size;
    /* Empty again: the next read starts at the front and nothing is ever moved. */
    if (in->start == in->end)
        in->start = in->end = 0;
}

ssize_t
intake_line(struct intake *in, char *line, size_t room, struct fault *f)
{
    size_t length = 0;

    while (length < room && (length == 0 || line[length - 1] != '\n')) {
        const uint8_t *bytes, *stop;
        ssize_t n = intake_peek(in, 1, &bytes, f);
        size_t take;

        if (n < 0)
            return -1;
        if (n == 0)
            break;
        take = (size_t)n < room - length ? (size_t)n : room - length;
        stop = memchr(bytes, '\n', take);
        take = stop != NULL ? (size_t)(stop - bytes) + 1 : take;
        memcpy(line + length, bytes, take);
        intake_skip(in, take);
        length += take;
    }
    return (ssize_t)length;
}

static ssize_t
intake_read(void *state, void *buffer, size_t size, struct fault *f)
{
    struct intake *in = state;
    const uint8_t *bytes;
    ssize_t n = intake_peek(in, 1, &bytes, f);

    if (n <= 0)
        return n;
    n = (size_t)n < size ? n : (ssize_t)size;
    memcpy(buffer, bytes, (size_t)n);
    intake_skip(in, (size_t)n);
    return n;
}

struct byte_source
intake_source(struct intake *in)
{
    return (struct byte_source){.read = intake_read, .state = in};
}
