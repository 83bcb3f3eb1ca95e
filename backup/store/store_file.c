#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backup/store/scheme.h"
#include "config/base/file.h"

enum { DEPTH_LIMIT = 16 }; /* folders below the store that are listed */

struct file_store {
    char *directory;
};

struct file_put {
    struct file_writer file;
    bool overwrite;
};

struct file_get {
    struct file_reader file;
    char *path;
};

static void *
file_open(const char *rest, const struct settings *settings, struct fault *f)
{
    struct file_store *s;

    (void)settings;
    if (rest[0] == '\0') {
        fault_set(f, FAULT_SETTINGS, "no directory is named");
        return NULL;
    }
    if ((s = malloc(sizeof *s)) == NULL || (s->directory = strdup(rest)) == NULL) {
        free(s);
        fault_set_memory(f);
        return NULL;
    }
    return s;
}

static void
file_close(void *store)
{
    struct file_store *s = store;

    free(s->directory);
    free(s);
}

/* The path of an object; free it. NULL with a fault. */
static char *
path_of(const struct file_store *s, const char *name, struct fault *f)
{
    struct text path = TEXT_INIT;
    char *result;

    file_join(&path, s->directory, name);
    if ((result = text_take(&path)) == NULL)
        fault_set_memory(f);
    return result;
}

static int
make_folder_of(char *path, struct fault *f)
{
    char *slash = strrchr(path, '/');
    int rc;

    if (slash == NULL || slash == path)
        return 0;
    *slash = '\0';
    rc = file_make_directory(path, 0700, f);
    *slash = '/';
    return rc;
}

static void *
file_begin(void *store, const char *name, bool overwrite, struct fault *f)
{
    char *path = path_of(store, name, f);
    struct file_put *put = path == NULL ? NULL : calloc(1, sizeof *put);

    if (path != NULL && put == NULL)
        fault_set_memory(f);
    if (put == NULL)
        goto fail;
    put->overwrite = overwrite;
    if (make_folder_of(path, f) != 0 || file_writer_open(&put->file, path, 0600, overwrite, f) != 0)
        goto fail;
    free(path);
    return put;
fail:
    free(put);
    free(path);
    return NULL;
}

static int
file_write(void *writer, const void *bytes, size_t size, struct fault *f)
{
    struct file_put *put = writer;
    struct byte_sink sink = file_writer_sink(&put->file);

    return sink.write(sink.state, bytes, size, f);
}

static int
file_commit(void *writer, struct fault *f)
{
    struct file_put *put = writer;
    int rc = file_writer_commit(&put->file, put->overwrite, f);

    free(put);
    return rc;
}

static void
file_abandon(void *writer)
{
    struct file_put *put = writer;

    file_writer_abandon(&put->file);
    free(put);
}

static void
file_close_object(void *reader)
{
    struct file_get *get = reader;

    file_reader_close(&get->file);
    free(get->path);
    free(get);
}

