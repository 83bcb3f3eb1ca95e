/*
 * Drivers and databases.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config/settings/connection.h"
#include "etl/activity/metadata.h"
#include "etl/command/checkup.h"
#include "etl/odbc/drivers.h"

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

/* Keys and members compare binary everywhere; an engine that folds case or drops blanks would merge
 * what is different. */
static void
check_comparison(struct checkup *c, const char *check, struct db *db)
{
    struct fault f = FAULT_INIT;
    int64_t folds;

    if (db_get_int(
            db, "SELECT CASE WHEN 'a' = 'A' OR 'a' = 'a ' THEN 1 ELSE 0 END", 0, &folds, &f) != 0)
        checkup_fault(c, check, &f);
    else if (folds != 0)
        checkup_warn(c, check, "texts that differ in case or end blanks count as equal",
            "give the database a binary collation");
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
    checkup_good(c, check, db_dialect(db)->name);
    check_comparison(c, check, db);
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
