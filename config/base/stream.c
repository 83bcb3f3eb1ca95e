#include "config/base/stream.h"

ssize_t
source_read_full(const struct byte_source *source, void *buffer, size_t size, struct fault *f)
{
    size_t got = 0;

    while (got < size) {
        ssize_t n = source->read(source->state, (char *)buffer + got, size - got, f);

        if (n < 0)
            return -1;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    return (ssize_t)got;
}
