#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/settings/connection.h"
#include "config/settings/secret.h"
#include "etl/dump/place.h"

#define STAGING ".restoring"

static bool
names_sqlite(const struct connection_part *driver)
{
    for (size_t i = 0; i + 6 <= driver->value_length; i++) {
        if (strncasecmp(driver->value + i, "sqlite", 6) == 0)
            return true;
    }
    return false;
}

static bool
has_key(const struct connection_part *part, const char *key)
{
    return part->key_length == strlen(key) && strncasecmp(part->key, key, part->key_length) == 0;
}

/* Is it an embedded engine's connection string? Then `file` is its Database, or empty. */
static bool
find_file(const char *connection, struct connection_part *file)
{
    struct connection_part part;
    bool embedded = false;

    while (connection_next(&connection, &part)) {
        if (has_key(&part, "Driver"))
            embedded = names_sqlite(&part);
        if (has_key(&part, "Database"))
            *file = part;
    }
    return embedded;
}

static bool
is_connection_string(const char *text)
{
    struct connection_part part;

    while (connection_next(&text, &part)) {
        if (has_key(&part, "Driver") || has_key(&part, "DSN") || has_key(&part, "FileDSN"))
            return true;
    }
    return false;
}

/* The connection string with another Database. */
static char *
connection_to(
    const char *connection, const struct connection_part *file, const char *path, struct fault *f)
{
    char *result;

    if (asprintf(&result, "%.*s%s%s", (int)(file->value - connection), connection, path,
            file->value + file->value_length) < 0) {
        fault_set_memory(f);
        return NULL;
    }
    return result;
}

/* "dir/NAME" beside `path`. */
static char *
path_beside(const char *path, const char *name, const char *extension, struct fault *f)
{
    const char *slash = strrchr(path, '/');
    size_t length = strlen(name), tail = strlen(extension);
    bool has_it = length > tail && strcmp(name + length - tail, extension) == 0;
    char *result;

    if (length == 0 || name[0] == '.' || strpbrk(name, "/\\;{}\n") != NULL) {
        fault_set(f, FAULT_USAGE, "'%s' cannot be the name of a database beside another", name);
        return NULL;
    }
    if (asprintf(&result, "%.*s%s%s", slash == NULL ? 0 : (int)(slash - path + 1), path, name,
            has_it ? "" : extension) < 0) {
        fault_set_memory(f);
        return NULL;
    }
    return result;
}

static int
find_path(struct place *p, const char *known, const struct destination *to, const char *extension,
    struct fault *f)
{
    if (to->scratch != NULL) {
        char *folder = place_join(to->scratch, "/", f);

        p->path = folder == NULL ? NULL : path_beside(folder, p->database, extension, f);
        free(folder);
    } else if (to->as != NULL) {
        p->path = path_beside(known, to->as, extension, f);
    } else if ((p->path = strdup(known)) == NULL) {
        fault_set_memory(f);
    }
    p->staging = p->path == NULL ? NULL : place_join(p->path, STAGING, f);
    return p->staging == NULL ? -1 : 0;
}

/* A scratch copy of a database needs no more of the settings than its name. */
static const char *
raw_connection(struct site *site, const struct place *p, const struct destination *to)
{
    const struct database_setting *setting = settings_find_database(&site->settings, p->database);

    if (to->scratch != NULL)
        return "Driver=SQLite3;Database=scratch.db";
    if (to->to_connection != NULL)
        return to->to_connection;
    return setting == NULL ? NULL : setting->connection;
}

static int
find_database(struct place *p, struct site *site, const struct destination *to, struct fault *f)
{
    const char *raw = raw_connection(site, p, to);
    struct secret connection = SECRET_INIT;
    struct connection_part file = {.key = NULL};
    char *known = NULL;
    int rc = -1;

    if (raw == NULL) {
        fault_set(f, FAULT_SETTINGS, "the settings name no database '%s'", p->database);
        return fault_hint(f, "--to-connection says where else to restore it to");
    }
    if (secret_fill_in(&connection, &site->settings, raw, f) != 0)
        return -1;
    if (to->to_connection != NULL && !is_connection_string(connection.bytes)) {
        fault_set(f, FAULT_USAGE, "--to-connection names neither a Driver nor a DSN");
        fault_hint(f, "for a file: --to-connection 'Driver=SQLite3;Database=FILE'");
    } else if (!find_file(connection.bytes, &file))
        rc = place_server_find(p, connection.bytes, to->as, f);
    else if (file.value_length == 0)
        fault_set(f, FAULT_SETTINGS, "%s: the connection names no file", p->database);
    else if ((known = strndup(file.value, file.value_length)) == NULL)
        fault_set_memory(f);
    else if (find_path(p, known, to, ".db", f) == 0 &&
             (p->connection = connection_to(connection.bytes, &file, p->path, f)) != NULL &&
             (p->to_staging = connection_to(connection.bytes, &file, p->staging, f)) != NULL)
        rc = 0;
    free(known);
    secret_release(&connection);
    return rc;
}

static int
find_directory(struct place *p, struct site *site, const struct destination *to, struct fault *f)
{
    const struct analysis_setting *setting = settings_find_analysis(&site->settings, p->database);
    const char *known = to->to_connection;

    if (known != NULL && is_connection_string(known)) {
        fault_set(f, FAULT_USAGE,
            "'%s' is an analysis database: it goes into a directory, not to a connection",
            p->database);
        return fault_hint(f, "--to-connection DIRECTORY");
    }
    if (known == NULL && setting != NULL)
        known = setting->directory;
    if (known != NULL || to->scratch != NULL)
        return find_path(p, known, to, "", f);
    fault_set(f, FAULT_SETTINGS, "the settings name no analysis database '%s'", p->database);
    return fault_hint(f, "--to-connection DIRECTORY says where else to restore it to");
}

int
place_find(struct place *p, struct site *site, const struct destination *to, struct fault *f)
{
    return p->is_directory ? find_directory(p, site, to, f) : find_database(p, site, to, f);
}
