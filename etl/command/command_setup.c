#include <string.h>
#include <strings.h>

#include "config/base/file.h"
#include "config/base/log.h"
#include "config/settings/connection.h"
#include "etl/activity/metadata.h"
#include "etl/command/command.h"
#include "etl/command/grid.h"
#include "etl/command/key_file.h"

enum { DIRECTORY_MODE = 0700 };

static const struct grid_column columns[] = {
    {"item", GRID_TEXT},
    {"state", GRID_TEXT},
    {"place", GRID_TEXT},
    {"note", GRID_TEXT},
};

struct setup {
    struct invocation *invocation;
    struct site *site;
    struct grid grid;
    size_t made; /* things that were not there before */
};

/* `note` may be NULL. */
static int
report(struct setup *s, const char *item, bool made, const char *place, const char *note,
    struct fault *f)
{
    const struct value row[] = {value_text(item), value_text(made ? "made" : "exists"),
        value_text(place), value_text(note)};

    s->made += made;
    return grid_add(&s->grid, row, f);
}

/* ---- databases ---- */

static bool
part_is(const struct connection_part *part, const char *key)
{
    return part->key_length == strlen(key) && strncasecmp(part->key, key, part->key_length) == 0;
}

/* An embedded database is a file, which the engine creates, but not its directory. */
static int
make_directory_of(const struct database_setting *d, struct fault *f)
{
    const char *at = d->connection;
    struct connection_part part;
    struct text path = TEXT_INIT;
    const char *slash;
    bool embedded = false;
    int rc = 0;

    while (connection_next(&at, &part)) {
        if (part_is(&part, "Driver"))
            embedded = memmem(part.value, part.value_length, "SQLite", 6) != NULL ||
                       memmem(part.value, part.value_length, "sqlite", 6) != NULL;
        else if (part_is(&part, "Database"))
            text_add_bytes(&path, part.value, part.value_length);
    }
    if ((slash = strrchr(text_get(&path), '/')) != NULL && slash != path.bytes && embedded) {
        text_cut(&path, (size_t)(slash - path.bytes));
        rc = file_make_directory(text_get(&path), DIRECTORY_MODE, f);
    }
    text_release(&path);
    return rc;
}

/* Connects; creates an embedded database that is not there. */
static struct db *
open_database(struct setup *s, const struct database_setting *d, bool *made, struct fault *f)
{
    struct db *db = site_database(s->site, d->name, DB_EXISTING, f);

    *made = db == NULL && f->kind == FAULT_UNAVAILABLE;
    if (!*made)
        return db;
    fault_clear(f);
    if (make_directory_of(d, f) != 0)
        return NULL;
    return site_database(s->site, d->name, DB_CREATE, f);
}

static int
set_up_primary(struct setup *s, struct db *db, bool *made, struct fault *f)
{
    int exists = db_table_exists(db, "nightcube_Definition", f);

    if (exists < 0 || metadata_setup(db, f) != 0)
        return -1;
    *made = *made || exists == 0;
    return site_has_database(s->site, "Archive") ? metadata_note_archive(db, f) : 0;
}

static int
set_up_databases(struct setup *s, struct fault *f)
{
    const struct settings *settings = &s->site->settings;

    for (size_t i = 0; i < settings->database_count; i++) {
        const struct database_setting *d = &settings->databases[i];
        struct db *db;
        bool made;

        if (d->is_other)
            continue;
        if ((db = open_database(s, d, &made, f)) == NULL)
            return -1;
        if (strcmp(d->name, "PrimaryImport") == 0 && set_up_primary(s, db, &made, f) != 0)
            return -1;
        if (report(s, d->name, made, db_dialect(db)->name, NULL, f) != 0)
            return -1;
    }
    return 0;
}

/* ---- directories ---- */

static int
set_up_directory(struct setup *s, const char *item, const char *path, struct fault *f)
{
    bool made = !file_exists(path);

    if (file_make_directory(path, DIRECTORY_MODE, f) != 0)
        return -1;
    return report(s, item, made, path, NULL, f);
}

