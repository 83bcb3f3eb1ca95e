#include "config/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool
file_exists(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0;
}

bool
file_is_directory(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int
make_one_directory(const char *path, mode_t mode, struct fault *f)
{
    struct stat status;

    if (mkdir(path, mode) == 0)
        return 0;
    if (errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return 0;
    return fault_set_errno(f, errno, "create directory '%s'", path);
}

int
file_make_directory(const char *path, mode_t mode, struct fault *f)
{
    char *copy = strdup(path);
    int rc = copy == NULL ? fault_set_memory(f) : 0;

    for (char *slash = copy; rc == 0 && (slash = strchr(slash + 1, '/')) != NULL; *slash = '/') {
        *slash = '\0';
        rc = make_one_directory(copy, mode, f);
    }
    if (rc == 0)
        rc = make_one_directory(path, mode, f);
    free(copy);
    return rc;
}

int
file_remove(const char *path, struct fault *f)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return 0;
    return fault_set_errno(f, errno, "remove '%s'", path);
}

int
file_next_entry(DIR *directory, const char *path, const char **name, struct fault *f)
{
    struct dirent *entry;

    do {
        errno = 0;
        if ((entry = readdir(directory)) == NULL)
            return errno == 0 ? 0 : fault_set_errno(f, errno, "read directory '%s'", path);
    } while (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    *name = entry->d_name;
    return 1;
}

/* Removes everything in a directory but not the directory itself. */
static int
remove_entries(const char *path, DIR *directory, struct fault *f)
{
    struct text child = TEXT_INIT;
    const char *name;
    int rc;

    while ((rc = file_next_entry(directory, path, &name, f)) == 1) {
        text_clear(&child);
        file_join(&child, path, name);
        if (text_check(&child, f) != 0 || file_remove_tree(text_get(&child), f) != 0) {
            rc = -1;
            break;
        }
    }
    text_release(&child);
    return rc;
}

int
file_remove_tree(const char *path, struct fault *f)
{
    struct stat status;
    DIR *directory;
    int rc;

    if (lstat(path, &status) != 0)
        return errno == ENOENT ? 0 : fault_set_errno(f, errno, "look at '%s'", path);
    if (!S_ISDIR(status.st_mode))
        return file_remove(path, f);
    if ((directory = opendir(path)) == NULL)
        return fault_set_errno(f, errno, "open directory '%s'", path);
    rc = remove_entries(path, directory, f);
    closedir(directory);
    if (rc == 0 && rmdir(path) != 0)
        rc = fault_set_errno(f, errno, "remove directory '%s'", path);
    return rc;
}

int
file_flush(int fd, const char *path, struct fault *f)
{
    int rc;

    do
        rc = fsync(fd);
    while (rc != 0 && errno == EINTR);
    return rc == 0 ? 0 : fault_set_errno(f, errno, "flush '%s'", path);
}

int
file_rewrite(int fd, const char *text, const char *path, struct fault *f)
{
    size_t size = strlen(text), done = 0;

    if (ftruncate(fd, 0) != 0)
        return fault_set_errno(f, errno, "empty '%s'", path);
    while (done < size) {
        ssize_t n = pwrite(fd, text + done, size - done, (off_t)done);

        if (n < 0 && errno != EINTR)
            return fault_set_errno(f, errno, "write '%s'", path);
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

int
file_sync_directory(const char *path, struct fault *f)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc;

    if (fd < 0)
        return fault_set_errno(f, errno, "open directory '%s'", path);
    rc = file_flush(fd, path, f);
    close(fd);
    return rc;
}

static int
sync_directory_of(const char *path, struct fault *f)
{
    const char *slash = strrchr(path, '/');
    char *directory;
    int rc;

    if (slash == NULL)
        return file_sync_directory(".", f);
    if ((directory = strndup(path, slash == path ? 1 : (size_t)(slash - path))) == NULL)
        return fault_set_memory(f);
    rc = file_sync_directory(directory, f);
    free(directory);
    return rc;
}

int
file_rename(const char *from, const char *to, struct fault *f)
{
    if (rename(from, to) != 0)
        return fault_set_errno(f, errno, "rename '%s' to '%s'", from, to);
    return sync_directory_of(to, f);
}

int
file_read_all(const char *path, size_t limit, struct text *t, struct fault *f)
{
    struct file_reader r;
    struct byte_source source;
    char buffer[16384];
    size_t total = 0;
    ssize_t n;

    if (file_reader_open(&r, path, f) != 0)
        return -1;
    source = file_reader_source(&r);
    while ((n = source.read(source.state, buffer, sizeof buffer, f)) > 0) {
        if ((total += (size_t)n) > limit) {
            n = fault_set(f, FAULT_DATA, "'%s' is larger than %zu bytes", path, limit);
            break;
        }
        text_add_bytes(t, buffer, (size_t)n);
    }
    file_reader_close(&r);
    return n < 0 ? -1 : text_check(t, f);
}

int
file_write_all(const char *path, const void *bytes, size_t size, mode_t mode, struct fault *f)
{
    struct file_writer w = FILE_WRITER_INIT;
    struct byte_sink sink;
    int rc = -1;

    if (file_writer_open(&w, path, mode, true, f) != 0)
        return -1;
    sink = file_writer_sink(&w);
    if (sink.write(sink.state, bytes, size, f) == 0)
        rc = file_writer_commit(&w, true, f);
    file_writer_abandon(&w);
    return rc;
}

void
file_join(struct text *t, const char *directory, const char *name)
{
    if (name[0] != '/') {
        text_add(t, directory);
        if (directory[0] != '\0' && directory[strlen(directory) - 1] != '/')
            text_add_char(t, '/');
    }
    text_add(t, name);
}

int
file_reader_open(struct file_reader *r, const char *path, struct fault *f)
{
    struct stat status;

    r->path = path;
    if ((r->fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        return fault_set_errno(f, errno, "open '%s'", path);
    if (fstat(r->fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        file_reader_close(r);
        return fault_set(f, FAULT_NO_INPUT, "open '%s': is a directory", path);
    }
    return 0;
}

void
file_reader_close(struct file_reader *r)
{
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
}

static ssize_t
reader_read(void *state, void *buffer, size_t size, struct fault *f)
{
    struct file_reader *r = state;
    ssize_t n;

    do
        n = read(r->fd, buffer, size);
    while (n < 0 && errno == EINTR);
    return n < 0 ? fault_set_errno(f, errno, "read '%s'", r->path) : n;
}

struct byte_source
file_reader_source(struct file_reader *r)
{
    return (struct byte_source){reader_read, r};
}

static int
refuse_existing(const char *path, struct fault *f)
{
    fault_set(f, FAULT_EXISTS, "'%s' exists", path);
    return fault_hint(f, "choose another name or say --allow-overwrite");
}

/* 1 when the open part is still the one of that name, and only that; 0 when not; -1 with a fault.
 */
static int
is_free(int fd, const char *path, struct fault *f)
{
    struct stat open_file, named;

    if (fstat(fd, &open_file) != 0)
        return fault_set_errno(f, errno, "look at '%s'", path);
    if (stat(path, &named) != 0)
        return errno == ENOENT ? 0 : fault_set_errno(f, errno, "look at '%s'", path);
    if (open_file.st_dev != named.st_dev || open_file.st_ino != named.st_ino)
        return 0;
    if (open_file.st_nlink == 1)
        return 1;
    /* Published, and then a crash before the part's name was gone: leave the file in peace. */
    return unlink(path) == 0 || errno == ENOENT ? 0
                                                : fault_set_errno(f, errno, "remove '%s'", path);
}

/* Opens the part, empty and locked: a part left by a crash is taken over, one that somebody writes
 * at this moment is not. */
static int
open_part(struct file_writer *w, mode_t mode, struct fault *f)
{
    int free_now;

    do {
        if (w->fd >= 0)
            close(w->fd);
        if ((w->fd = open(w->part_path, O_WRONLY | O_CREAT | O_CLOEXEC, mode)) < 0)
            return fault_set_errno(f, errno, "create '%s'", w->part_path);
        /* A file system without locks: as good as it gets. */
        if (flock(w->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            fault_set(f, FAULT_LOCKED, "'%s' is being written by another process", w->part_path);
            free(w->part_path);
            w->part_path = NULL; /* theirs: not to be removed */
            return -1;
        }
    } while ((free_now = is_free(w->fd, w->part_path, f)) == 0);
    if (free_now < 0)
        return -1;
    if (ftruncate(w->fd, 0) != 0)
        return fault_set_errno(f, errno, "empty '%s'", w->part_path);
    return 0;
}

int
file_writer_open(
    struct file_writer *w, const char *path, mode_t mode, bool overwrite, struct fault *f)
{
    *w = (struct file_writer)FILE_WRITER_INIT;
    if (!overwrite && file_exists(path))
        return refuse_existing(path, f);
    if ((w->path = strdup(path)) == NULL || asprintf(&w->part_path, "%s.part", path) < 0) {
        w->part_path = NULL;
        file_writer_abandon(w);
        return fault_set_memory(f);
    }
    if (open_part(w, mode, f) != 0) {
        if (f != NULL && f->kind == FAULT_NO_INPUT)
            f->kind = FAULT_IO; /* the folder is missing: nothing to do with input */
        file_writer_abandon(w);
        return -1;
    }
    return 0;
}

static int
writer_write(void *state, const void *bytes, size_t size, struct fault *f)
{
    struct file_writer *w = state;

    for (size_t done = 0; done < size;) {
        ssize_t n = write(w->fd, (const char *)bytes + done, size - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set_errno(f, errno, "write '%s'", w->part_path);
        done += (size_t)n;
    }
    w->size_bytes += size;
    return 0;
}

struct byte_sink
file_writer_sink(struct file_writer *w)
{
    return (struct byte_sink){writer_write, w};
}

/* Gives the part its name: link refuses an existing target atomically, rename replaces it. */
static int
writer_publish(struct file_writer *w, bool overwrite, struct fault *f)
{
    if (overwrite)
        return file_rename(w->part_path, w->path, f);
    if (link(w->part_path, w->path) != 0) {
        if (errno == EEXIST)
            return refuse_existing(w->path, f);
        if (errno != EPERM && errno != ENOTSUP)
            return fault_set_errno(f, errno, "rename '%s' to '%s'", w->part_path, w->path);
        /* No hard links on this file system: look once more, then rename. */
        return file_exists(w->path) ? refuse_existing(w->path, f)
                                    : file_rename(w->part_path, w->path, f);
    }
    if (file_remove(w->part_path, f) != 0)
        return -1;
    return sync_directory_of(w->path, f);
}

int
file_writer_commit(struct file_writer *w, bool overwrite, struct fault *f)
{
    int fd = w->fd;
    int lock = fcntl(fd, F_DUPFD_CLOEXEC, 0); /* keeps the part locked until it has its name */
    int rc = file_flush(fd, w->part_path, f);

    w->fd = -1;
    if (close(fd) != 0 && rc == 0)
        rc = fault_set_errno(f, errno, "close '%s'", w->part_path);
    if (rc == 0)
        rc = writer_publish(w, overwrite, f);
    if (rc == 0) {
        free(w->part_path);
        w->part_path = NULL;
    }
    file_writer_abandon(w);
    if (lock >= 0)
        close(lock);
    return rc;
}

void
file_writer_abandon(struct file_writer *w)
{
    if (w->part_path != NULL)
        unlink(w->part_path); /* while it is still locked */
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
    free(w->part_path);
    free(w->path);
    w->part_path = w->path = NULL;
}
