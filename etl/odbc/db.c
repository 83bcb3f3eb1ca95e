#include "etl/odbc/db.h"

#include <sql.h>
#include <sqlext.h>
#include <stdlib.h>
#include <string.h>

#include "etl/odbc/db_state.h"
#include "etl/odbc/handle.h"

/* How long db_transact tries, unless told otherwise. */
enum { PATIENCE_SECONDS = 60 };

/* ---- connecting ---- */

static int
allocate_handles(struct db *db, struct fault *f)
{
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &db->environment)))
        return fault_set(f, FAULT_INTERNAL, "unixODBC gives no environment");
    SQLSetEnvAttr(db->environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_DBC, db->environment, &db->connection)))
        return fault_set(f, FAULT_INTERNAL, "unixODBC gives no connection handle");
    return 0;
}

static int
connect_with(struct db *db, const char *connection, struct fault *f)
{
    SQLRETURN result = SQLDriverConnect(
        db->connection, NULL, (SQLCHAR *)connection, SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT);

    if (SQL_SUCCEEDED(result))
        return 0;
    return handle_fault(db, SQL_HANDLE_DBC, db->connection, FAULT_UNAVAILABLE, f);
}

static int
find_dialect(struct db *db, struct fault *f)
{
    SQLCHAR dbms[128] = "";
    SQLSMALLINT length;

    SQLGetInfo(db->connection, SQL_DBMS_NAME, dbms, sizeof dbms, &length);
    if ((db->dialect = dialect_find((const char *)dbms)) == NULL)
        return fault_set(
            f, FAULT_SETTINGS, "%s: the engine '%s' is not supported", db->name, (char *)dbms);
    return 0;
}

static int
prepare_session(struct db *db, struct fault *f)
{
    for (const char *const *statement = db->dialect->session; *statement != NULL; statement++) {
        if (db_run(db, *statement, NULL, f) != 0)
            return fault_wrap(f, "prepare the connection");
    }
    return 0;
}

/* What must stand in the connection string before anybody is asked, by the dialect of the driver.
 * Of a word that is said twice some drivers take the first, some the last: so it stands before and
 * behind what the settings say. */
static void
write_connection(
    struct text *full, const char *connection, const struct dialect *dialect, enum db_mode mode)
{
    text_add_format(full, "%s;%s;%s", dialect->attributes, connection, dialect->attributes);
    if (mode == DB_EXISTING && dialect->no_create[0] != '\0')
        text_add_format(full, ";%s", dialect->no_create);
}

/* A DSN does not say which driver it means: a first connection tells, the second is as it should
 * be. */
static int
connect_dsn(struct db *db, const char *connection, enum db_mode mode, struct fault *f)
{
    struct text full = TEXT_INIT;
    int rc = -1;

    if (connect_with(db, connection, f) != 0 || find_dialect(db, f) != 0)
        return -1;
    SQLDisconnect(db->connection);
    write_connection(&full, connection, db->dialect, mode);
    if (text_check(&full, f) == 0)
        rc = connect_with(db, text_get(&full), f);
    text_release(&full);
    return rc;
}

static int
connect_driver(struct db *db, const char *connection, const struct dialect *dialect,
    enum db_mode mode, struct fault *f)
{
    struct text full = TEXT_INIT;
    int rc = -1;

    write_connection(&full, connection, dialect, mode);
    if (text_check(&full, f) == 0 && connect_with(db, text_get(&full), f) == 0)
        rc = find_dialect(db, f);
    text_release(&full);
    return rc;
}

/*
 * psqlodbc takes over the locale of the environment, and from then on the driver manager and the
 * drivers compare the words of connection strings by its rules: in a Turkish one "Driver" is no
 * longer "DRIVER". Neither needs any; texts are UTF-8 without it.
 */
static void
keep_locale_neutral(void)
{
    const char *locale = getenv("LC_ALL");

    if (locale == NULL || strcmp(locale, "C") != 0)
        setenv("LC_ALL", "C", 1);
}

struct db *
db_open(const char *name, const char *connection, enum db_mode mode, struct fault *f)
{
    const struct dialect *guess = dialect_guess(connection);
    struct db *db = calloc(1, sizeof *db);
    int rc = -1;

    keep_locale_neutral();
    if (db == NULL || (db->name = strdup(name)) == NULL ||
        (db->connect_string = strdup(connection)) == NULL)
        fault_set_memory(f);
    else if (allocate_handles(db, f) == 0)
        rc = guess == NULL ? connect_dsn(db, connection, mode, f)
                           : connect_driver(db, connection, guess, mode, f);
    if (rc == 0)
        rc = prepare_session(db, f);
    if (rc != 0) {
        db_close(db);
        return NULL;
    }
    db->patience_seconds = PATIENCE_SECONDS;
    return db;
}

struct db *
db_open_again(const struct db *db, struct fault *f)
{
    return db_open(db->name, db->connect_string, DB_EXISTING, f);
}

void
db_close(struct db *db)
{
    if (db == NULL)
        return;
    db_rollback(db);
    if (db->connection != NULL) {
        SQLDisconnect(db->connection);
        SQLFreeHandle(SQL_HANDLE_DBC, db->connection);
    }
    if (db->environment != NULL)
        SQLFreeHandle(SQL_HANDLE_ENV, db->environment);
    if (db->connect_string != NULL)
        explicit_bzero(db->connect_string, strlen(db->connect_string));
    free(db->connect_string);
    free(db->name);
    free(db);
}

const char *
db_name(const struct db *db)
{
    return db->name;
}

const struct dialect *
db_dialect(const struct db *db)
{
    return db->dialect;
}

void *
db_connection_handle(const struct db *db)
{
    return db->connection;
}

/* ---- whole statements ---- */

int
db_run_with(
    struct db *db, const char *sql, const struct value *parameters, size_t count, struct fault *f)
{
    struct stmt *s = db_prepare(db, sql, f);
    int rc = s == NULL ? -1 : stmt_bind_row(s, parameters, count, f);

    if (rc == 0)
        rc = stmt_run(s, f);
    stmt_free(s);
    return rc;
}

int
db_get_int(struct db *db, const char *sql, int64_t none, int64_t *result, struct fault *f)
{
    static const enum value_type type = VALUE_INT;
    struct stmt *s = db_prepare(db, sql, f);
    struct value v = value_null();
    int rc = s == NULL ? -1 : stmt_query(s, &type, 1, f);

    if (rc == 0)
        rc = stmt_fetch(s, &v, f);
    *result = rc == 1 && v.type == VALUE_INT ? v.as.integer : none;
    stmt_free(s);
    return rc < 0 ? -1 : 0;
}

int
db_has_row(struct db *db, const char *sql, struct fault *f)
{
    struct stmt *s = db_prepare(db, sql, f);
    int rc = s == NULL ? -1 : stmt_query(s, NULL, 0, f);

    if (rc == 0)
        rc = stmt_fetch(s, NULL, f);
    stmt_free(s);
    return rc;
}

int
db_run_ddl(struct db *db, const char *sql, struct fault *f)
{
    if (db_run(db, sql, NULL, f) != 0)
        return -1;
    if (!db->in_transaction || db->dialect->transactional_ddl)
        return 0;
    return db_run(db, db->dialect->begin, NULL, f);
}
