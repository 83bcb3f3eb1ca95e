/*
 * secret: a text that must not be seen. Wiped when released; never in a log, an error or an
 * argument.
 */
#ifndef CONFIG_SETTINGS_SECRET_H
#define CONFIG_SETTINGS_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/fault.h"
#include "config/settings/settings.h"

struct secret {
    char *bytes; /* NUL-terminated, in locked memory where the system allows; owned */
    size_t length;
};

#define SECRET_INIT                                                                                \
    {                                                                                              \
        .bytes = NULL                                                                              \
    }

/* Room for `length` bytes and a NUL, all zero. What was in `s` is not released. */
int secret_init(struct secret *s, size_t length, struct fault *f);
int secret_copy(struct secret *s, const char *bytes, size_t length, struct fault *f);
void secret_release(struct secret *s);

/* Reads a whole file without one trailing line end. A file that others may read is refused
 * (FAULT_PERMISSION, the cure is chmod 600). Empty: FAULT_DATA. */
int secret_read_file(struct secret *s, const char *path, struct fault *f);

/* What is asked for on a terminal. */
struct secret_prompt {
    const char *what; /* "passphrase" */
    bool twice;       /* nobody could tell later that it was mistyped */
};

/* Does an option's value say anything else than a file? */
bool secret_is_no_file(const char *from);

/*
 * Reads a secret from where an option says: a file (secret_read_file; /dev/fd/N is what stands
 * behind that descriptor), `{secret:NAME}` as secret_find does (`settings` may be NULL), or `-`:
 * asked for on the terminal, without echo, or all of standard input when that is no terminal.
 */
int secret_read(struct secret *s, const char *from, const struct secret_prompt *prompt,
    const struct settings *settings, struct fault *f);

/*
 * Looks {secret:NAME} up: $CREDENTIALS_DIRECTORY/NAME, then NAME=value in the secrets file of the
 * settings, then the environment variable NAME (with a warning in the log; it is taken out of
 * what other processes can see of ours). FAULT_SETTINGS when nowhere.
 */
int secret_find(
    struct secret *s, const struct settings *settings, const char *name, struct fault *f);

/* The connection string with each {secret:NAME} filled in; the result is a secret itself. */
int secret_fill_in(
    struct secret *s, const struct settings *settings, const char *connection, struct fault *f);

#endif
