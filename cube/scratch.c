#include "cube/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/base/text.h"

/* Where the file system knows no unnamed files, one that loses its name at once. */
static int
open_unnamed(const char *folder, struct fault *f)
{
    struct text path = TEXT_INIT;
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0)
        return fd;
    text_add_format(&path, "%s/scratch.XXXXXX.part", folder);
    if (text_check(&path, f) == 0) {
        fd = mkostemps(path.bytes, 5, O_CLOEXEC);
        if (fd < 0)
            fault_set_errno(f, errno, "create a scratch file in '%s'", folder);
        else
            unlink(path.bytes);
    }
    text_release(&path);
    return fd;
}

/* Space is taken before it is written to: a mapping cannot say that the disk is full. */
static int
map_scratch(struct scratch *s, int fd, const char *folder, struct fault *f)
{
    void *map;
    int code;

    do
        code = posix_fallocate(fd, 0, (off_t)s->size_bytes);
    while (code == EINTR);
    if (code != 0)
        return fault_set_errno(
            f, code, "take %zu bytes of scratch space in '%s'", s->size_bytes, folder);
    map = mmap(NULL, s->size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return fault_set_errno(f, errno, "map %zu bytes of scratch space", s->size_bytes);
    s->bytes = map;
    return 0;
}

int
scratch_init(struct scratch *s, const char *folder, uint64_t size_bytes, struct fault *f)
{
    int fd, rc;

    *s = (struct scratch){.size_bytes = size_bytes == 0 ? 1 : (size_t)size_bytes};
    if ((fd = open_unnamed(folder, f)) < 0)
        return -1;
    rc = map_scratch(s, fd, folder, f);
    close(fd);
    return rc;
}

void
scratch_release(struct scratch *s)
{
    if (s->bytes != NULL)
        munmap(s->bytes, s->size_bytes);
    s->bytes = NULL;
}

void
scratch_forget(const struct scratch *s)
{
    madvise(s->bytes, s->size_bytes, MADV_DONTNEED);
}
