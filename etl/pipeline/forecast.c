#include "etl/pipeline/forecast.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "config/base/log.h"
#include "config/settings/connection.h"

enum { MOST_PLACES = SITE_DATABASES_MAX + 1 }; /* and the store */

static const uint64_t least_free_bytes = UINT64_C(64) << 20;

struct forecast {
    const struct settings *settings;
    const struct catalogue *catalogue;
    struct forecast_place places[MOST_PLACES];
    size_t count;
};

/* ---- judging ---- */

enum forecast_verdict
forecast_judge(const struct forecast_place *places, size_t count, uint64_t device)
{
    uint64_t needed = 0, free_bytes = UINT64_MAX;

    for (size_t i = 0; i < count; i++) {
        if (places[i].device != device)
            continue;
        needed += places[i].needed_bytes < UINT64_MAX / 4 - needed ? places[i].needed_bytes : 0;
        free_bytes = places[i].free_bytes < free_bytes ? places[i].free_bytes : free_bytes;
    }
    if (free_bytes < needed / 2)
        return FORECAST_IMPOSSIBLE;
    return free_bytes < needed * 2 || free_bytes < least_free_bytes ? FORECAST_TIGHT
                                                                    : FORECAST_ROOMY;
}

/* ---- what grows ---- */

/* Adds a need to a place at a directory; one that is not there (yet) is not judged. */
static void
add_place(struct forecast *o, const char *name, const char *directory, uint64_t needed)
{
    struct statvfs space;
    struct stat status;

    for (size_t i = 0; i < o->count; i++) {
        if (strcmp(o->places[i].name, name) == 0) {
            o->places[i].needed_bytes += needed;
            return;
        }
    }
    if (o->count == MOST_PLACES || statvfs(directory, &space) != 0 || stat(directory, &status) != 0)
        return;
    o->places[o->count++] = (struct forecast_place){.name = name,
        .device = (uint64_t)status.st_dev,
        .free_bytes = (uint64_t)space.f_bavail * space.f_frsize,
        .needed_bytes = needed};
}

/* The file of an embedded database; false when the connection names none. */
static bool
find_file(const char *connection, char path[4096])
{
    struct connection_part part;

    while (connection_next(&connection, &part)) {
        if (part.key_length == 8 && strncasecmp(part.key, "Database", 8) == 0 &&
            part.value_length > 0 && part.value[0] == '/' && part.value_length < 4096) {
            snprintf(path, 4096, "%.*s", (int)part.value_length, part.value);
            return true;
        }
    }
    return false;
}

static uint64_t
size_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
}

static void
add_database(struct forecast *o, const struct database_setting *d)
{
    char path[4096], *slash;
    uint64_t size;

    if (d->is_other || !find_file(d->connection, path))
        return;
    size = size_of(path);
    if ((slash = strrchr(path, '/')) != NULL)
        *slash = '\0';
    add_place(o, d->name, path, size / 10);
}

/* As large as last time, or as the database itself. */
static uint64_t
backup_size(const struct forecast *o, const char *name)
{
    const struct database_setting *d = settings_find_database(o->settings, name);
    char path[4096];

    for (size_t i = o->catalogue->count; i > 0; i--) {
        const struct catalogue_entry *e = &o->catalogue->entries[i - 1];

        if (e->kind == CATALOGUE_CONTAINER && strcmp(e->database, name) == 0 &&
            e->partition == NULL)
            return e->bytes;
    }
    return d != NULL && find_file(d->connection, path) ? size_of(path) : 0;
}

static void
add_backups(struct forecast *o, const struct unit *u)
{
    const char *store = o->settings->backup.store;

    if (strncmp(store, "file:", 5) != 0)
        return;
    if (u->kind == UNIT_BACKUP_ARCHIVE) {
        add_place(o, "backups", store + 5, backup_size(o, "Archive"));
    } else if (u->kind == UNIT_BACKUP_DATABASE || u->kind == UNIT_BACKUP_ANALYSIS) {
        for (size_t i = 0; i < u->target_count; i++)
            add_place(o, "backups", store + 5, backup_size(o, u->targets[i]));
    }
}

static bool
writes_databases(const struct plan *plan)
{
    for (size_t i = 0; i < plan->unit_count; i++) {
        enum unit_kind kind = plan->units[i].kind;

        if (kind == UNIT_COPY || kind == UNIT_LOAD)
            return true;
    }
    return false;
}

/* ---- the check ---- */

static int
judge_place(const struct forecast *o, const struct forecast_place *p, struct fault *f)
{
    switch (forecast_judge(o->places, o->count, p->device)) {
    case FORECAST_IMPOSSIBLE:
        fault_set(f, FAULT_IO, "there is no room for this run: %" PRIu64 " MiB are free for %s",
            p->free_bytes >> 20, p->name);
        return fault_hint(f, "make room, or move the place in the settings; nothing was begun");
    case FORECAST_TIGHT:
        log_warning(
            "room is getting tight: %" PRIu64 " MiB are free for %s", p->free_bytes >> 20, p->name);
        return 0;
    default:
        return 0;
    }
}

/* Each file system once. */
static int
judge(const struct forecast *o, struct fault *f)
{
    for (size_t i = 0; i < o->count; i++) {
        bool seen = false;

        for (size_t k = 0; k < i; k++)
            seen = seen || o->places[k].device == o->places[i].device;
        if (!seen && judge_place(o, &o->places[i], f) != 0)
            return -1;
    }
    return 0;
}

int
forecast_check(struct site *site, const struct plan *plan, struct fault *f)
{
    struct forecast o = {.settings = &site->settings, .catalogue = site_catalogue(site, f)};
    int rc = o.catalogue == NULL ? -1 : 0;

    for (size_t i = 0; rc == 0 && i < plan->unit_count; i++)
        add_backups(&o, &plan->units[i]);
    for (size_t i = 0; rc == 0 && writes_databases(plan) && i < site->settings.database_count; i++)
        add_database(&o, &site->settings.databases[i]);
    if (rc == 0)
        rc = judge(&o, f);
    return rc;
}
