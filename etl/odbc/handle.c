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
