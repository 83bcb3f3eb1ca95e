/*
 * Drivers and databases.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config/base/file.h"
#include "config/settings/connection.h"
#include "etl/activity/metadata.h"
#include "etl/command/checkup.h"
#include "etl/odbc/drivers.h"
#include "etl/odbc/requirement.h"
#include "etl/odbc/trial.h"
#include "etl/pipeline/lock.h"

/* What may lie between the clocks of two machines. */
enum { CLOCK_SECONDS = 5 };

/* ---- drivers ---- */

static void
check_driver(struct checkup *c, const char *name)
{
    struct text installed = TEXT_INIT;
    struct fault f = FAULT_INIT;
    char check[96];
    int have = name[0] == '/' ? 1 : drivers_have(name, &f);

    snprintf(check, sizeof check, "driver %.80s", name);
    if (have < 0) {
        checkup_fault(c, check, &f);
    } else if (have == 1) {
        checkup_good(c, check, name[0] == '/' ? "by its path" : "installed");
    } else {
        drivers_list(&installed, &f);
        text_add(&installed, installed.length == 0 ? "none is installed" : " are installed");
        checkup_fail(c, check, FAULT_UNAVAILABLE, text_get(&installed),
            "install the driver and register it in odbcinst.ini (make deps)");
    }
    text_release(&installed);
}

/* Adds the value of Driver= to `name`; nothing when the connection goes by a DSN. */
static void
add_driver(struct text *name, const char *connection)
{
    struct connection_part part;

    while (connection_next(&connection, &part)) {
        if (part.key_length == strlen("Driver") && strncasecmp(part.key, "Driver", 6) == 0)
            text_add_bytes(name, part.value, part.value_length);
    }
}

/* Each driver once, however many databases name it. */
static void
check_drivers(struct checkup *c)
{
    const struct settings *s = &c->site->settings;
    struct text seen = TEXT_INIT, name = TEXT_INIT, key = TEXT_INIT;

    for (size_t i = 0; i < s->database_count; i++) {
        text_clear(&name);
        text_clear(&key);
        add_driver(&name, s->databases[i].connection);
        text_add_format(&key, "\n%s\n", text_get(&name));
        if (name.length == 0 || strcasestr(text_get(&seen), text_get(&key)) != NULL)
            continue;
        text_add(&seen, text_get(&key));
        check_driver(c, text_get(&name));
    }
    text_release(&key);
    text_release(&name);
    text_release(&seen);
}

/* ---- databases ---- */

/* Of one thing about a database: "PrimaryImport: locks". */
static void
name_check(char check[96], struct db *db, const char *what)
{
    snprintf(check, 96, "%.40s: %.50s", db_name(db), what);
}

static void
check_version(struct checkup *c, struct db *db, const char *what, const char *found,
    const char *oldest, const char *whose)
{
    char check[96], detail[160], cure[160];

    if (!version_is_older(found, oldest))
        return;
    name_check(check, db, what);
    snprintf(detail, sizeof detail, "%.60s%s%.60s", whose, whose[0] == '\0' ? "" : " ", found);
    snprintf(cure, sizeof cure, "nightcube is tested with %s and later: upgrade it", oldest);
    checkup_warn(c, check, detail, cure);
}

/* Adds "PostgreSQL 15.14, driver psqlodbcw.so 13.02.0000". */
static void
check_versions(struct checkup *c, struct db *db, struct text *summary)
{
    const struct dialect *dialect = db_dialect(db);
    struct fault f = FAULT_INIT;
    struct versions v;
    char check[96];

    text_add(summary, dialect->name);
    if (versions_read(db, &v, &f) != 0) {
        name_check(check, db, "versions");
        checkup_fault(c, check, &f);
        return;
    }
    text_add_format(summary, " %s, driver %s %s", v.engine, v.driver, v.driver_version);
    check_version(c, db, "server", v.engine, dialect->engine_from, dialect->name);
    check_version(c, db, "driver", v.driver_version, dialect->driver_from, v.driver);
}

