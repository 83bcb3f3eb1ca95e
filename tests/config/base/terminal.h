/*
 * terminal: stderr as a terminal of the test's own, for as long as something is printed.
 */
#ifndef TESTS_CONFIG_BASE_TERMINAL_H
#define TESTS_CONFIG_BASE_TERMINAL_H

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "config/base/text.h"
#include "tests/harness.h"

struct terminal {
    int master;
    int stderr_before;
};

static inline void
terminal_begin(struct terminal *t, unsigned short columns)
{
    const struct winsize size = {.ws_row = 24, .ws_col = columns};
    int slave;

    fflush(stderr);
    t->stderr_before = dup(STDERR_FILENO);
    t->master = posix_openpt(O_RDWR | O_NOCTTY);
    CU_ASSERT_FATAL(t->master >= 0 && grantpt(t->master) == 0 && unlockpt(t->master) == 0);
    slave = open(ptsname(t->master), O_RDWR | O_NOCTTY);
    CU_ASSERT_FATAL(slave >= 0 && ioctl(slave, TIOCSWINSZ, &size) == 0);
    dup2(slave, STDERR_FILENO);
    close(slave);
}

/* What was shown on it, as it was written. */
static inline void
terminal_end(struct terminal *t, struct text *shown)
{
    struct pollfd waiting = {.fd = t->master, .events = POLLIN};
    char buffer[4096];
    ssize_t n;

    fflush(stderr);
    while (poll(&waiting, 1, 0) == 1 && (waiting.revents & POLLIN) &&
           (n = read(t->master, buffer, sizeof buffer)) > 0)
        text_add_bytes(shown, buffer, (size_t)n);
    dup2(t->stderr_before, STDERR_FILENO);
    close(t->stderr_before);
    close(t->master);
}

#endif
