/*
 * emulator: a server of a test, started in the test's own directory and ended with it.
 */
#ifndef TESTS_BACKUP_STORE_EMULATOR_H
#define TESTS_BACKUP_STORE_EMULATOR_H

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config/base/file.h"
#include "tests/harness.h"

/* Starts a program; what it says goes to the file "server.log". */
static inline pid_t
emulator_start(const char *const *arguments)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    int log = open("server.log", O_WRONLY | O_CREAT | O_APPEND, 0600);

    dup2(log, 1);
    dup2(log, 2);
    execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static inline void
emulator_stop(pid_t pid)
{
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
}

static inline void
emulator_wait(void)
{
    const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};

    nanosleep(&pause, NULL);
}

/* A port that nobody uses at this moment. */
static inline int
emulator_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CU_ASSERT_FATAL(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    getsockname(fd, (struct sockaddr *)&address, &length);
    close(fd);
    return ntohs(address.sin_port);
}

/* Waits until somebody listens there, up to 20 seconds. */
static inline bool
emulator_listens(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_addr.s_addr = htonl(0x7f000001),
        .sin_port = htons((uint16_t)port)};

    for (int i = 0; i < 400; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        bool there = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;

        close(fd);
        if (there)
            return true;
        emulator_wait();
    }
    return false;
}

/* The path of an emulator that scripts/install-emulators.sh has put there; NULL, saying so. */
static inline const char *
emulator_find(const char *name, char path[1024])
{
    const char *folder = getenv("NIGHTCUBE_EMULATORS");
    const char *tree = folder == NULL ? test_source_tree() : folder;
    int length = snprintf(path, 1024, "%s%s/node_modules/.bin/%s", tree,
        folder == NULL ? "/build/emulators" : "", name);

    CU_ASSERT_FATAL(length > 0 && length < 1024);
    if (file_exists(path))
        return path;
    printf("skipped: %s is not installed\n", name);
    return NULL;
}

#endif
