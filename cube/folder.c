#include "cube/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "config/base/file.h"
#include "config/base/nearest.h"
#include "config/base/number.h"

/* Longest folder name on common file systems, with room for nothing else. */
enum { FOLDER_LIMIT_BYTES = 200 };

static bool
is_folder_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL &&
           strlen(name) <= FOLDER_LIMIT_BYTES;
}

int
folder_path(
    struct text *path, const char *directory, const char *name, const char *file, struct fault *f)
{
    if (!is_folder_name(name))
        return fault_set(f, FAULT_DATA, "'%.80s' cannot be the name of a cube", name);
    text_clear(path);
    file_join(path, directory, name);
    if (file != NULL) {
        text_add_char(path, '/');
        text_add(path, file);
    }
    return text_check(path, f);
}

void
folder_segment_path(struct text *path, const char *folder, uint64_t number)
{
    text_clear(path);
    text_add(path, folder);
    text_add_format(path, "/%llu.seg", (unsigned long long)number);
}

void
folder_aggregates_path(struct text *path, const char *folder, uint64_t number)
{
    text_clear(path);
    text_add(path, folder);
    text_add_format(path, "/%llu-aggregates.seg", (unsigned long long)number);
}

/* False when the name is neither a segment's nor that of its aggregates. */
static bool
segment_number(const char *file, uint64_t *number)
{
    size_t digits = strspn(file, "0123456789");
    int64_t parsed;

    if ((strcmp(file + digits, ".seg") != 0 && strcmp(file + digits, "-aggregates.seg") != 0) ||
        number_parse_int(file, digits, &parsed) != 0)
        return false;
    *number = (uint64_t)parsed;
    return true;
}

static int
compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static int
list_entries(const char *directory, DIR *entries, struct arena *a, const char ***names,
    size_t *count, struct fault *f)
{
    const char *entry;
    int rc;

    while ((rc = file_next_entry(entries, directory, &entry, f)) == 1) {
        const char **name;

        if (!folder_exists(directory, entry))
            continue;
        if ((name = arena_append(a, names, count, sizeof **names)) == NULL ||
            (*name = arena_strdup(a, entry)) == NULL)
            return fault_set_memory(f);
    }
    return rc;
}

int
folder_list(
    const char *directory, struct arena *a, const char ***names, size_t *count, struct fault *f)
{
    DIR *entries = opendir(directory);
    int rc;

    *names = NULL;
    *count = 0;
    if (entries == NULL)
        return errno == ENOENT ? 0 : fault_set_errno(f, errno, "open directory '%s'", directory);
    rc = list_entries(directory, entries, a, names, count, f);
    closedir(entries);
    if (rc == 0 && *count > 0)
        qsort(*names, *count, sizeof **names, compare_names);
    return rc;
}

/* Without memory of its own: a question cannot fail. */
bool
folder_exists(const char *directory, const char *name)
{
    char path[PATH_MAX];
    int length;

    if (!is_folder_name(name))
        return false;
    length = snprintf(path, sizeof path, "%s/%s/%s", directory, name, MANIFEST_NAME);
    return length > 0 && (size_t)length < sizeof path && file_exists(path);
}

int
folder_refuse(const char *directory, const char *name, struct fault *f)
{
    struct arena a = ARENA_INIT;
    struct nearest nearest;
    const char **names;
    size_t count;

    fault_set(f, FAULT_DATA, "no cube is named '%s' in '%s'", name, directory);
    nearest_init(&nearest, name);
    if (folder_list(directory, &a, &names, &count, NULL) == 0) {
        for (size_t i = 0; i < count; i++)
            nearest_offer(&nearest, names[i]);
    }
    nearest_hint(&nearest, f);
    arena_release(&a);
    return -1;
}

int
folder_lock(const char *directory, const char *name, struct fault *f)
{
    struct text path = TEXT_INIT;
    int fd = -1;

    if (folder_path(&path, directory, name, NULL, f) != 0)
        goto done;
    if (!folder_exists(directory, name)) {
        folder_refuse(directory, name, f);
        goto done;
    }
    if ((fd = open(text_get(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
        fault_set_errno(f, errno, "open directory '%s'", text_get(&path));
        goto done;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            fault_set(f, FAULT_LOCKED, "cube '%s' is being processed by another run", name);
        else
            fault_set_errno(f, errno, "lock '%s'", text_get(&path));
        close(fd);
        fd = -1;
    }
done:
    text_release(&path);
    return fd;
}

/* Enters all segments of a folder into the manifest. */
static int
name_all(DIR *entries, const char *folder, struct arena *a, struct manifest *m, struct fault *f)
{
    struct manifest_part *to = &m->parts[MANIFEST_COMPLETED];
    const char *entry;
    uint64_t number;
    int rc;

    while ((rc = file_next_entry(entries, folder, &entry, f)) == 1) {
        struct manifest_segment *s;

        if (!segment_number(entry, &number))
            continue;
        if ((s = arena_append(a, &to->segments, &to->segment_count, sizeof *s)) == NULL)
            return fault_set_memory(f);
        *s = (struct manifest_segment){.number = number};
        if (number >= m->next_number)
            m->next_number = number + 1;
    }
    return rc;
}

int
folder_manifest(
    const char *folder, struct arena *a, struct manifest *m, bool *damaged, struct fault *f)
{
    struct text path = TEXT_INIT;
    struct fault reading = FAULT_INIT;
    DIR *entries;
    int rc = -1;

    file_join(&path, folder, MANIFEST_NAME);
    if (text_check(&path, &reading) == 0)
        rc = manifest_read(text_get(&path), a, m, &reading);
    text_release(&path);
    *damaged = rc != 0 && reading.kind == FAULT_DATA;
    if (!*damaged) {
        if (rc != 0 && f != NULL)
            *f = reading;
        return rc;
    }
    if ((entries = opendir(folder)) == NULL)
        return fault_set_errno(f, errno, "open directory '%s'", folder);
    *m = (struct manifest){.next_number = 1};
    rc = name_all(entries, folder, a, m, f);
    closedir(entries);
    return rc;
}

static bool
names_segment(const struct manifest *m, uint64_t number)
{
    for (size_t part = 0; part < MANIFEST_PART_COUNT; part++) {
        for (size_t i = 0; i < m->parts[part].segment_count; i++) {
            if (m->parts[part].segments[i].number == number)
                return true;
        }
    }
    return false;
}

static bool
is_litter(const struct manifest *m, const char *file)
{
    size_t length = strlen(file);
    uint64_t number;

    if (segment_number(file, &number))
        return !names_segment(m, number);
    return length > 5 && strcmp(file + length - 5, ".part") == 0;
}

int
folder_sweep(const char *folder, const struct manifest *m, struct fault *f)
{
    char path[PATH_MAX]; /* no memory is asked for: there may be none, and this is what tidies up */
    const char *entry;
    DIR *entries = opendir(folder);
    int rc;

    if (entries == NULL)
        return fault_set_errno(f, errno, "open directory '%s'", folder);
    while ((rc = file_next_entry(entries, folder, &entry, f)) == 1) {
        if (!is_litter(m, entry))
            continue;
        if (snprintf(path, sizeof path, "%s/%s", folder, entry) >= (int)sizeof path) {
            rc = fault_set_errno(f, ENAMETOOLONG, "remove '%s' in '%s'", entry, folder);
            break;
        }
        if (file_remove(path, f) != 0) {
            rc = -1;
            break;
        }
    }
    closedir(entries);
    return rc;
}
