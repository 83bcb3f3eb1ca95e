/*
 * The shim's side of files. The program's own calls are struck, and those of SQLite, which reads
 * with pread; other libraries open, read and close what they like.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fault/power.h"
#include "tests/fault/shim.h"

#define IS_OURS shim_is_program(__builtin_return_address(0))

static bool
fail_with(int error)
{
    errno = error;
    return true;
}

/* The error that was asked for behind the number. */
static bool
fails(enum fault_mode mode, enum call_class class, const char *function, const char *what)
{
    if (shim.mode == MODE_OFF || !shim_strikes(mode, shim_count(class, function, what)))
        return false;
    return fail_with(shim.native != 0 ? shim.native : EIO);
}

/* A signal comes while a call reads, writes or flushes. */
static bool
is_interrupted(const char *function)
{
    return shim.mode != MODE_OFF &&
           shim_strikes(MODE_INTERRUPT, shim_count(CALL_TRANSFER, function, "")) &&
           fail_with(EINTR);
}

/* ---- opening and reading ---- */

/* What belongs to the machine is not the matter. */
static bool
is_of_machine(const char *path)
{
    static const char *const folders[] = {"/etc/", "/usr/", "/lib", "/proc/", "/sys/", "/dev/"};

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (strncmp(path, folders[i], strlen(folders[i])) == 0)
            return strncmp(path, "/dev/shm/", 9) != 0;
    }
    return false;
}

/* Opens by way of `real`, with what opening does to the file system noted. */
static int
open_noted(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode)
{
    struct stat status;
    int fd;

    if (!power_is_watched() || (flags & O_CREAT) == 0 || (flags & O_TMPFILE) == O_TMPFILE ||
        stat(path, &status) == 0)
        return real(path, flags, mode);
    power_make(path, false);
    fd = real(path, flags, mode);
    power_changed(fd >= 0);
    return fd;
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list arguments;                                                                         \
        mode_t mode;                                                                               \
        REAL(name);                                                                                \
        va_start(arguments, flags);                                                                \
        mode = va_arg(arguments, mode_t);                                                          \
        va_end(arguments);                                                                         \
        if (!is_of_machine(path) && fails(MODE_OPEN, CALL_OPEN, "open", path))                     \
            return -1;                                                                             \
        return open_noted(real, path, flags, mode);                                                \
    }
OPEN(open)
OPEN(open64)

ssize_t
read(int fd, void *bytes, size_t size)
{
    REAL(read);
    if (fd > STDERR_FILENO && IS_OURS &&
        (is_interrupted("read") || fails(MODE_READ, CALL_READ, "read", "")))
        return -1;
    return real(fd, bytes, size);
}

ssize_t
pread64(int fd, void *bytes, size_t size, off64_t offset)
{
    REAL(pread64);
    if (is_interrupted("read") || fails(MODE_READ, CALL_READ, "read", ""))
        return -1;
    return real(fd, bytes, size, offset);
}

/* As close(2) has it: the descriptor is gone, error or not. */
int
close(int fd)
{
    bool failing;
    int result;

    REAL(close);
    failing = fd > STDERR_FILENO && IS_OURS && fails(MODE_CLOSE, CALL_CLOSE, "close", "");
    result = real(fd);
    return failing ? (fail_with(shim.native != 0 ? shim.native : EIO), -1) : result;
}

#define MAP(name)                                                                                  \
    void *name(void *at, size_t size, int access, int flags, int fd, off_t offset)                 \
    {                                                                                              \
        REAL(name);                                                                                \
        if (IS_OURS && fails(MODE_MAP, CALL_MAP, "mmap", ""))                                      \
            return MAP_FAILED;                                                                     \
        return real(at, size, access, flags, fd, offset);                                          \
    }
MAP(mmap)
MAP(mmap64)

/* ---- writing ---- */

/* The name of an open file, for the trace. */
static const char *
name_of(int fd, char *path, size_t size)
{
    char link_path[64];
    ssize_t length;

    snprintf(link_path, sizeof link_path, "/proc/self/fd/%d", fd);
    length = readlink(link_path, path, size - 1);
    path[length > 0 ? length : 0] = '\0';
    return path;
}

