/*
 * Directories and free space.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "config/base/file.h"
#include "etl/command/checkup.h"

/* Below the first a night is likely to fail, below the second it is time to look. */
static const uint64_t space_needed_bytes = UINT64_C(64) << 20;
static const uint64_t space_wanted_bytes = UINT64_C(1) << 30;

static void
check_space(struct checkup *c, const char *name, const char *path)
{
    struct statvfs st;
    char check[96], detail[64];
    uint64_t free_bytes;

    snprintf(check, sizeof check, "space %.80s", name);
    if (statvfs(path, &st) != 0) {
        checkup_fail(c, check, FAULT_IO, strerror(errno), NULL);
        return;
    }
    free_bytes = (uint64_t)st.f_bavail * st.f_frsize;
    snprintf(detail, sizeof detail, "%llu MiB free", (unsigned long long)(free_bytes >> 20));
    if (free_bytes < space_needed_bytes)
        checkup_fail(c, check, FAULT_IO, detail, "make room: the next run may not fit");
    else if (free_bytes < space_wanted_bytes)
        checkup_warn(c, check, detail, "make room soon");
    else
        checkup_good(c, check, detail);
}

static void
check_directory(struct checkup *c, const char *name, const char *path)
{
    char check[96];

    snprintf(check, sizeof check, "directory %.80s", name);
    if (!file_exists(path)) {
        checkup_fail(c, check, FAULT_NO_INPUT, path, "it is missing; run: nightcube setup");
    } else if (access(path, R_OK | W_OK | X_OK) != 0) {
        checkup_fail(c, check, FAULT_PERMISSION, path,
            "the account that runs nightcube must be able to read and write it");
    } else {
        checkup_good(c, check, path);
        check_space(c, name, path);
    }
}

static void
check_store(struct checkup *c)
{
    const char *store = c->site->settings.backup.store;
    struct fault f = FAULT_INIT;

    if (strncmp(store, "file:", 5) == 0)
        check_directory(c, "backups", store + 5);
    else if (site_store(c->site, &f) == NULL)
        checkup_fault(c, "store", &f);
    else
        checkup_good(c, "store", store);
}

void
checkup_places(struct checkup *c)
{
    const struct settings *s = &c->site->settings;

    check_directory(c, "state", s->state_directory);
    for (size_t i = 0; i < s->analysis_count; i++)
        check_directory(c, s->analyses[i].name, s->analyses[i].directory);
    check_store(c);
}
