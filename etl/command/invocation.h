/*
 * invocation: one call of the program: its command, arguments and options, and the installation it
 * works on, opened when a command first asks for it.
 */
#ifndef ETL_COMMAND_INVOCATION_H
#define ETL_COMMAND_INVOCATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "etl/site/site.h"

struct command;
struct command_option;

/* One option as it was given, in the order of the command line. */
struct given_option {
    const struct command_option *option;
    const char *value; /* NULL for a switch */
};

struct invocation {
    const struct command *command; /* NULL: none was named */
    const char **arguments;        /* behind the command's name */
    size_t argument_count;
    struct given_option *options; /* global ones and the command's own */
    size_t option_count;
    bool json;           /* --json: results are JSON Lines */
    struct arena memory; /* lives as long as the invocation */
    struct site site;    /* by invocation_site only */
    bool site_is_open;
};

#define INVOCATION_INIT                                                                            \
    {                                                                                              \
        .memory = ARENA_INIT, .site = SITE_INIT                                                    \
    }

void invocation_release(struct invocation *i);

/* The argument of that number, from 0; NULL when there are not so many. */
const char *invocation_argument(const struct invocation *i, size_t number);

/* Was the option given? `name` has no dashes; one that is neither global nor declared by the
 * command is a bug (assert). */
bool invocation_has(const struct invocation *i, const char *name);

/* The option's value; of a repeated one the last; NULL when it was not given. */
const char *invocation_option(const struct invocation *i, const char *name);

/* All values of a repeated option, in the invocation's memory; *count is 0 when it was not given.
 * NULL with a fault when memory runs out. */
const char **invocation_options(
    struct invocation *i, const char *name, size_t *count, struct fault *f);

/* The value as a whole number from `least` to `most`; *number stays as it is when the option was
 * not given. FAULT_USAGE. */
int invocation_number(const struct invocation *i, const char *name, int64_t least, int64_t most,
    int64_t *number, struct fault *f);

/* FAULT_USAGE unless exactly one of two switches or options was given. */
int invocation_want_one(
    const struct invocation *i, const char *first, const char *second, struct fault *f);

/* The installation that --config names, or the one that is found; borrowed. NULL with a fault. */
struct site *invocation_site(struct invocation *i, struct fault *f);

/* Its primary import, set up already; borrowed. NULL with a fault. */
struct db *invocation_primary(struct invocation *i, struct fault *f);

/* What is deployed; empty before, released by the caller in any case. */
int invocation_definition(struct invocation *i, struct definition *d, struct fault *f);

#endif
