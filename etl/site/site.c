#include "etl/site/site.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/base/log.h"
#include "config/base/nearest.h"
#include "config/settings/connection.h"
#include "config/settings/secret.h"
#include "etl/activity/deployment.h"
#include "etl/activity/metadata.h"
#include "etl/odbc/requirement.h"

int
site_open(struct site *s, const char *settings_path, struct fault *f)
{
    struct findings list = FINDINGS_INIT(NULL); /* by its path, wherever it is found */
    int rc = settings_read(&s->settings, settings_path, &list, f);

    findings_log(&list);
    findings_release(&list);
    if (rc != 0 && settings_path != NULL && f->kind == FAULT_NO_INPUT)
        fault_hint(f, "--config names the settings file; without it they are looked for, or the "
                      "embedded default is taken");
    if (rc == 0 && s->settings.database_count > SITE_DATABASES_MAX)
        rc = fault_set(
            f, FAULT_SETTINGS, "more than %d databases are configured", SITE_DATABASES_MAX);
    return rc;
}

void
site_close(struct site *s)
{
    for (size_t i = 0; i < SITE_DATABASES_MAX; i++)
        db_close(s->databases[i]);
    catalogue_release(&s->catalogue);
    store_close(s->store);
    settings_release(&s->settings);
    *s = (struct site)SITE_INIT;
}

static const struct database_setting *
find_setting(struct site *s, const char *name, struct fault *f)
{
    const struct database_setting *setting = settings_find_database(&s->settings, name);
    struct text names = TEXT_INIT;

    if (setting != NULL)
        return setting;
    for (size_t i = 0; i < s->settings.database_count; i++)
        text_add_format(&names, "%s%s", i == 0 ? "" : ", ", s->settings.databases[i].name);
    fault_set(f, FAULT_DATA, "there is no database '%s' in the settings", name);
    fault_hint(f, "configured are: %s", text_get(&names));
    text_release(&names);
    return NULL;
}

/* Says where the database would be; the rest of a connection string may be secret. */
static void
add_place(const char *connection, struct fault *f)
{
    struct connection_part part;

    while (connection_next(&connection, &part)) {
        if (part.key_length == strlen("Database") &&
            strncasecmp(part.key, "Database", part.key_length) == 0)
            fault_wrap(f, "open database '%.*s'", (int)part.value_length, part.value);
    }
}

/* Is the database one of an installation that has worked? Then its primary import is there. */
static bool
has_worked(struct site *s, const char *name)
{
    struct fault unread = FAULT_INIT;

    return strcmp(name, "PrimaryImport") != 0 && site_primary(s, &unread) != NULL;
}

static void
refuse_missing_file(struct site *s, const char *name, const char *path, struct fault *f)
{
    if (has_worked(s, name)) {
        fault_set(f, FAULT_UNAVAILABLE, "%s is not there: no file '%s'", name, path);
        fault_hint(f, "is its disk mounted, was it moved? nightcube restore brings it back from a "
                      "backup; nightcube setup would make an empty one");
    } else {
        fault_set(f, FAULT_UNAVAILABLE, "%s is not there yet: no file '%s'", name, path);
        fault_hint(f, "a new installation begins with: nightcube setup; of one that has worked, "
                      "is the disk mounted?");
    }
}

/* An embedded database whose file is not there: nobody made it yet, or somebody took it away. */
static bool
explain_missing_file(struct site *s, const char *name, const char *connection, struct fault *f)
{
    const char *at = connection;
    struct connection_part part;
    char path[4096];

    while (dialect_guess(connection) == &dialect_sqlite && connection_next(&at, &part)) {
        if (part.key_length != strlen("Database") ||
            strncasecmp(part.key, "Database", part.key_length) != 0)
            continue;
        snprintf(path, sizeof path, "%.*s", (int)part.value_length, part.value);
        if (path[0] != '/' || access(path, F_OK) == 0 || errno != ENOENT)
            return false;
        refuse_missing_file(s, name, path, f);
        return true;
    }
    return false;
}

struct db *
site_connect(struct site *s, const char *name, enum db_mode mode, struct fault *f)
{
    const struct database_setting *setting = find_setting(s, name, f);
    struct secret connection = SECRET_INIT;
    struct fault own = FAULT_INIT;
    struct db *db = NULL;

    if (setting == NULL)
        return NULL;
    if (f == NULL)
        f = &own;
    if (secret_fill_in(&connection, &s->settings, setting->connection, f) == 0)
        db = db_open(name, connection.bytes, mode, f);
    secret_release(&connection);
    if (db == NULL)
        add_place(setting->connection, f);
    else if (!setting->is_other && requirement_check_vital(db, f) != 0) {
        db_close(db);
        return NULL;
    }
    if (db == NULL && mode == DB_EXISTING && explain_missing_file(s, name, setting->connection, f))
        return NULL;
    if (db == NULL && f->kind == FAULT_UNAVAILABLE && mode == DB_EXISTING)
        fault_hint(f, "nightcube doctor says what is missing; a new installation begins with "
                      "nightcube setup");
    return db;
}

struct db *
site_database(struct site *s, const char *name, enum db_mode mode, struct fault *f)
{
    const struct database_setting *setting = find_setting(s, name, f);
    size_t index;

    if (setting == NULL)
        return NULL;
    index = (size_t)(setting - s->settings.databases);
    if (s->databases[index] == NULL)
        s->databases[index] = site_connect(s, name, mode, f);
    return s->databases[index];
}

bool
site_has_database(const struct site *s, const char *name)
{
    return settings_find_database(&s->settings, name) != NULL;
}

void
site_disconnect(struct site *s, const char *name)
{
    const struct database_setting *setting = settings_find_database(&s->settings, name);

    if (setting == NULL)
        return;
    db_close(s->databases[setting - s->settings.databases]);
    s->databases[setting - s->settings.databases] = NULL;
}

struct db *
site_primary(struct site *s, struct fault *f)
{
    struct db *db = site_database(s, "PrimaryImport", DB_EXISTING, f);

    return db == NULL || metadata_check(db, f) != 0 ? NULL : db;
}

struct db *
site_archive(struct site *s, struct fault *f)
{
    struct db *primary;
    int known;

    fault_clear(f);
    if (site_has_database(s, "Archive"))
        return site_database(s, "Archive", DB_EXISTING, f);
    if ((primary = site_primary(s, f)) == NULL)
        return NULL;
    known = metadata_knows_archive(primary, f);
    if (known == 1) {
        fault_set(
            f, FAULT_SETTINGS, "an archive was configured before and is gone from the settings");
        fault_hint(
            f, "put <Archive> back, or purge by intent with: nightcube set archive ACTIVITY off");
    }
    return NULL;
}

struct store *
site_store(struct site *s, struct fault *f)
{
    if (s->store == NULL)
        s->store = store_open_with(s->settings.backup.store, &s->settings, f);
    return s->store;
}

const struct catalogue *
site_catalogue(struct site *s, struct fault *f)
{
    struct store *store = site_store(s, f);

    return store == NULL || catalogue_refresh(store, &s->catalogue, f) != 0 ? NULL : &s->catalogue;
}

int
site_definition(struct site *s, struct definition *d, struct fault *f)
{
    struct db *primary = site_primary(s, f);

    return primary == NULL ? -1 : deployment_read(primary, d, f);
}
