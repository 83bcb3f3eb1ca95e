#include "etl/dump/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "config/base/file.h"
#include "config/base/log.h"
#include "config/settings/connection.h"
#include "config/settings/secret.h"
#include "cube/folder.h"

#define STAGING ".restoring"
#define REPLACED ".replaced"

/* What an embedded engine keeps beside its file (sqlite.org/tempfiles.html). */
static const char *const journals[] = {"-wal", "-shm", "-journal"};

static char *
join(const char *head, const char *tail, struct fault *f)
{
    char *joined;

    if (asprintf(&joined, "%s%s", head, tail) < 0) {
        fault_set_memory(f);
        return NULL;
    }
    return joined;
}

static void
free_wiped(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

/* ---- finding it ---- */

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

/* The Database of an embedded engine's connection string: false when there is none. */
static bool
find_file(const char *connection, struct connection_part *file)
{
    struct connection_part part;
    bool embedded = false, found = false;

    while (connection_next(&connection, &part)) {
        if (has_key(&part, "Driver"))
            embedded = names_sqlite(&part);
        if (has_key(&part, "Database")) {
            *file = part;
            found = part.value_length > 0;
        }
    }
    return embedded && found;
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
        char *folder = join(to->scratch, "/", f);

        p->path = folder == NULL ? NULL : path_beside(folder, p->database, extension, f);
        free(folder);
    } else if (to->as != NULL) {
        p->path = path_beside(known, to->as, extension, f);
    } else if ((p->path = strdup(known)) == NULL) {
        fault_set_memory(f);
    }
    p->staging = p->path == NULL ? NULL : join(p->path, STAGING, f);
    return p->staging == NULL ? -1 : 0;
}

static int
refuse_database(const struct place *p, struct fault *f)
{
    fault_set(f, FAULT_SETTINGS,
        "%s is not an embedded database: it cannot be restored into its engine yet", p->database);
    return fault_hint(
        f, "--to-connection 'Driver=SQLite3;Database=PATH' restores it into an embedded one");
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
    struct connection_part file;
    char *known = NULL;
    int rc = -1;

    if (raw == NULL) {
        fault_set(f, FAULT_SETTINGS, "the settings name no database '%s'", p->database);
        return fault_hint(f, "--to-connection says where else to restore it to");
    }
    if (secret_fill_in(&connection, &site->settings, raw, f) != 0)
        return -1;
    if (!find_file(connection.bytes, &file))
        refuse_database(p, f);
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

    if (known == NULL && setting != NULL)
        known = setting->directory;
    if (known != NULL || to->scratch != NULL)
        return find_path(p, known, to, "", f);
    fault_set(f, FAULT_SETTINGS, "the settings name no analysis database '%s'", p->database);
    return fault_hint(f, "--to-connection DIRECTORY says where else to restore it to");
}

/* A crash between two renames left the old directory under its other name. */
static int
recover_directory(const struct place *p, struct fault *f)
{
    char *replaced = join(p->path, REPLACED, f);
    int rc = replaced == NULL ? -1 : 0;

    if (rc == 0 && !file_exists(p->path) && file_exists(replaced)) {
        log_warning("'%s' is put back: a restore was cut off while it replaced it", p->path);
        rc = file_rename(replaced, p->path, f);
    }
    free(replaced);
    return rc;
}

int
place_init(struct place *p, struct site *site, const char *database, bool is_directory,
    const struct destination *to, struct fault *f)
{
    *p = (struct place){.database = database, .is_directory = is_directory};
    if ((to->as != NULL) + (to->to_connection != NULL) + (to->scratch != NULL) > 1)
        return fault_set(f, FAULT_USAGE, "--as and --to-connection exclude each other");
    if (is_directory)
        return find_directory(p, site, to, f) == 0 ? recover_directory(p, f) : -1;
    if (find_database(p, site, to, f) != 0)
        return -1;
    site_disconnect(site, database);
    return 0;
}

/* ---- staging ---- */

static int
remove_file_and_journals(const char *path, struct fault *f)
{
    int rc = file_remove(path, f);

    for (size_t i = 0; rc == 0 && i < sizeof journals / sizeof *journals; i++) {
        char *journal = join(path, journals[i], f);

        rc = journal == NULL ? -1 : file_remove(journal, f);
        free(journal);
    }
    return rc;
}

static int
remove_staging(const struct place *p, struct fault *f)
{
    if (p->is_directory)
        return file_exists(p->staging) ? file_remove_tree(p->staging, f) : 0;
    return remove_file_and_journals(p->staging, f);
}

void
place_release(struct place *p)
{
    struct fault f = FAULT_INIT;

    if (p->staged && remove_staging(p, &f) != 0)
        log_warning("'%s' is left behind: %s", p->staging, f.text);
    free(p->path);
    free(p->staging);
    free_wiped(p->connection);
    free_wiped(p->to_staging);
    *p = (struct place){.path = NULL};
}

/* The folder that the target lies in; a bare machine has none yet. */
static int
make_parent(const struct place *p, struct fault *f)
{
    char *parent = strdup(p->path);
    char *slash = parent == NULL ? NULL : strrchr(parent, '/');
    int rc = parent == NULL ? fault_set_memory(f) : 0;

    if (slash != NULL && slash != parent) {
        *slash = '\0';
        rc = file_make_directory(parent, 0700, f);
    }
    free(parent);
    return rc;
}

int
place_begin(struct place *p, struct fault *f)
{
    if (make_parent(p, f) != 0 || remove_staging(p, f) != 0)
        return -1;
    p->staged = true;
    return p->is_directory ? file_make_directory(p->staging, 0700, f) : 0;
}

