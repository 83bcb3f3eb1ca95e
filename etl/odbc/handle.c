#include "etl/odbc/handle.h"

#include <sql.h>
#include <sqlext.h>
#include <string.h>

#include "etl/odbc/db_state.h"
#include "etl/odbc/error.h"

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

/* What PostgreSQL says of each statement behind one that failed
 * (postgresql.org/docs/15/errcodes-appendix.html). */
static const char behind_a_failure[] = "25P02";

/* The fault that a rule, or the lack of one, makes of what the driver says. */
static struct fault
explain(struct db *db, const struct error_rule *rule, enum fault_kind kind, const char *state,
    const char *message)
{
    struct fault why = FAULT_INIT;
    bool lost = false;

    if (rule != NULL)
        kind = rule->kind;
    else if (db->dialect != NULL)
        kind = FAULT_INTERNAL;
    if (kind == FAULT_INTERNAL && (lost = is_dead(db)))
        kind = FAULT_UNAVAILABLE;
    fault_set(&why, kind, "%s: %s", db->name, without_prefixes(message));
    memcpy(why.sqlstate, state, sizeof why.sqlstate);
    if (rule != NULL && rule->cure != NULL)
        fault_hint(&why, "%s", rule->cure);
    else if (lost)
        fault_hint(&why, "%s", ERROR_CURE_LOST);
    return why;
}

int
handle_fault(
    struct db *db, int16_t handle_type, void *handle, enum fault_kind kind, struct fault *f)
{
    SQLCHAR state[6] = "", message[1024] = "the driver gives no reason";
    const struct error_rule *rule;
    struct fault why;
    SQLINTEGER native = 0;
    SQLSMALLINT length;

    SQLGetDiagRec(handle_type, handle, 1, state, &native, message, sizeof message, &length);
    make_one_line((char *)message);
    db->given_up = strcmp((const char *)state, behind_a_failure) == 0;
    if (db->spoilt && db->given_up) {
        why = db->cause;
    } else {
        rule = find_rule(db, native, (const char *)state, (const char *)message);
        db->contended = rule != NULL && rule->contended;
        why = explain(db, rule, kind, (const char *)state, (const char *)message);
        if (db->in_transaction && !db->spoilt)
            db->cause = why;
        db->spoilt = db->in_transaction;
    }
    if (f != NULL)
        *f = why;
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
