#include "etl/odbc/requirement.h"

#include <sql.h>
#include <sqlext.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "etl/odbc/handle.h"

int
requirement_look(struct db *db, const struct requirement *r, struct text *found, struct fault *f)
{
    static const enum value_type types[] = {VALUE_TEXT, VALUE_INT};
    struct value row[2] = {value_null(), value_null()};
    struct stmt *s = db_prepare(db, r->query, f);
    int rc = s == NULL ? -1 : stmt_query(s, types, 2, f);

    if (rc == 0)
        rc = stmt_fetch(s, row, f);
    if (rc == 1 && row[0].type == VALUE_TEXT) {
        text_add_bytes(found, row[0].as.text.bytes, row[0].as.text.length);
        rc = row[1].type == VALUE_INT && row[1].as.integer != 0;
    } else if (rc >= 0) {
        rc = 1;
    }
    stmt_free(s);
    return rc < 0 ? fault_wrap(f, "look at the %s", r->what) : rc;
}

int
requirement_check_vital(struct db *db, struct fault *f)
{
    struct text found = TEXT_INIT;
    int rc = 1;

    for (const struct requirement *r = db_dialect(db)->requirements; rc == 1 && r->what != NULL;
         r++) {
        if (r->weight != REQUIREMENT_VITAL)
            continue;
        text_clear(&found);
        if ((rc = requirement_look(db, r, &found, f)) == 0) {
            fault_set(
                f, FAULT_SETTINGS, "%s: the %s is %s", db_name(db), r->what, text_get(&found));
            fault_hint(f, "%s", r->cure);
        }
    }
    text_release(&found);
    return rc == 1 ? 0 : -1;
}

/* ---- versions ---- */

static void
get_info(struct db *db, SQLUSMALLINT what, char *text, size_t size)
{
    SQLSMALLINT length;

    if (!SQL_SUCCEEDED(
            SQLGetInfo(db_connection_handle(db), what, text, (SQLSMALLINT)size, &length)))
        text[0] = '\0';
}

int
versions_read(struct db *db, struct versions *v, struct fault *f)
{
    get_info(db, SQL_DBMS_VER, v->engine, sizeof v->engine);
    get_info(db, SQL_DRIVER_NAME, v->driver, sizeof v->driver);
    get_info(db, SQL_DRIVER_VER, v->driver_version, sizeof v->driver_version);
    if (v->engine[0] == '\0' || v->driver_version[0] == '\0')
        return fault_set(
            f, FAULT_UNAVAILABLE, "%s: the driver does not say its version", db_name(db));
    return 0;
}

bool
version_is_older(const char *found, const char *wanted)
{
    for (;;) {
        char *found_end, *wanted_end;
        long have = strtol(found, &found_end, 10), want = strtol(wanted, &wanted_end, 10);

        if (have != want)
            return have < want;
        if (*found_end != '.' || *wanted_end != '.')
            return false;
        found = found_end + 1;
        wanted = wanted_end + 1;
    }
}

int
requirement_clock_ahead(struct db *db, int64_t *seconds, struct fault *f)
{
    const char *query = db_dialect(db)->clock;

    *seconds = 0;
    if (query == NULL || clock_is_fixed())
        return 0;
    if (db_get_int(db, query, 0, seconds, f) != 0)
        return -1;
    *seconds -= clock_now() / 1000000;
    return 0;
}
