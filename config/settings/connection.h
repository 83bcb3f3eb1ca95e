/*
 * connection: ODBC connection strings (KEY=value;KEY={value with ;}...), as far as settings must
 * look into them.
 */
#ifndef CONFIG_SETTINGS_CONNECTION_H
#define CONFIG_SETTINGS_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/text.h"

/* One KEY=value of a connection string; all borrowed from it. */
struct connection_part {
    const char *key; /* without blanks around it */
    size_t key_length;
    const char *value; /* without blanks and braces around it */
    size_t value_length;
    const char *end; /* behind the value, braces and blanks: at ';' or at the end */
};

/* Takes the next part off *at; false at the end. */
bool connection_next(const char **at, struct connection_part *part);

/* Adds the connection string to `t`; when its driver is SQLite's (by name, or by the path of the
 * driver's library) a relative Database becomes one below `directory`. Nothing else changes. */
void connection_add_absolute(struct text *t, const char *connection, const char *directory);

/* A {secret:NAME} in a connection string or password. */
struct secret_reference {
    const char *start; /* at '{' */
    const char *end;   /* behind '}' */
    const char *name;
    size_t name_length; /* 0: not closed, or no name of letters, digits, '_', '-' and '.' */
};

/* The next reference from `at` on; false when there is none. */
bool connection_next_secret(const char *at, struct secret_reference *reference);

#endif
