#include "etl/event/input.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct input {
    const char *path; /* borrowed */
    int fd;
    struct archive *archive;
    bool regular;
    bool ended;
    uint64_t size_bytes;
    char head[INPUT_PEEK_BYTES];
    size_t head_at, head_filled;
};

/* libarchive tells the file's own errors by errno, and its verdict on the content otherwise. */
static int
refuse(struct input *in, struct fault *f)
{
    int errnum = archive_errno(in->archive);
    const char *what = archive_error_string(in->archive);

    if (errnum == EIO || errnum == EISDIR)
        return fault_set_errno(f, errnum, "read '%s'", in->path);
    if (errnum == ENOMEM)
        return fault_set_memory(f);
    return fault_set(f, FAULT_DATA, "decompress '%s': %s", in->path, what ? what : "damaged");
}

static int
open_file(struct input *in, struct fault *f)
{
    struct stat status;

    in->fd = open(in->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (in->fd < 0 || fstat(in->fd, &status) != 0)
        return fault_set_errno(f, errno, "open '%s'", in->path);
    if (S_ISDIR(status.st_mode))
        return fault_set(f, FAULT_NO_INPUT, "open '%s': is a directory", in->path);
    in->regular = S_ISREG(status.st_mode);
    in->size_bytes = in->regular ? (uint64_t)status.st_size : 0;
    return 0;
}

/* The "raw" format hands one nameless entry through: the file, decompressed. */
static int
open_archive(struct input *in, struct fault *f)
{
    struct archive_entry *entry;
    int rc;

    if ((in->archive = archive_read_new()) == NULL)
        return fault_set_memory(f);
    archive_read_support_filter_gzip(in->archive);
    archive_read_support_filter_zstd(in->archive);
    archive_read_support_filter_xz(in->archive);
    archive_read_support_filter_bzip2(in->archive);
    archive_read_support_format_raw(in->archive);
    archive_read_support_format_empty(in->archive);
    if (archive_read_open_fd(in->archive, in->fd, 65536) != ARCHIVE_OK)
        return refuse(in, f);
    rc = archive_read_next_header(in->archive, &entry);
    if (rc != ARCHIVE_OK && rc != ARCHIVE_EOF)
        return refuse(in, f);
    in->ended = rc == ARCHIVE_EOF;
    return 0;
}

struct input *
input_open(const char *path, struct fault *f)
{
    struct input *in = calloc(1, sizeof *in);

    if (in == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    in->path = path;
    in->fd = -1;
    if (open_file(in, f) != 0 || open_archive(in, f) != 0) {
        input_close(in);
        return NULL;
    }
    return in;
}

void
input_close(struct input *in)
{
    if (in == NULL)
        return;
    archive_read_free(in->archive);
    if (in->fd >= 0)
        close(in->fd);
    free(in);
}

static ssize_t
read_archive(struct input *in, void *buffer, size_t size, struct fault *f)
{
    la_ssize_t n;

    if (in->ended)
        return 0;
    do
        n = archive_read_data(in->archive, buffer, size);
    while (n == ARCHIVE_RETRY);
    if (n < 0)
        return refuse(in, f);
    in->ended = n == 0;
    return (ssize_t)n;
}

static ssize_t
input_read(void *state, void *buffer, size_t size, struct fault *f)
{
    struct input *in = state;
    size_t left = in->head_filled - in->head_at;

    if (left == 0)
        return read_archive(in, buffer, size, f);
    if (size > left)
        size = left;
    memcpy(buffer, in->head + in->head_at, size);
    in->head_at += size;
    return (ssize_t)size;
}

struct byte_source
input_source(struct input *in)
{
    return (struct byte_source){input_read, in};
}

int
input_peek(struct input *in, const char **bytes, size_t *length, struct fault *f)
{
    while (in->head_filled < sizeof in->head) {
        ssize_t n =
            read_archive(in, in->head + in->head_filled, sizeof in->head - in->head_filled, f);

        if (n < 0)
            return -1;
        if (n == 0)
            break;
        in->head_filled += (size_t)n;
    }
    *bytes = in->head;
    *length = in->head_filled;
    return 0;
}

bool
input_is_regular(const struct input *in)
{
    return in->regular;
}

void
input_progress(const struct input *in, uint64_t *done, uint64_t *total)
{
    la_int64_t bytes = archive_filter_bytes(in->archive, -1);

    *done = bytes < 0 ? 0 : (uint64_t)bytes;
    *total = in->size_bytes;
}
