#include "config/settings/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/base/file.h"
#include "config/base/log.h"

enum {
    LIMIT_BYTES = 64 * 1024, /* of a secret, and of a file of secrets */
    OTHERS_MAY = 0077,       /* permission bits that a secret file must not have */
    WORLD_MAY = 0007         /* the same for credentials: systemd shows its ACL as group bits */
};

/* Whole pages of its own, so that locking and wiping touch nothing else. */
static size_t
pages_for(size_t length)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    return (length / page + 1) * page;
}

int
secret_init(struct secret *s, size_t length, struct fault *f)
{
    size_t size = pages_for(length);
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    *s = (struct secret)SECRET_INIT;
    if (bytes == MAP_FAILED)
        return fault_set_memory(f);
    /* Best effort: limits may forbid locking, and old kernels know no MADV_DONTDUMP. */
    (void)mlock(bytes, size);
    (void)madvise(bytes, size, MADV_DONTDUMP);
    s->bytes = bytes;
    s->length = length;
    return 0;
}

void
secret_release(struct secret *s)
{
    size_t size = pages_for(s->length);

    if (s->bytes != NULL) {
        explicit_bzero(s->bytes, size);
        munmap(s->bytes, size);
    }
    *s = (struct secret)SECRET_INIT;
}

int
secret_copy(struct secret *s, const char *bytes, size_t length, struct fault *f)
{
    if (secret_init(s, length, f) != 0)
        return -1;
    memcpy(s->bytes, bytes, length);
    return 0;
}

/* Reads until the end or until `s` is full. Returns how many bytes, or -1. */
static ssize_t
read_full(int fd, struct secret *s)
{
    size_t filled = 0;

    while (filled < s->length) {
        ssize_t got = read(fd, s->bytes + filled, s->length - filled);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        filled += (size_t)got;
    }
    return (ssize_t)filled;
}

static int
check_mode(int fd, const char *path, mode_t forbidden, struct fault *f)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return fault_set_errno(f, errno, "look at '%s'", path);
    if ((status.st_mode & forbidden) == 0)
        return 0;
    fault_set(f, FAULT_PERMISSION, "secret file '%s' may be read by others (mode %04o)", path,
        (unsigned)(status.st_mode & 07777));
    return fault_hint(f, "chmod 600 '%s'", path);
}

/* The whole file, as it is. */
static int
read_whole(struct secret *s, const char *path, mode_t forbidden, struct fault *f)
{
    struct secret room = SECRET_INIT;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;
    int rc = -1;

    if (fd < 0)
        return fault_set_errno(f, errno, "open secret file '%s'", path);
    if (check_mode(fd, path, forbidden, f) != 0 || secret_init(&room, LIMIT_BYTES + 1, f) != 0)
        goto done;
    got = read_full(fd, &room);
    if (got < 0)
        fault_set_errno(f, errno, "read secret file '%s'", path);
    else if (got > LIMIT_BYTES)
        fault_set(f, FAULT_DATA, "secret file '%s' is longer than %d bytes", path, LIMIT_BYTES);
    else
        rc = secret_copy(s, room.bytes, (size_t)got, f);
done:
    secret_release(&room);
    close(fd);
    return rc;
}

/* Wipes one trailing line end. */
static void
chomp(struct secret *s)
{
    size_t length = s->length;

    if (length > 0 && s->bytes[length - 1] == '\n')
        length--;
    if (length > 0 && length < s->length && s->bytes[length - 1] == '\r')
        length--;
    /* s->length says how many pages to give back, so it stays. */
    explicit_bzero(s->bytes + length, s->length - length);
}

static int
read_value(struct secret *s, const char *path, mode_t forbidden, struct fault *f)
{
    struct secret whole = SECRET_INIT;
    int rc = -1;

    *s = (struct secret)SECRET_INIT;
    if (read_whole(&whole, path, forbidden, f) != 0)
        return -1;
    if (memchr(whole.bytes, '\0', whole.length) != NULL) {
        fault_set(f, FAULT_DATA, "secret file '%s' holds a NUL byte", path);
        goto done;
    }
    chomp(&whole);
    if (whole.bytes[0] == '\0')
        fault_set(f, FAULT_DATA, "secret file '%s' is empty", path);
    else
        rc = secret_copy(s, whole.bytes, strlen(whole.bytes), f);
done:
    secret_release(&whole);
    return rc;
}