static void
check_requirement(
    struct checkup *c, struct db *db, const struct requirement *r, struct text *summary)
{
    struct text found = TEXT_INIT;
    struct fault f = FAULT_INIT;
    char check[96];
    int met = requirement_look(db, r, &found, &f);

    name_check(check, db, r->what);
    if (met < 0)
        checkup_fault(c, check, &f);
    else if (met == 0 && r->weight == REQUIREMENT_ADVISED)
        checkup_warn(c, check, text_get(&found), r->cure);
    else if (met == 0)
        checkup_fail(c, check, FAULT_SETTINGS, text_get(&found), r->cure);
    else if (found.length > 0)
        text_add_format(summary, ", %s %s", r->what, text_get(&found));
    text_release(&found);
}

/* Writers' moments are the server's, ours are this machine's. */
static void
check_clock(struct checkup *c, struct db *db)
{
    struct fault f = FAULT_INIT;
    char check[96], detail[96];
    int64_t ahead;

    name_check(check, db, "clock");
    if (requirement_clock_ahead(db, &ahead, &f) != 0) {
        checkup_fault(c, check, &f);
    } else if (ahead < -CLOCK_SECONDS || ahead > CLOCK_SECONDS) {
        snprintf(detail, sizeof detail, "the server's clock is %lld seconds %s this machine's",
            (long long)(ahead < 0 ? -ahead : ahead), ahead < 0 ? "behind" : "ahead of");
        checkup_warn(c, check, detail, "let both be set by NTP");
    }
}

/* A table of its own must not turn up in a backup: not while a job runs. */
static void
check_rights(struct checkup *c, struct db *db)
{
    const char *state = c->site->settings.state_directory;
    struct lock lock = LOCK_INIT;
    struct fault f = FAULT_INIT;
    char check[96];

    name_check(check, db, "rights");
    if (file_exists(state) && lock_take(&lock, state, "doctor", &f) != 0) {
        checkup_warn(c, check, f.text, "ask again when that is done: they were not looked at");
        return;
    }
    if (trial_run(db, &f) != 0) {
        fault_hint(&f, "%s", db_dialect(db)->rights);
        checkup_fail(
            c, check, f.kind, f.text, f.kind == FAULT_PERMISSION ? db_dialect(db)->rights : f.hint);
    }
    lock_release(&lock);
}

static void
check_metadata(struct checkup *c, struct db *primary)
{
    struct fault f = FAULT_INIT;

    if (metadata_check(primary, &f) != 0)
        checkup_fault(c, "metadata", &f);
    else if (site_archive(c->site, &f) == NULL && f.kind == FAULT_SETTINGS)
        checkup_fault(c, "metadata", &f);
    else
        checkup_good(c, "metadata", "present");
}

static void
examine(struct checkup *c, const struct database_setting *d, struct db *db, const char *check)
{
    struct text summary = TEXT_INIT;

    check_versions(c, db, &summary);
    if (!d->is_other)
        check_rights(c, db);
    for (const struct requirement *r = db_dialect(db)->requirements; r->what != NULL; r++) {
        if (!d->is_other || r->weight == REQUIREMENT_ADVISED)
            check_requirement(c, db, r, &summary);
    }
    check_clock(c, db);
    checkup_good(c, check, text_get(&summary));
    text_release(&summary);
}

static void
check_database(struct checkup *c, const struct database_setting *d)
{
    struct fault f = FAULT_INIT;
    struct db *db = site_database(c->site, d->name, DB_EXISTING, &f);
    char check[96];

    snprintf(check, sizeof check, "database %.80s", d->name);
    if (db == NULL) {
        checkup_fail(c, check, f.kind, f.text,
            f.kind == FAULT_UNAVAILABLE
                ? "is its server up? a new installation begins with: nightcube setup"
                : f.hint);
        return;
    }
    examine(c, d, db, check);
    if (strcmp(d->name, "PrimaryImport") == 0)
        check_metadata(c, db);
}

void
checkup_databases(struct checkup *c)
{
    const struct settings *s = &c->site->settings;

    check_drivers(c);
    for (size_t i = 0; i < s->database_count; i++)
        check_database(c, &s->databases[i]);
}
