#include "etl/pipeline/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/file.h"
#include "config/base/moment.h"

/* What the holder wrote: one line. */
static void
read_holder(int fd, char *holder, size_t size)
{
    ssize_t n = pread(fd, holder, size - 1, 0);

    holder[n > 0 ? n : 0] = '\0';
    holder[strcspn(holder, "\n")] = '\0';
}

static int
write_holder(int fd, const char *path, const char *what, struct fault *f)
{
    char since[MOMENT_TEXT_BYTES], line[256];

    snprintf(line, sizeof line, "%s (process %ld) since %s\n", what, (long)getpid(),
        moment_format(clock_now(), since));
    return file_rewrite(fd, line, path, f);
}

int
lock_take(struct lock *l, const char *state_directory, const char *what, struct fault *f)
{
    struct text path = TEXT_INIT;
    char holder[256];
    int rc = -1;

    if (file_make_directory(state_directory, 0700, f) != 0)
        return -1;
    file_join(&path, state_directory, "nightcube.lock");
    if (text_check(&path, f) != 0)
        goto done;
    l->fd = open(text_get(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (l->fd < 0) {
        fault_set_errno(f, errno, "open '%s'", text_get(&path));
    } else if (flock(l->fd, LOCK_EX | LOCK_NB) != 0) {
        read_holder(l->fd, holder, sizeof holder);
        fault_set(f, FAULT_LOCKED, "another run holds the lock: %s", holder);
        fault_hint(f, "try again when it has ended; nightcube history tells how far it is");
        close(l->fd);
        l->fd = -1;
    } else {
        rc = write_holder(l->fd, text_get(&path), what, f);
        if (rc != 0)
            lock_release(l);
    }
done:
    text_release(&path);
    return rc;
}

int
lock_take_site(struct lock *l, struct site *site, const char *what, struct fault *f)
{
    if (lock_take(l, site->settings.state_directory, what, f) != 0)
        return -1;
    if (claim_take(&l->claim, site, what, f) == 0)
        return 0;
    lock_release(l);
    return -1;
}

void
lock_release(struct lock *l)
{
    claim_release(&l->claim);
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}
