#include "etl/odbc/db.h"

#include <sql.h>
#include <sqlext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "config/base/clock.h"
#include "config/base/interrupt.h"
#include "config/base/log.h"
#include "etl/odbc/error.h"
#include "etl/odbc/handle.h"

/* How long db_transact tries, and between which bounds the pauses are chosen: the longest one
 * doubles with each try. */
static const double patience_seconds = 60;
enum { FIRST_PAUSE_MS = 20, LONGEST_PAUSE_MS = 500 };

struct db {
    char *name;
    char *connect_string; /* as it was given */
    SQLHENV environment;
    SQLHDBC connection;
    const struct dialect *dialect;
    bool in_transaction;
    bool spoilt;    /* a statement of the transaction failed */
    bool contended; /* and the last failure was that another transaction is in the way */
    double patience_seconds;
};

/* ---- what the driver says ---- */

/* The driver's message without the "[unixODBC][...]" prefixes that name the messengers. */
static const char *
without_prefixes(const char *message)
{
    while (message[0] == '[') {
        const char *end = strchr(message, ']');

        if (end == NULL)
            break;
        message = end + 1;
    }
    return message;
}

/* An error is one line, whatever a driver makes of it. */
static void
make_one_line(char *message)
{
    size_t used = 0;

    for (size_t i = 0; message[i] != '\0'; i++) {
        bool blank = strchr(" \t\r\n", message[i]) != NULL;

        if (!blank || (used > 0 && message[used - 1] != ' '))
            message[used++] = blank ? ' ' : message[i];
    }
    message[used] = '\0';
}

/* psqlodbc tells of a broken connection as of any error (HY000). */
static bool
is_dead(const struct db *db)
{
    SQLUINTEGER dead = SQL_CD_FALSE;

    return SQL_SUCCEEDED(
               SQLGetConnectAttr(db->connection, SQL_ATTR_CONNECTION_DEAD, &dead, 0, NULL)) &&
           dead == SQL_CD_TRUE;
}

static const struct error_rule *
find_rule(const struct db *db, int native, const char *state, const char *message)
{
    if (db->dialect == NULL)
        return error_find(NULL, native, state, message);
    if (db->dialect->error_mask != 0)
        native &= db->dialect->error_mask;
    return error_find(db->dialect->errors, native, state, message);
}

int
handle_fault(
    struct db *db, int16_t handle_type, void *handle, enum fault_kind kind, struct fault *f)
{
    SQLCHAR state[6] = "", message[1024] = "the driver gives no reason";
    const struct error_rule *rule;
    SQLINTEGER native = 0;
    SQLSMALLINT length;
    bool lost = false;

    SQLGetDiagRec(handle_type, handle, 1, state, &native, message, sizeof message, &length);
    make_one_line((char *)message);
    if ((rule = find_rule(db, native, (const char *)state, (const char *)message)) != NULL)
        kind = rule->kind;
    else if (db->dialect != NULL)
        kind = FAULT_INTERNAL;
    db->contended = rule != NULL && rule->contended;
    if (kind == FAULT_INTERNAL && (lost = is_dead(db)))
        kind = FAULT_UNAVAILABLE;
    db->spoilt = db->in_transaction;
    fault_set(f, kind, "%s: %s", db->name, without_prefixes((const char *)message));
    if (f != NULL)
        memcpy(f->sqlstate, state, sizeof f->sqlstate);
    if (rule != NULL && rule->cure != NULL)
        fault_hint(f, "%s", rule->cure);
    else if (lost)
        fault_hint(f, "%s", ERROR_CURE_LOST);
    return -1;
}

int
handle_check_whole(struct db *db, void *handle, int16_t result, struct fault *f)
{
    SQLCHAR state[6] = "", message[256];
    SQLINTEGER native;
    SQLSMALLINT length;

    if (result != SQL_SUCCESS_WITH_INFO)
        return 0;
    for (SQLSMALLINT i = 1; SQL_SUCCEEDED(SQLGetDiagRec(
             SQL_HANDLE_STMT, handle, i, state, &native, message, sizeof message, &length));
         i++) {
        if (strcmp((const char *)state, "01004") == 0)
            return handle_fault(db, SQL_HANDLE_STMT, handle, FAULT_DATA, f);
    }
    return 0;
}

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
    db->patience_seconds = patience_seconds;
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