static int
set_up_directories(struct setup *s, struct fault *f)
{
    const struct settings *settings = &s->site->settings;
    const char *store = settings->backup.store;

    for (size_t i = 0; i < settings->analysis_count; i++) {
        const struct analysis_setting *a = &settings->analyses[i];

        if (set_up_directory(s, a->name, a->directory, f) != 0)
            return -1;
    }
    if (strncmp(store, "file:", 5) == 0 && set_up_directory(s, "backups", store + 5, f) != 0)
        return -1;
    return set_up_directory(s, "state", settings->state_directory, f);
}

/* ---- keys ---- */

/* A key whose file is there was made by a set-up that was cut short: it is taken. */
static int
make_or_take(struct setup *s, const char *item, const char *path, enum key_role role,
    char recipient[RECIPIENT_TEXT_BYTES], struct fault *f)
{
    static const char *const notes[KEY_ROLE_COUNT] = {
        [KEY_IDENTITY] = "opens the backups; keep it on this host, readable by its owner only",
        [KEY_RECOVERY] = "print it, put it away offline and delete the file: it opens the backups "
                         "when this host is lost",
    };
    bool made = !file_exists(path);
    int rc = made ? key_file_make(path, role, s->site->settings.backup.store, recipient, f)
                  : key_file_recipient(path, recipient, f);

    return rc != 0 ? -1 : report(s, item, made, path, notes[role], f);
}

static int
make_keys(struct setup *s, struct fault *f)
{
    struct settings *settings = &s->site->settings;
    const char *identity_file = settings->backup.identity_files[0];
    char identity[RECIPIENT_TEXT_BYTES], recovery[RECIPIENT_TEXT_BYTES];
    const char *const recipients[] = {identity, recovery};
    struct text recovery_file = TEXT_INIT;
    const char *slash = strrchr(identity_file, '/');
    int rc;

    text_add_bytes(&recovery_file, identity_file, (size_t)(slash + 1 - identity_file));
    text_add(&recovery_file, "recovery.txt");
    rc = text_check(&recovery_file, f);
    if (rc == 0)
        rc = make_or_take(s, "identity", identity_file, KEY_IDENTITY, identity, f);
    if (rc == 0)
        rc = make_or_take(s, "recovery", text_get(&recovery_file), KEY_RECOVERY, recovery, f);
    if (rc == 0)
        rc = settings_add_recipients(settings, recipients, 2, f);
    if (rc == 0)
        rc = report(s, "recipients", true, settings->path, "backups are sealed for both keys", f);
    text_release(&recovery_file);
    return rc;
}

static int
set_up_keys(struct setup *s, struct fault *f)
{
    const struct settings *settings = &s->site->settings;

    if (!settings->backup.encrypt) {
        log_info("backups are not encrypted, as the settings say: no key is made");
        return 0;
    }
    if (settings->backup.recipient_count == 0)
        return make_keys(s, f);
    return report(s, "recipients", false, settings->path, NULL, f);
}

/* ---- setup ---- */

static int
run_setup(struct invocation *i, struct fault *f)
{
    struct setup s = {.invocation = i, .site = invocation_site(i, f)};
    int rc;

    if (s.site == NULL)
        return COMMAND_FAILED;
    grid_init(&s.grid, columns, sizeof columns / sizeof columns[0], i->json);
    rc = set_up_databases(&s, f);
    if (rc == 0)
        rc = set_up_directories(&s, f);
    if (rc == 0)
        rc = set_up_keys(&s, f);
    /* What was made before a failure is told as well. */
    if (grid_finish(&s.grid, rc == 0 ? f : NULL) != 0)
        rc = -1;
    grid_release(&s.grid);
    if (rc == 0 && s.made == 0)
        log_info("everything was set up already; nothing was changed");
    return rc;
}

const struct command command_setup = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS(NULL, columns), {0}},
    .name = "setup",
    .arguments = "",
    .summary = "creates what an installation needs: tables, directories, keys",
    .details =
        "Creates the metadata tables in the primary import, the embedded databases, and the "
        "directories for cubes, backups and state. An installation without any recipient gets "
        "two keys: an identity that stays beside the settings, and a recovery key to be printed "
        "and put away.\n\n"
        "Doing it again changes nothing. Without a settings file everything lies below "
        "$XDG_DATA_HOME/nightcube.",
    .run = run_setup,
};
