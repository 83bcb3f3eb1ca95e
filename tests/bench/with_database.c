/*
 * with_database [--small] ENGINE VARIABLE... -- COMMAND...: runs a command with fresh databases of
 * a private server: each VARIABLE of its environment is the connection string of one. The server
 * has memory as one that serves an installation, or little with --small. It is stopped and removed
 * when the command ends. Exits with the command's code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/servers.h"

static int
usage(void)
{
    fputs("usage: with-database [--small] sqlite|postgresql|mariadb VARIABLE... -- COMMAND...\n",
        stderr);
    return 64;
}

static enum engine
find_engine(const char *name)
{
    enum engine engine = 0;

    while (engine < ENGINE_COUNT && strcmp(engine_names[engine], name) != 0)
        engine++;
    return engine;
}

static int
make_database(enum engine engine, const char *variable)
{
    char connection[1024];

    if (engine_new_database(engine, variable, connection, sizeof connection) != 0)
        return -1;
    return setenv(variable, connection, 1);
}

static int
run(char **command)
{
    pid_t child = fork();
    int status = -1;

    if (child == 0) {
        execvp(command[0], command);
        perror(command[0]);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 71;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
main(int argc, char **argv)
{
    bool small = argc > 1 && strcmp(argv[1], "--small") == 0;
    int at = small ? 2 : 1;
    enum engine engine;

    if (argc < at + 3 || (engine = find_engine(argv[at])) == ENGINE_COUNT)
        return usage();
    if (!engine_is_installed(engine)) {
        fprintf(stderr, "skipped: %s is not installed\n", argv[at]);
        return 77;
    }
    if (!small)
        engine_use_large_servers();
    for (at++; at < argc && strcmp(argv[at], "--") != 0; at++) {
        if (make_database(engine, argv[at]) != 0)
            return 69;
    }
    return at + 1 < argc ? run(argv + at + 1) : usage();
}
