#include "backup/tally.h"

#include <stddef.h>

int
tally_init(struct tally *t, struct fault *f)
{
    *t = (struct tally)TALLY_INIT;
    t->digest = digest_new(f);
    return t->digest == NULL ? -1 : 0;
}

void
tally_release(struct tally *t)
{
    digest_free(t->digest);
    t->digest = NULL;
}

int
tally_add(struct tally *t, const void *bytes, size_t size, struct fault *f)
{
    t->bytes += size;
    return digest_add(t->digest, bytes, size, f);
}

static int
write_through(void *state, const void *bytes, size_t size, struct fault *f)
{
    struct tally *t = state;

    if (tally_add(t, bytes, size, f) != 0)
        return -1;
    return t->to.write(t->to.state, bytes, size, f);
}

static ssize_t
read_through(void *state, void *buffer, size_t size, struct fault *f)
{
    struct tally *t = state;
    ssize_t n = t->from.read(t->from.state, buffer, size, f);

    if (n > 0 && tally_add(t, buffer, (size_t)n, f) != 0)
        return -1;
    return n;
}

struct byte_sink
tally_sink(struct tally *t, struct byte_sink to)
{
    t->to = to;
    return (struct byte_sink){write_through, t};
}

struct byte_source
tally_source(struct tally *t, struct byte_source from)
{
    t->from = from;
    return (struct byte_source){read_through, t};
}

int
tally_finish(struct tally *t, char sha256[DIGEST_HEX_BYTES], struct fault *f)
{
    t->bytes = 0;
    return digest_finish(t->digest, sha256, f);
}
