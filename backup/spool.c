#include "backup/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
spool_release(struct spool *s)
{
    text_release(&s->memory);
    if (s->fd >= 0)
        close(s->fd);
    *s = (struct spool)SPOOL_INIT;
}

static int
open_file(struct spool *s, struct fault *f)
{
    const char *directory = getenv("TMPDIR");
    char *path;

    if (directory == NULL || directory[0] == '\0')
        directory = "/tmp";
    if (asprintf(&path, "%s/nightcube.XXXXXX", directory) < 0)
        return fault_set_memory(f);
    if ((s->fd = mkostemp(path, O_CLOEXEC)) < 0)
        fault_set_errno(f, errno, "create a temporary file in '%s'", directory);
    else
        unlink(path);
    free(path);
    return s->fd < 0 ? -1 : 0;
}

/* Moves what is in memory to the end of the file. */
static int
flush(struct spool *s, struct fault *f)
{
    size_t done = 0;

    if (s->fd < 0 && open_file(s, f) != 0)
        return -1;
    while (done < s->memory.length) {
        ssize_t n = write(s->fd, s->memory.bytes + done, s->memory.length - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set_errno(f, errno, "write a temporary file");
        done += (size_t)n;
    }
    text_clear(&s->memory);
    return 0;
}

int
spool_add(struct spool *s, const void *bytes, size_t size, struct fault *f)
{
    text_add_bytes(&s->memory, bytes, size);
    s->size_bytes += size;
    if (text_check(&s->memory, f) != 0)
        return -1;
    return s->memory.length < SPOOL_MEMORY_BYTES ? 0 : flush(s, f);
}

static ssize_t
spool_read(void *state, void *buffer, size_t size, struct fault *f)
{
    struct spool *s = state;
    uint64_t in_file = s->size_bytes - s->memory.length;
    ssize_t n;

    if (s->read_bytes == s->size_bytes)
        return 0;
    if (s->read_bytes >= in_file) {
        size_t at = (size_t)(s->read_bytes - in_file);

        if (size > s->memory.length - at)
            size = s->memory.length - at;
        memcpy(buffer, s->memory.bytes + at, size);
        s->read_bytes += size;
        return (ssize_t)size;
    }
    if (size > in_file - s->read_bytes)
        size = (size_t)(in_file - s->read_bytes);
    do
        n = pread(s->fd, buffer, size, (off_t)s->read_bytes);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return fault_set_errno(f, n < 0 ? errno : EIO, "read a temporary file");
    s->read_bytes += (uint64_t)n;
    return n;
}

struct byte_source
spool_source(struct spool *s)
{
    s->read_bytes = 0;
    return (struct byte_source){spool_read, s};
}
