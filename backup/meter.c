#include "backup/meter.h"

#include <stddef.h>

int
meter_init(struct meter *t, struct fault *f)
{
    *t = (struct meter)METER_INIT;
    t->digest = digest_new(f);
    return t->digest == NULL ? -1 : 0;
}

void
meter_release(struct meter *t)
{
    digest_free(t->digest);
    t->digest = NULL;
}

int
meter_add(struct meter *t, const void *bytes, size_t size, struct fault *f)
{
    t->bytes += size;
    return digest_add(t->digest, bytes, size, f);
}

static int
write_through(void *state, const void *bytes, size_t size, struct fault *f)
{
    struct meter *t = state;

    if (meter_add(t, bytes, size, f) != 0)
        return -1;
    return t->to.write(t->to.state, bytes, size, f);
}

static ssize_t
read_through(void *state, void *buffer, size_t size, struct fault *f)
{
    struct meter *t = state;
    ssize_t n = t->from.read(t->from.state, buffer, size, f);

    if (n > 0 && meter_add(t, buffer, (size_t)n, f) != 0)
        return -1;
    return n;
}

struct byte_sink
meter_sink(struct meter *t, struct byte_sink to)
{
    t->to = to;
    return (struct byte_sink){write_through, t};
}

struct byte_source
meter_source(struct meter *t, struct byte_source from)
{
    t->from = from;
    return (struct byte_source){read_through, t};
}

int
meter_finish(struct meter *t, char sha256[DIGEST_HEX_BYTES], struct fault *f)
{
    t->bytes = 0;
    return digest_finish(t->digest, sha256, f);
}
