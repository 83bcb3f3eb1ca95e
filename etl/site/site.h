/*
 * site: one installation: its settings and, opened when first wanted, its databases and its store.
 */
#ifndef ETL_SITE_SITE_H
#define ETL_SITE_SITE_H

#include "backup/catalogue.h"
#include "config/definition/definition.h"
#include "config/settings/settings.h"
#include "etl/odbc/db.h"

enum { SITE_DATABASES_MAX = 64 };

struct site {
    struct settings settings;
    struct db *databases[SITE_DATABASES_MAX]; /* in order of the settings; NULL: not opened yet */
    struct store *store;                      /* of the settings; NULL: not opened yet */
    struct catalogue catalogue;               /* of the store, as far as it was read */
};

#define SITE_INIT                                                                                  \
    {                                                                                              \
        .settings = SETTINGS_INIT, .catalogue = CATALOGUE_INIT                                     \
    }

/* Reads the settings (NULL: where they are looked for). What is wrong in them goes to the log. */
int site_open(struct site *s, const char *settings_path, struct fault *f);
void site_close(struct site *s);

/*
 * The connection to a database of the settings, by name; borrowed. FAULT_DATA for a name that is
 * not configured, naming those that are. Its connection string is filled in with its secrets.
 */
struct db *site_database(struct site *s, const char *name, enum db_mode mode, struct fault *f);

/* Is the database configured? */
bool site_has_database(const struct site *s, const char *name);

/* A connection of its own, besides the shared one; owned by the caller. */
struct db *site_connect(struct site *s, const char *name, enum db_mode mode, struct fault *f);

/* Closes the shared connection, so that the database's file can be replaced. */
void site_disconnect(struct site *s, const char *name);

/* The primary import with its metadata checked; FAULT_UNAVAILABLE when `setup` was never run. */
struct db *site_primary(struct site *s, struct fault *f);

/* The archive, or NULL without a fault when none is configured (f->kind tells). One that was
 * configured before and is gone from the settings is FAULT_SETTINGS. */
struct db *site_archive(struct site *s, struct fault *f);

/* The store of the settings; borrowed. */
struct store *site_store(struct site *s, struct fault *f);

/* Its catalogue as it is now; borrowed until this is called again. NULL with a fault. */
const struct catalogue *site_catalogue(struct site *s, struct fault *f);

/* What is deployed. */
int site_definition(struct site *s, struct definition *d, struct fault *f);

#endif
