#include "etl/pipeline/hook.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* In a group of its own, so that all it starts can be stopped; its output goes to stderr, for
 * results alone have a place on stdout. 0, or an errno. */
static int
spawn(const char *command, int input, pid_t *child)
{
    char *const arguments[] = {(char *)"sh", (char *)"-c", (char *)command, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t defaults;
    int rc;

    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigdefault(&how, &defaults);
    rc = posix_spawn(child, "/bin/sh", &files, &how, arguments, environ);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

/* A command that does not read is no fault: what it does not take is dropped. The socket never
 * blocks, and holds far more than a summary. */
static void
send_input(int to, const char *input)
{
    size_t left = strlen(input);

    while (left > 0) {
        ssize_t sent = send(to, input, left, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent <= 0 && errno != EINTR)
            break;
        input += sent > 0 ? sent : 0;
        left -= sent > 0 ? (size_t)sent : 0;
    }
    shutdown(to, SHUT_WR);
}

/* Looks ten times a second. False when it had to be stopped. */
static bool
wait_for(pid_t child, unsigned seconds, int *status)
{
    const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};

    for (unsigned i = 0; i < seconds * 10; i++) {
        if (waitpid(child, status, WNOHANG) == child)
            return true;
        nanosleep(&pause, NULL);
    }
    kill(-child, SIGKILL);
    waitpid(child, status, 0);
    return false;
}

int
hook_run(const char *command, const char *input, unsigned seconds, struct fault *f)
{
    int ends[2], status = 0, errnum;
    bool ended;
    pid_t child;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return fault_set_errno(f, errno, "make a socket for '%s'", command);
    errnum = spawn(command, ends[1], &child);
    close(ends[1]);
    if (errnum != 0) {
        close(ends[0]);
        return fault_set_errno(f, errnum, "start '%s'", command);
    }
    send_input(ends[0], input);
    ended = wait_for(child, seconds, &status);
    close(ends[0]);
    if (!ended)
        return fault_set(f, FAULT_IO, "'%s' had not ended after %u seconds", command, seconds);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return fault_set(f, FAULT_IO, "'%s' ended with %d", command,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