struct db *
place_connect(const struct place *p, struct fault *f)
{
    return db_open(p->database, p->to_staging, DB_CREATE, f);
}

static bool
has_journal(const char *path)
{
    char *wal = join(path, journals[0], NULL);
    bool there = wal == NULL || file_exists(wal);

    free(wal);
    return there;
}

int
place_finish(const struct place *p, struct fault *f)
{
    int fd, rc = 0;

    if (p->is_directory)
        return file_sync_directory(p->staging, f);
    if (has_journal(p->staging))
        return fault_set(f, FAULT_IO, "the journal of '%s' was not folded in", p->staging);
    if ((fd = open(p->staging, O_RDONLY | O_CLOEXEC)) < 0)
        return fault_set_errno(f, errno, "open '%s'", p->staging);
    if (fsync(fd) != 0)
        rc = fault_set_errno(f, errno, "flush '%s'", p->staging);
    close(fd);
    return rc;
}

/* ---- the target ---- */

/*
 * Folds the old file's journal in, as closing the last connection does. A journal that is still
 * there says that somebody else has the database open. One that cannot be opened any more is what
 * restores are for.
 */
static int
settle_old(const struct place *p, struct fault *f)
{
    struct fault broken = FAULT_INIT;
    struct db *old;

    if (p->is_directory || !file_exists(p->path))
        return 0;
    if ((old = db_open(p->database, p->connection, DB_EXISTING, &broken)) == NULL) {
        log_warning("the database that is to be replaced cannot be opened: %s", broken.text);
        return 0;
    }
    db_close(old);
    if (!has_journal(p->path))
        return 0;
    fault_set(f, FAULT_LOCKED, "'%s' is in use by another program", p->path);
    return fault_hint(
        f, "stop what writes to it and restore again, or restore beside it with --as");
}

int
place_check(const struct place *p, bool allow_overwrite, struct fault *f)
{
    if (!file_exists(p->path))
        return 0;
    if (allow_overwrite)
        return settle_old(p, f);
    fault_set(f, FAULT_EXISTS, "'%s' exists", p->path);
    return fault_hint(f, "--allow-overwrite replaces it, --as NAME restores beside it");
}

static int
swap_file(const struct place *p, struct fault *f)
{
    if (settle_old(p, f) != 0)
        return -1;
    for (size_t i = 0; i < sizeof journals / sizeof *journals; i++) {
        char *journal = join(p->path, journals[i], f);
        int rc = journal == NULL ? -1 : file_remove(journal, f);

        free(journal);
        if (rc != 0)
            return -1;
    }
    return file_rename(p->staging, p->path, f);
}

/* Holds all cubes of a directory, so that nobody processes one while it goes away. */
struct held_folder {
    struct arena memory;
    int *locks;
    size_t count;
};

static int
hold_folder(struct held_folder *h, const char *directory, struct fault *f)
{
    const char **names;
    size_t count;

    *h = (struct held_folder){.memory = ARENA_INIT};
    if (folder_list(directory, &h->memory, &names, &count, f) != 0)
        return -1;
    if ((h->locks = arena_array(&h->memory, count + 1, sizeof *h->locks)) == NULL)
        return fault_set_memory(f);
    for (; h->count < count; h->count++) {
        if ((h->locks[h->count] = folder_lock(directory, names[h->count], f)) < 0)
            return -1;
    }
    return 0;
}

static void
release_folder(struct held_folder *h)
{
    for (size_t i = 0; i < h->count; i++)
        close(h->locks[i]);
    arena_release(&h->memory);
}

/* Without an exchange in one step: the old one aside, the new one in its place. */
static int
rename_in_two_steps(const struct place *p, struct fault *f)
{
    char *replaced = join(p->path, REPLACED, f);
    int rc = replaced == NULL ? -1 : 0;

    if (rc == 0 && file_exists(replaced))
        rc = file_remove_tree(replaced, f);
    if (rc == 0)
        rc = file_rename(p->path, replaced, f);
    if (rc == 0 && (rc = file_rename(p->staging, p->path, f)) == 0)
        rc = file_remove_tree(replaced, f);
    free(replaced);
    return rc;
}

/* What the exchange has put aside; the next restore removes it when this fails. */
static void
remove_replaced(const struct place *p)
{
    struct fault f = FAULT_INIT;

    if (file_remove_tree(p->staging, &f) != 0)
        log_warning("the replaced directory stays as '%s': %s", p->staging, f.text);
}

static int
swap_directory(const struct place *p, struct fault *f)
{
    char *parent;
    int rc;

    if (!file_exists(p->path))
        return file_rename(p->staging, p->path, f);
    if (renameat2(AT_FDCWD, p->staging, AT_FDCWD, p->path, RENAME_EXCHANGE) != 0) {
        if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP)
            return rename_in_two_steps(p, f);
        return fault_set_errno(f, errno, "replace '%s'", p->path);
    }
    if ((parent = join(p->path, "/..", f)) == NULL)
        return -1;
    rc = file_sync_directory(parent, f);
    free(parent);
    remove_replaced(p);
    return rc;
}

int
place_swap(struct place *p, struct fault *f)
{
    struct held_folder held;
    int rc;

    if (!p->is_directory) {
        rc = swap_file(p, f);
    } else {
        if ((rc = hold_folder(&held, p->path, f)) == 0)
            rc = swap_directory(p, f);
        release_folder(&held);
    }
    p->staged = p->staged && rc != 0;
    return rc == 0 ? 0 : fault_wrap(f, "put %s in its place", p->database);
}