/* ---- transactions ---- */

int
db_begin(struct db *db, struct fault *f)
{
    if (db->in_transaction)
        return fault_set(f, FAULT_INTERNAL, "%s: a transaction inside a transaction", db->name);
    if (db_run(db, db->dialect->begin, NULL, f) != 0) {
        bool contended = db->contended;

        /* It may have begun though it is said to have failed: the next one could not begin inside
         * it. */
        db_run(db, db->dialect->rollback, NULL, NULL);
        db->contended = contended;
        return fault_wrap(f, "begin a transaction");
    }
    db->in_transaction = true;
    db->spoilt = false;
    return 0;
}

int
db_commit(struct db *db, struct fault *f)
{
    /* Some drivers report success for it and keep nothing, or keep what came after the failure. */
    if (db->spoilt)
        return fault_set(
            f, FAULT_INTERNAL, "%s: a failed statement is followed by a commit", db->name);
    if (db_run(db, db->dialect->commit, NULL, f) != 0)
        return fault_wrap(f, "commit");
    db->in_transaction = false;
    return 0;
}

void
db_rollback(struct db *db)
{
    if (!db->in_transaction)
        return;
    db->in_transaction = db->spoilt = false;
    db_run(db, db->dialect->rollback, NULL, NULL);
}

int
db_end(struct db *db, int rc, struct fault *f)
{
    if (rc == 0)
        rc = db_commit(db, f);
    if (rc != 0)
        db_rollback(db);
    return rc;
}

/* ---- transactions that others may be in the way of ---- */

void
db_set_patience(struct db *db, double seconds)
{
    db->patience_seconds = seconds;
}

void
db_take_contention(struct db *db, const struct db *other)
{
    db->contended = other->contended;
}

/* Sleeps for a random part of a span that doubles with each try: another part than that of the
 * process it met. */
static void
pause_before(int try)
{
    int longest = FIRST_PAUSE_MS << (try < 5 ? try : 5);
    struct timespec pause = {.tv_sec = 0};
    uint32_t part;

    if (longest > LONGEST_PAUSE_MS)
        longest = LONGEST_PAUSE_MS;
    if (getrandom(&part, sizeof part, 0) != sizeof part)
        part = UINT32_MAX;
    pause.tv_nsec = (1 + (long)(part % (uint32_t)longest)) * 1000000;
    nanosleep(&pause, NULL);
}

static int
transact_once(
    struct db *db, int (*work)(void *state, struct fault *f), void *state, struct fault *f)
{
    db->contended = false;
    if (db_begin(db, f) != 0)
        return -1;
    return db_end(db, work(state, f), f);
}

static int
set_waits(struct db *db, const char *statement, struct fault *f)
{
    return statement == NULL ? 0 : db_run(db, statement, NULL, f);
}

static int
give_up(const struct db *db, int tries, struct fault *f)
{
    fault_wrap(f, "other transactions were in the way, %d tries in %.0f seconds", tries,
        db->patience_seconds);
    return fault_hint(f, "%s", db->dialect->contention_hint);
}

int
db_transact(struct db *db, enum db_patience patience, int (*work)(void *state, struct fault *f),
    void *state, struct fault *f)
{
    bool brief = patience == DB_BRIEF;
    double end = clock_elapsed() + db->patience_seconds;
    int rc = brief ? set_waits(db, db->dialect->wait_briefly, f) : 0;

    for (int try = 1; rc == 0; try++) {
        struct fault why = FAULT_INIT;

        if (transact_once(db, work, state, &why) == 0)
            break;
        rc = -1;
        if (db->contended && clock_elapsed() < end && interrupt_check(f) == 0) {
            log_debug("%s: try %d failed, others are in the way: %s", db->name, try, why.text);
            pause_before(try);
            rc = 0;
        } else if (f != NULL && f->kind == FAULT_NONE) {
            *f = why;
            if (db->contended)
                give_up(db, try, f);
        }
    }
    if (brief && set_waits(db, db->dialect->wait_patiently, rc == 0 ? f : NULL) != 0)
        rc = -1;
    return rc;
}