/* Counts a write or flush of a file. True when it is to fail, with errno. Of a write to come out
 * short *size is made smaller. */
static bool
is_struck(int fd, const char *function, size_t *size, bool is_ours)
{
    char path[256] = "";
    unsigned long number;

    if (shim.mode == MODE_OFF || fd <= STDERR_FILENO || shim_is_log(fd))
        return false;
    number = shim_count(
        CALL_WRITE, function, shim.mode == MODE_TRACE ? name_of(fd, path, sizeof path) : "");
    if (size == NULL && shim_strikes(MODE_FLUSH, shim_count(CALL_FLUSH, function, path)))
        return fail_with(EIO);
    if (size != NULL && *size > 1 && shim_strikes(MODE_SHORT, number))
        *size /= 2;
    if (shim_strikes(MODE_FULL, number))
        return fail_with(ENOSPC);
    if (shim_strikes(MODE_EIO, number))
        return fail_with(EIO);
    /* SQLite takes a flush for one that no signal interrupts. */
    return (size != NULL || is_ours) && is_interrupted(function);
}

static ssize_t
written(ssize_t result)
{
    power_changed(result > 0);
    return result;
}

ssize_t
write(int fd, const void *bytes, size_t size)
{
    REAL(write);
    if (is_struck(fd, "write", &size, IS_OURS))
        return -1;
    power_write(fd, -1, size, false);
    return written(real(fd, bytes, size));
}

#define PWRITE(name, type)                                                                         \
    ssize_t name(int fd, const void *bytes, size_t size, type offset)                              \
    {                                                                                              \
        REAL(name);                                                                                \
        if (is_struck(fd, "pwrite", &size, IS_OURS))                                               \
            return -1;                                                                             \
        power_write(fd, offset, size, false);                                                      \
        return written(real(fd, bytes, size, offset));                                             \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

static int
flushed(int fd, int result)
{
    if (result == 0)
        power_flushed(fd);
    return result;
}

int
fsync(int fd)
{
    REAL(fsync);
    return is_struck(fd, "fsync", NULL, IS_OURS) ? -1 : flushed(fd, real(fd));
}

int
fdatasync(int fd)
{
    REAL(fdatasync);
    return is_struck(fd, "fdatasync", NULL, IS_OURS) ? -1 : flushed(fd, real(fd));
}

/* ---- changes of names and sizes ---- */

static bool
name_fails(const char *function, const char *path)
{
    return fails(MODE_NAME, CALL_NAME, function, path);
}

static int
changed(int result)
{
    power_changed(result == 0);
    return result;
}

#define FTRUNCATE(name, type)                                                                      \
    int name(int fd, type size)                                                                    \
    {                                                                                              \
        REAL(name);                                                                                \
        if (name_fails("ftruncate", ""))                                                           \
            return -1;                                                                             \
        power_write(fd, size, 0, true);                                                            \
        return changed(real(fd, size));                                                            \
    }
FTRUNCATE(ftruncate, off_t)
FTRUNCATE(ftruncate64, off64_t)

int
rename(const char *from, const char *to)
{
    REAL(rename);
    if (name_fails("rename", to))
        return -1;
    power_move(from, to);
    return changed(real(from, to));
}

int
renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned int flags)
{
    REAL(renameat2);
    if (name_fails("rename", to))
        return -1;
    if (flags == RENAME_EXCHANGE)
        power_swap(from, to);
    else
        power_move(from, to);
    return changed(real(from_fd, from, to_fd, to, flags));
}

int
link(const char *from, const char *to)
{
    REAL(link);
    if (name_fails("link", to))
        return -1;
    power_make(to, false);
    return changed(real(from, to));
}

int
unlink(const char *path)
{
    REAL(unlink);
    if (name_fails("unlink", path))
        return -1;
    power_remove(path, false);
    return changed(real(path));
}

int
rmdir(const char *path)
{
    REAL(rmdir);
    if (name_fails("rmdir", path))
        return -1;
    power_remove(path, true);
    return changed(real(path));
}

int
mkdir(const char *path, mode_t permissions)
{
    REAL(mkdir);
    if (name_fails("mkdir", path))
        return -1;
    power_make(path, true);
    return changed(real(path, permissions));
}
