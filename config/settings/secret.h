/*
 * secret: a text that must not be seen. Wiped when released; never in a log, an error or an
 * argument.
 */
#ifndef CONFIG_SETTINGS_SECRET_H
#define CONFIG_SETTINGS_SECRET_H

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

void secret_release(struct secret *s);

/* Reads a whole file without one trailing line end. A file that others may read is refused
 * (FAULT_PERMISSION, the cure is chmod 600). Empty: FAULT_DATA. */
int secret_read_file(struct secret *s, const char *path, struct fault *f);

/*
 * Looks {secret:NAME} up: $CREDENTIALS_DIRECTORY/NAME, then NAME=value in the secrets file of the
 * settings, then the environment variable NAME (with a warning in the log). FAULT_SETTINGS when
 * nowhere.
 */
int secret_find(
    struct secret *s, const struct settings *settings, const char *name, struct fault *f);

/* The connection string with each {secret:NAME} filled in; the result is a secret itself. */
int secret_fill_in(
    struct secret *s, const struct settings *settings, const char *connection, struct fault *f);

#endif
