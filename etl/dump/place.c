#include "etl/dump/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/file.h"
#include "config/base/log.h"
#include "cube/folder.h"

#define REPLACED ".replaced"

/* What an embedded engine keeps beside its file (sqlite.org/tempfiles.html). */
static const char *const journals[] = {"-wal", "-shm", "-journal"};

char *
place_join(const char *head, const char *tail, struct fault *f)
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

/* A crash between two renames left the old directory under its other name. */
static int
recover_directory(const struct place *p, struct fault *f)
{
    char *replaced = place_join(p->path, REPLACED, f);
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
    if (place_find(p, site, to, f) != 0)
        return -1;
    if (is_directory)
        return recover_directory(p, f);
    site_disconnect(site, database);
    return 0;
}

/* ---- staging ---- */

static int
remove_file_and_journals(const char *path, struct fault *f)
{
    int rc = file_remove(path, f);

    for (size_t i = 0; rc == 0 && i < sizeof journals / sizeof *journals; i++) {
        char *journal = place_join(path, journals[i], f);

        rc = journal == NULL ? -1 : file_remove(journal, f);
        free(journal);
    }
    return rc;
}

static int
remove_staging(const struct place *p, struct fault *f)
{
    if (p->is_server)
        return place_server_remove(p, f);
    if (p->is_directory)
        return file_exists(p->staging) ? file_remove_tree(p->staging, f) : 0;
    return remove_file_and_journals(p->staging, f);
}

void
place_release(struct place *p)
{
    struct fault f = FAULT_INIT;

    if (p->staged && !p->kept && remove_staging(p, &f) != 0)
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
    if (p->is_server) {
        p->staged = true;
        return place_server_begin(p, f);
    }
    if (make_parent(p, f) != 0 || remove_staging(p, f) != 0)
        return -1;
    p->staged = true;
    return p->is_directory ? file_make_directory(p->staging, 0700, f) : 0;
}

int
place_is_staged(const struct place *p, struct fault *f)
{
    if (p->is_server)
        return place_server_is_staged(p, f);
    return !p->is_directory && file_exists(p->staging);
}

struct db *
place_connect(const struct place *p, struct fault *f)
{
    if (p->is_server)
        return place_server_connect(p, f);
    return db_open(p->database, p->to_staging, DB_CREATE, f);
}

static bool
has_journal(const char *path)
{
    char *wal = place_join(path, journals[0], NULL);
    bool there = wal == NULL || file_exists(wal);

    free(wal);
    return there;
}

int
place_finish(const struct place *p, struct fault *f)
{
    int fd, rc;

    if (p->is_server)
        return 0; /* what is committed is on its disk */
    if (p->is_directory)
        return file_sync_directory(p->staging, f);
    if (has_journal(p->staging))
        return fault_set(f, FAULT_IO, "the journal of '%s' was not folded in", p->staging);
    if ((fd = open(p->staging, O_RDONLY | O_CLOEXEC)) < 0)
        return fault_set_errno(f, errno, "open '%s'", p->staging);
    rc = file_flush(fd, p->staging, f);
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
place_exists(const struct place *p, struct fault *f)
{
    return p->is_server ? place_server_exists(p, f) : file_exists(p->path);
}

int
place_check(const struct place *p, bool allow_overwrite, struct fault *f)
{
    int exists = place_exists(p, f);

    if (exists != 1)
        return exists;
    if (allow_overwrite)
        return p->is_server ? 0 : settle_old(p, f);
    fault_set(f, FAULT_EXISTS, "'%s' exists", p->path);
    return fault_hint(f, "--allow-overwrite replaces it, --as NAME restores beside it");
}

static int
swap_file(const struct place *p, struct fault *f)
{
    if (settle_old(p, f) != 0)
        return -1;
    for (size_t i = 0; i < sizeof journals / sizeof *journals; i++) {
        char *journal = place_join(p->path, journals[i], f);
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
    char *replaced = place_join(p->path, REPLACED, f);
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

/* Both at once, where the C library and the file system can (musl cannot). */
static int
exchange(const struct place *p)
{
#ifdef RENAME_EXCHANGE
    return renameat2(AT_FDCWD, p->staging, AT_FDCWD, p->path, RENAME_EXCHANGE);
#else
    (void)p;
    errno = ENOSYS;
    return -1;
#endif
}

static int
swap_directory(const struct place *p, struct fault *f)
{
    char *parent;
    int rc;

    if (!file_exists(p->path))
        return file_rename(p->staging, p->path, f);
    if (exchange(p) != 0) {
        if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP)
            return rename_in_two_steps(p, f);
        return fault_set_errno(f, errno, "replace '%s'", p->path);
    }
    if ((parent = place_join(p->path, "/..", f)) == NULL)
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

    if (p->is_server) {
        rc = place_server_swap(p, f);
    } else if (!p->is_directory) {
        rc = swap_file(p, f);
    } else {
        if ((rc = hold_folder(&held, p->path, f)) == 0)
            rc = swap_directory(p, f);
        release_folder(&held);
    }
    p->staged = p->staged && rc != 0;
    return rc == 0 ? 0 : fault_wrap(f, "put %s in its place", p->database);
}