int
secret_read_file(struct secret *s, const char *path, struct fault *f)
{
    return read_value(s, path, OTHERS_MAY, f);
}

/* Each of the places to look: 1 found, 0 not there, -1 with a fault. */

static int
find_credential(struct secret *s, const char *name, struct fault *f)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    struct text path = TEXT_INIT;
    int rc = 0;

    if (directory == NULL || directory[0] == '\0')
        return 0;
    file_join(&path, directory, name);
    if (text_check(&path, f) != 0)
        rc = -1;
    else if (file_exists(text_get(&path)))
        rc = read_value(s, text_get(&path), WORLD_MAY, f) == 0 ? 1 : -1;
    text_release(&path);
    return rc;
}

/* The value of the line NAME=value in a file of such lines; NULL when it is not there. */
static const char *
find_line(const char *lines, const char *name, size_t *length)
{
    size_t name_length = strlen(name);

    while (*lines != '\0') {
        size_t line = strcspn(lines, "\r\n");

        if (line > name_length && strncmp(lines, name, name_length) == 0 &&
            lines[name_length] == '=') {
            *length = line - name_length - 1;
            return lines + name_length + 1;
        }
        lines += line;
        lines += strspn(lines, "\r\n");
    }
    return NULL;
}

static int
find_in_file(struct secret *s, const struct settings *settings, const char *name, struct fault *f)
{
    struct secret lines = SECRET_INIT;
    const char *value;
    size_t length = 0;
    int rc = -1;

    if (settings->secrets_file == NULL)
        return 0;
    if (read_whole(&lines, settings->secrets_file, OTHERS_MAY, f) != 0)
        return -1;
    value = find_line(lines.bytes, name, &length);
    if (value == NULL)
        rc = 0;
    else if (length == 0)
        fault_set(f, FAULT_DATA, "secret '%s' is empty in '%s'", name, settings->secrets_file);
    else
        rc = secret_copy(s, value, length, f) == 0 ? 1 : -1;
    secret_release(&lines);
    return rc;
}

/* What the process was started with stays readable as /proc/PID/environ: it moves away from there,
 * and getenv finds it still. */
static int
leave_start_environment(const char *name, char *value, const struct secret *copy, struct fault *f)
{
    explicit_bzero(value, copy->length);
    return setenv(name, copy->bytes, 1) == 0 ? 0 : fault_set_memory(f);
}

static int
find_in_environment(struct secret *s, const char *name, struct fault *f)
{
    char *value = getenv(name);

    if (value == NULL || value[0] == '\0')
        return 0;
    log_warning("secret '%s' comes from the environment, which whoever started this program may "
                "have shown to others; better give it in $CREDENTIALS_DIRECTORY or in a secrets "
                "file",
        name);
    if (secret_copy(s, value, strlen(value), f) != 0)
        return -1;
    if (leave_start_environment(name, value, s, f) == 0)
        return 1;
    secret_release(s);
    return -1;
}

int
secret_find(struct secret *s, const struct settings *settings, const char *name, struct fault *f)
{
    int found;

    *s = (struct secret)SECRET_INIT;
    found = find_credential(s, name, f);
    if (found == 0)
        found = find_in_file(s, settings, name, f);
    if (found == 0)
        found = find_in_environment(s, name, f);
    if (found != 0)
        return found > 0 ? 0 : -1;
    fault_set(f, FAULT_SETTINGS, "secret '%s' is nowhere to be found", name);
    return fault_hint(f,
        "put it into the file %s of $CREDENTIALS_DIRECTORY, as %s=... into the file named by "
        "<Secrets File=.../>, or into the environment",
        name, name);
}
