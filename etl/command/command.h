/*
 * command: one command of the program, declared as data. The declaration feeds the parser, `help`
 * and the shell's completion, so that these cannot differ.
 *
 * A command is one file, command_<name>.c, that defines `const struct command command_<name>`, and
 * one line in the list below.
 */
#ifndef ETL_COMMAND_COMMAND_H
#define ETL_COMMAND_COMMAND_H

#include "etl/command/grid.h"
#include "etl/command/invocation.h"

struct command_option {
    const char *name;     /* without the dashes */
    const char *argument; /* what stands for its value in the help; NULL: a switch without one */
    const char *help;     /* what it does, from a small letter, without a full stop */
    bool repeats;         /* may be given more than once */
};

/* What a command prints, for its help: the names that a line of JSON has. */
struct command_fields {
    const char *of; /* what the line is about, where there are several kinds; or NULL */
    const struct grid_column *columns;
    size_t count; /* 0: up to a column without a name */
};

#define COMMAND_FIELDS(of, columns)                                                                \
    {                                                                                              \
        of, columns, sizeof(columns) / sizeof((columns)[0])                                        \
    }

enum { COMMAND_DONE = 0, COMMAND_WARNINGS = 1, COMMAND_FAILED = -1 };

enum { COMMAND_ANY_ARGUMENTS = 1000 };

struct command {
    const char *name;
    const char *arguments;    /* synopsis of what stands behind the name, without options; or "" */
    const char *summary;      /* one line, from a small letter, without a full stop */
    const char *details;      /* paragraphs for `help COMMAND`, "\n\n" between them; or NULL */
    const char *const *words; /* what the first argument may be, up to a NULL; or NULL: anything */
    size_t least, most;       /* how many arguments */
    const struct command_option *options; /* up to one without a name; or NULL */
    const struct command_fields *fields;  /* up to one without columns; or NULL */
    /* Does the work: COMMAND_DONE, COMMAND_WARNINGS (exit 1, said in the log already), or
     * COMMAND_FAILED with a fault, which main prints. */
    int (*run)(struct invocation *i, struct fault *f);
};

/* All commands, in the order in which `help` shows them. */
#define COMMAND_LIST(X)                                                                            \
    X(setup)                                                                                       \
    X(define)                                                                                      \
    X(deploy)                                                                                      \
    X(update)                                                                                      \
    X(remove)                                                                                      \
    X(show)                                                                                        \
    X(set)                                                                                         \
    X(import)                                                                                      \
    X(resolve)                                                                                     \
    X(run)                                                                                         \
    X(nightly)                                                                                     \
    X(maintain)                                                                                    \
    X(load)                                                                                        \
    X(process)                                                                                     \
    X(purge)                                                                                       \
    X(query)                                                                                       \
    X(status)                                                                                      \
    X(history)                                                                                     \
    X(report)                                                                                      \
    X(backup)                                                                                      \
    X(restore)                                                                                     \
    X(verify)                                                                                      \
    X(list)                                                                                        \
    X(prune)                                                                                       \
    X(drill)                                                                                       \
    X(copy)                                                                                        \
    X(key)                                                                                         \
    X(doctor)                                                                                      \
    X(help)                                                                                        \
    X(version)                                                                                     \
    X(completion)

#define COMMAND_DECLARE(name) extern const struct command command_##name;
COMMAND_LIST(COMMAND_DECLARE)
#undef COMMAND_DECLARE

/* The same as a table, up to a NULL. */
extern const struct command *const commands[];

/* The command of that name; NULL with FAULT_USAGE, naming the nearest. */
const struct command *command_find(const char *name, struct fault *f);

/* The option of that name among some; NULL when there is none. */
const struct command_option *command_option_find(
    const struct command_option *options, const char *name, size_t name_length);

/* The whole program without what only a process may do: returns the exit code. */
int command_main(int argc, char **argv);

#endif
