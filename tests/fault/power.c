#include "tests/fault/power.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/fault/shim.h"

enum { WRITTEN_LIMIT = 4096 };
enum change_kind { CHANGE_BYTES, CHANGE_MADE, CHANGE_GONE, CHANGE_MOVED, CHANGE_SWAPPED };

/* A name, found again even when a folder above it was renamed meanwhile. */
struct place {
    int folder;
    char name[NAME_MAX + 1];
};

struct change {
    struct change *before;
    enum change_kind kind;
    dev_t device; /* of the file, or of the folder in which the name is */
    ino_t inode;
    bool is_folder;

    /* names */
    struct place at, from;
    unsigned long kept; /* the name in the keep of what was here; 0: nothing was */

    /* bytes */
    int fd; /* borrowed of `written` */
    off_t offset, size_before;
    size_t size;
    char *bytes;
};

/* Files that were written, open to be put back. They are never closed: that would take away the
 * locks the process has on them (fcntl_locking(2)). */
static struct written {
    dev_t device;
    ino_t inode;
    int fd;
} written[WRITTEN_LIMIT];

static size_t written_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct change *newest;          /* what was done and may be lost */
static __thread struct change *coming; /* what this thread is about to do */
static int keep = -1;
static unsigned long kept_count;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void __libc_free(void *memory);

/* ---- no call here is counted or watched itself ---- */

static int
raw_open(int folder, const char *path, int flags)
{
    return (int)syscall(SYS_openat, folder, path, flags | O_CLOEXEC, 0600);
}

static void
give_up(const char *what)
{
    perror(what);
    abort();
}

bool
power_is_watched(void)
{
    return shim.mode == MODE_POWER || shim.mode == MODE_POWER_BYTES ||
           shim.mode == MODE_POWER_NAMES;
}

void
power_begin(void)
{
    const char *folder = getenv("NIGHTCUBE_FAULT_KEEP");

    if (power_is_watched() &&
        (folder == NULL || (keep = raw_open(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY)) < 0))
        give_up("fault-shim: NIGHTCUBE_FAULT_KEEP");
}

/* ---- what is about to come ---- */

/* The lock is held from here to power_changed. NULL when nothing is watched. */
static struct change *
expect(enum change_kind kind)
{
    if (!power_is_watched())
        return NULL;
    pthread_mutex_lock(&lock);
    if ((coming = __libc_calloc(1, sizeof *coming)) == NULL)
        give_up("fault-shim");
    coming->kind = kind;
    coming->at.folder = coming->from.folder = coming->fd = -1;
    return coming;
}

static void
find_place(struct place *at, const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);

    snprintf(folder, sizeof folder, "%.*s", (int)length, path);
    snprintf(at->name, sizeof at->name, "%s", name);
    at->folder = raw_open(AT_FDCWD,
        slash == NULL ? "."
        : length == 0 ? "/"
                      : folder,
        O_PATH | O_DIRECTORY);
}

/* A name's change counts as on the disk when the folder it is in was flushed. */
static void
name_change(struct change *c, const char *path)
{
    struct stat status;

    find_place(&c->at, path);
    if (c->at.folder >= 0 && fstat(c->at.folder, &status) == 0) {
        c->device = status.st_dev;
        c->inode = status.st_ino;
    }
}

/* A second name for what a path names, so that it can come back. */
static unsigned long
keep_file(const char *path)
{
    char name[32];

    snprintf(name, sizeof name, "%lu", ++kept_count);
    return syscall(SYS_linkat, AT_FDCWD, path, keep, name, 0) == 0 ? kept_count : 0;
}

void
power_make(const char *path, bool folder)
{
    struct change *c = expect(CHANGE_MADE);

    if (c == NULL)
        return;
    c->is_folder = folder;
    name_change(c, path);
}

void
power_remove(const char *path, bool folder)
{
    struct change *c = expect(CHANGE_GONE);

    if (c == NULL)
        return;
    c->is_folder = folder;
    name_change(c, path);
    if (!folder)
        c->kept = keep_file(path);
}

void
power_move(const char *from, const char *to)
{
    struct change *c = expect(CHANGE_MOVED);

    if (c == NULL)
        return;
    name_change(c, to);
    find_place(&c->from, from);
    c->kept = keep_file(to);
}

void
power_swap(const char *path, const char *other)
{
    struct change *c = expect(CHANGE_SWAPPED);

    if (c == NULL)
        return;
    name_change(c, other);
    find_place(&c->from, path);
}