static void *
file_open_object(void *store, const char *name, struct fault *f)
{
    struct file_get *get = calloc(1, sizeof *get);

    if (get == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    get->file.fd = -1;
    if ((get->path = path_of(store, name, f)) == NULL ||
        file_reader_open(&get->file, get->path, f) != 0) {
        file_close_object(get);
        return NULL;
    }
    return get;
}

static ssize_t
file_read(void *reader, void *buffer, size_t size, struct fault *f)
{
    struct file_get *get = reader;
    struct byte_source source = file_reader_source(&get->file);

    return source.read(source.state, buffer, size, f);
}

static int
file_find(void *store, const char *name, uint64_t *size_bytes, struct fault *f)
{
    char *path = path_of(store, name, f);
    struct stat status;
    int rc = -1;

    if (path == NULL)
        return -1;
    if (stat(path, &status) == 0)
        rc = S_ISREG(status.st_mode) ? 1 : 0;
    else if (errno == ENOENT || errno == ENOTDIR)
        rc = 0;
    else
        fault_set_errno(f, errno, "look at '%s'", path);
    if (rc == 1)
        *size_bytes = (uint64_t)status.st_size;
    free(path);
    return rc;
}

static int
file_remove_object(void *store, const char *name, struct fault *f)
{
    char *path = path_of(store, name, f);
    int rc = path == NULL ? -1 : file_remove(path, f);

    free(path);
    return rc;
}

/* One listing under way. */
struct walk {
    const struct file_store *store;
    const char *prefix;
    struct store_list *list;
};

static int walk_folder(const struct walk *w, const char *folder, int depth, struct fault *f);

/* Whether objects below this folder can begin with the prefix. */
static bool
is_on_the_way(const char *name, const char *prefix)
{
    size_t length = strlen(name);

    if (strlen(prefix) <= length)
        return strncmp(name, prefix, strlen(prefix)) == 0;
    return strncmp(name, prefix, length) == 0 && prefix[length] == '/';
}

static int
walk_entry(const struct walk *w, const char *name, int depth, struct fault *f)
{
    char *path = path_of(w->store, name, f);
    struct stat status;
    int rc = 0;

    if (path == NULL)
        return -1;
    if (stat(path, &status) != 0) {
        /* It may have gone since the folder was read. */
        if (errno != ENOENT)
            rc = fault_set_errno(f, errno, "look at '%s'", path);
    } else if (S_ISDIR(status.st_mode)) {
        if (is_on_the_way(name, w->prefix))
            rc = walk_folder(w, name, depth + 1, f);
    } else if (S_ISREG(status.st_mode) && strncmp(name, w->prefix, strlen(w->prefix)) == 0 &&
               store_check_name(name, NULL) == 0) {
        rc = store_list_add(w->list, name, (uint64_t)status.st_size, f);
    }
    free(path);
    return rc;
}

static int
walk_entries(const struct walk *w, const char *folder, DIR *directory, int depth, struct fault *f)
{
    struct text name = TEXT_INIT;
    const char *entry;
    int rc;

    while ((rc = file_next_entry(directory, w->store->directory, &entry, f)) == 1) {
        text_clear(&name);
        file_join(&name, folder, entry);
        if (text_check(&name, f) != 0 || walk_entry(w, text_get(&name), depth, f) != 0) {
            rc = -1;
            break;
        }
    }
    text_release(&name);
    return rc;
}

static int
walk_folder(const struct walk *w, const char *folder, int depth, struct fault *f)
{
    char *path = folder[0] == '\0' ? strdup(w->store->directory) : path_of(w->store, folder, f);
    DIR *directory;
    int rc = 0;

    if (path == NULL)
        return fault_set_memory(f);
    if (depth > DEPTH_LIMIT)
        rc = fault_set(f, FAULT_DATA, "'%s' lies too deep for a store", path);
    else if ((directory = opendir(path)) != NULL) {
        rc = walk_entries(w, folder, directory, depth, f);
        closedir(directory);
    } else if (errno != ENOENT) {
        rc = fault_set_errno(f, errno, "open directory '%s'", path);
    }
    free(path);
    return rc;
}

static int
file_list(void *store, const char *prefix, struct store_list *list, struct fault *f)
{
    struct walk w = {store, prefix, list};
    const char *end = strrchr(prefix, '/');
    char folder[STORE_NAME_BYTES] = "";

    /* What lies beside the prefix's folder is not looked at: a store may hold thousands. */
    if (end != NULL && (size_t)(end - prefix) < sizeof folder)
        memcpy(folder, prefix, (size_t)(end - prefix));
    if (folder[0] != '\0' && store_check_name(folder, NULL) != 0)
        return 0;
    return walk_folder(&w, folder, 0, f);
}

const struct store_scheme store_file_scheme = {
    .name = "file",
    .usage = "file:DIR",
    .open = file_open,
    .close = file_close,
    .begin = file_begin,
    .write = file_write,
    .commit = file_commit,
    .abandon = file_abandon,
    .open_object = file_open_object,
    .read = file_read,
    .close_object = file_close_object,
    .find = file_find,
    .remove = file_remove_object,
    .list = file_list,
};
