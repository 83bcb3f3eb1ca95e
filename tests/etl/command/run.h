/*
 * run: the program inside the test: command_main with what it wrote to stdout and stderr.
 */
#ifndef TESTS_ETL_COMMAND_RUN_H
#define TESTS_ETL_COMMAND_RUN_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/file.h"
#include "etl/command/command.h"
#include "tests/harness.h"

enum { RUN_ARGUMENTS = 24, RUN_OUTPUT_LIMIT = 1 << 20 };

struct run {
    int exit_code;
    struct text out;
    struct text err;
};

static inline void
run_release(struct run *r)
{
    text_release(&r->out);
    text_release(&r->err);
}

/* An installation of its own, below the test's directory. */
static inline void
run_isolate(void)
{
    char *here = getcwd(NULL, 0);

    setenv("HOME", here, 1);
    setenv("XDG_DATA_HOME", here, 1);
    setenv("XDG_CONFIG_HOME", here, 1);
    unsetenv("NIGHTCUBE_CONFIG");
    unsetenv("JOURNAL_STREAM");
    free(here);
}

/* Sends a descriptor into a file; returns a copy of what it was. */
static inline int
run_redirect(int fd, const char *path)
{
    int kept = dup(fd);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    CU_ASSERT_FATAL(kept >= 0 && file >= 0);
    dup2(file, fd);
    close(file);
    return kept;
}

static inline void
run_restore(int fd, int kept)
{
    dup2(kept, fd);
    close(kept);
}

/* Runs "nightcube <words>"; `words` is split at blanks, and '~' in a word stands for one. stdout
 * goes to `out_path`. */
static inline struct run
run_to(const char *words, const char *out_path)
{
    struct run r = {.exit_code = -1, .out = TEXT_INIT, .err = TEXT_INIT};
    struct fault f = FAULT_INIT;
    char *argv[RUN_ARGUMENTS] = {(char *)"nightcube"};
    char *copy = strdup(words);
    int argc = 1, out, err;

    run_isolate();
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        CU_ASSERT_FATAL(argc < RUN_ARGUMENTS - 1);
        for (char *c = word; *c != '\0'; c++)
            *c = *c == '~' ? ' ' : *c;
        argv[argc++] = word;
    }
    fflush(NULL);
    out = run_redirect(STDOUT_FILENO, out_path);
    err = run_redirect(STDERR_FILENO, "stderr.txt");
    r.exit_code = command_main(argc, argv);
    fflush(NULL);
    run_restore(STDOUT_FILENO, out);
    run_restore(STDERR_FILENO, err);
    if (strncmp(out_path, "/dev/", 5) != 0)
        ASSERT_OK(file_read_all(out_path, RUN_OUTPUT_LIMIT, &r.out, &f), &f);
    ASSERT_OK(file_read_all("stderr.txt", RUN_OUTPUT_LIMIT, &r.err, &f), &f);
    free(copy);
    return r;
}

static inline struct run
run(const char *words)
{
    return run_to(words, "stdout.txt");
}

/* Runs and compares the exit code; prints what the program said when it is another. */
static inline void
run_expect(const char *words, int exit_code)
{
    struct run r = run(words);

    if (r.exit_code != exit_code)
        fprintf(stderr, "\n    nightcube %s: exit %d, wanted %d\n%s", words, r.exit_code, exit_code,
            text_get(&r.err));
    CU_ASSERT_EQUAL_FATAL(r.exit_code, exit_code);
    run_release(&r);
}

/* Runs, expects an exit code and texts in stdout and stderr (NULL: any). */
static inline void
run_says(const char *words, int exit_code, const char *out, const char *err)
{
    struct run r = run(words);
    bool as_wanted = r.exit_code == exit_code &&
                     (out == NULL || test_contains(text_get(&r.out), out)) &&
                     (err == NULL || test_contains(text_get(&r.err), err));

    if (!as_wanted)
        fprintf(stderr, "\n    nightcube %s: exit %d, wanted %d, '%s', '%s'\n%s%s", words,
            r.exit_code, exit_code, out == NULL ? "" : out, err == NULL ? "" : err,
            text_get(&r.out), text_get(&r.err));
    CU_ASSERT(as_wanted);
    run_release(&r);
}

static inline void
run_write_file(const char *path, const char *content)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_write_all(path, content, strlen(content), 0600, &f), &f);
}

#endif