static int
written_file(int fd, const struct stat *status)
{
    char path[64];

    for (size_t i = 0; i < written_count; i++) {
        if (written[i].device == status->st_dev && written[i].inode == status->st_ino)
            return written[i].fd;
    }
    /* Opened anew: what it was opened for may not allow to read it. */
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (written_count == WRITTEN_LIMIT || (fd = raw_open(AT_FDCWD, path, O_RDWR)) < 0)
        give_up("fault-shim: what is written");
    written[written_count++] = (struct written){status->st_dev, status->st_ino, fd};
    return fd;
}

void
power_write(int fd, off_t offset, size_t size, bool cut)
{
    struct stat status;
    struct change *c;

    if (!power_is_watched() || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    c = expect(CHANGE_BYTES);
    c->device = status.st_dev;
    c->inode = status.st_ino;
    c->size_before = status.st_size;
    c->offset = offset >= 0 ? offset : lseek(fd, 0, SEEK_CUR);
    c->size = cut ? (size_t)status.st_size : size;
    if (c->offset >= status.st_size)
        c->size = 0;
    else if (c->size > (size_t)(status.st_size - c->offset))
        c->size = (size_t)(status.st_size - c->offset);
    c->fd = written_file(fd, &status);
    if (c->size > 0 && (c->bytes = __libc_malloc(c->size)) != NULL)
        syscall(SYS_pread64, c->fd, c->bytes, c->size, c->offset);
}

static void
forget(struct change *c)
{
    char name[32];

    if (c->at.folder >= 0)
        syscall(SYS_close, c->at.folder);
    if (c->from.folder >= 0)
        syscall(SYS_close, c->from.folder);
    snprintf(name, sizeof name, "%lu", c->kept);
    if (c->kept != 0)
        syscall(SYS_unlinkat, keep, name, 0);
    __libc_free(c->bytes);
    __libc_free(c);
}

void
power_changed(bool done)
{
    struct change *c = coming;

    if (!power_is_watched() || c == NULL)
        return;
    coming = NULL;
    c->before = newest;
    if (done)
        newest = c;
    else
        forget(c);
    pthread_mutex_unlock(&lock);
}

void
power_flushed(int fd)
{
    struct change **at = &newest, *c;
    struct stat status;

    if (!power_is_watched() || fstat(fd, &status) != 0)
        return;
    pthread_mutex_lock(&lock);
    while ((c = *at) != NULL) {
        if (c->device != status.st_dev || c->inode != status.st_ino) {
            at = &c->before;
            continue;
        }
        *at = c->before;
        forget(c);
    }
    pthread_mutex_unlock(&lock);
}

/* ---- the cut ---- */

static void
undo_bytes(const struct change *c)
{
    if (c->bytes != NULL)
        syscall(SYS_pwrite64, c->fd, c->bytes, c->size, c->offset);
    syscall(SYS_ftruncate, c->fd, c->size_before);
}

static void
bring_back(const struct change *c)
{
    char name[32];

    snprintf(name, sizeof name, "%lu", c->kept);
    if (c->kept != 0)
        syscall(SYS_renameat, keep, name, c->at.folder, c->at.name);
}

static void
undo(const struct change *c)
{
    switch (c->kind) {
    case CHANGE_BYTES:
        undo_bytes(c);
        break;
    case CHANGE_MADE:
        syscall(SYS_unlinkat, c->at.folder, c->at.name, c->is_folder ? AT_REMOVEDIR : 0);
        break;
    case CHANGE_GONE:
        if (c->is_folder)
            syscall(SYS_mkdirat, c->at.folder, c->at.name, 0700);
        bring_back(c);
        break;
    case CHANGE_MOVED:
        syscall(SYS_renameat, c->at.folder, c->at.name, c->from.folder, c->from.name);
        bring_back(c);
        break;
    case CHANGE_SWAPPED:
        syscall(
            SYS_renameat2, c->at.folder, c->at.name, c->from.folder, c->from.name, RENAME_EXCHANGE);
        break;
    }
}

void
power_cut(void)
{
    if (!power_is_watched())
        return;
    pthread_mutex_lock(&lock);
    for (const struct change *c = newest; c != NULL; c = c->before) {
        if (shim.mode != (c->kind == CHANGE_BYTES ? MODE_POWER_NAMES : MODE_POWER_BYTES))
            undo(c);
    }
}
