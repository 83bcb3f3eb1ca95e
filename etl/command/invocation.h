/*
 * invocation: one call of the program: its command, arguments and options, and the installation it
 * works on, opened when a command first asks for it.
 */
#ifndef ETL_COMMAND_INVOCATION_H
#define ETL_COMMAND_INVOCATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backup/age/key.h"
#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/settings/secret.h"
#include "etl/site/site.h"

struct command;
struct command_option;

/* One option as it was given, in the order of the command line. */
struct given_option {
    const struct command_option *option;
    const char *value; /* NULL for a switch */
};

/* A secret that an option names: read once, whatever number of backups it is for. */
struct held_secret {
    const char *option;
    struct secret secret;
    struct held_secret *next;
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
    struct held_secret *secrets;
    struct identity_list identities; /* of --identity-file */
};

#define INVOCATION_INIT                                                                            \
    {                                                                                              \
        .memory = ARENA_INIT, .site = SITE_INIT, .identities = IDENTITY_LIST_INIT                  \
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

/* Which of some words, up to a NULL, the option's value is; *chosen stays as it is when the option
 * was not given. FAULT_USAGE, saying which there are. */
int invocation_choice(const struct invocation *i, const char *name, const char *const *words,
    size_t *chosen, struct fault *f);

/* The passphrase from where an option says (secret_read), asked for twice on a terminal when it is
 * to be a new one; borrowed. NULL when the option was not given, or with a fault. */
const char *invocation_passphrase(
    struct invocation *i, const char *option, bool is_new, struct fault *f);

/* The identities from where one --identity-file says; `list` was empty and is the caller's. */
int invocation_read_identities(
    struct invocation *i, const char *from, struct identity_list *list, struct fault *f);

/* Those of all --identity-file, read once; borrowed, empty when none was given. NULL with a fault.
 */
const struct identity_list *invocation_identities(struct invocation *i, struct fault *f);

/* FAULT_USAGE unless exactly one of two switches or options was given. */
int invocation_want_one(
    const struct invocation *i, const char *first, const char *second, struct fault *f);

/* The installation that --config names, or the one that is found; borrowed. NULL with a fault. */
struct site *invocation_site(struct invocation *i, struct fault *f);

/* Its primary import, set up already; borrowed. NULL with a fault. */
struct db *invocation_primary(struct invocation *i, struct fault *f);

/* The activity of that name; NULL with FAULT_DATA, saying which there are. */
const struct activity *invocation_activity(
    const struct definition *d, const char *name, struct fault *f);

/* What is deployed; empty before, released by the caller in any case. */
int invocation_definition(struct invocation *i, struct definition *d, struct fault *f);

#endif
