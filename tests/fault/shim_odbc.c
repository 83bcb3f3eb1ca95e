/* The ODBC side of the shim. */
#include <pthread.h>
#include <sql.h>
#include <sqlext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fault/shim.h"

enum { PREPARED_LIMIT = 256, SQL_LIMIT_BYTES = 120, DESCRIPTOR_LIMIT = 1024 };

/* What was prepared last, so that a trace can tell the SQL of a statement. */
static struct prepared {
    SQLHSTMT handle;
    char sql[SQL_LIMIT_BYTES];
} prepared[PREPARED_LIMIT];

static size_t prepared_next;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The handle whose diagnosis is ours, and what it is. */
static SQLHANDLE struck;
static const char *struck_state;
static int struck_native;

static void
remember(SQLHSTMT handle, const SQLCHAR *sql)
{
    struct prepared *p;

    if (shim.mode != MODE_TRACE)
        return;
    pthread_mutex_lock(&lock);
    p = &prepared[prepared_next++ % PREPARED_LIMIT];
    p->handle = handle;
    snprintf(p->sql, sizeof p->sql, "%s", (const char *)sql);
    for (char *c = p->sql; *c != '\0'; c++)
        *c = *c == '\n' ? ' ' : *c;
    pthread_mutex_unlock(&lock);
}

/* What was prepared for the handle; the newest, as handles come again. */
static const char *
recall(SQLHSTMT handle)
{
    for (size_t back = 1; back <= PREPARED_LIMIT && back <= prepared_next; back++) {
        const struct prepared *p = &prepared[(prepared_next - back) % PREPARED_LIMIT];

        if (p->handle == handle)
            return p->sql;
    }
    return "";
}

/* From now on the handle's diagnosis is ours. */
static SQLRETURN
say(SQLHANDLE handle, const char *state, int native, SQLRETURN result)
{
    struck = handle;
    struck_state = state;
    struck_native = native;
    return result;
}

static SQLRETURN
fail(SQLHANDLE handle)
{
    return say(handle, shim.sqlstate, shim.native != 0 ? shim.native : 1, SQL_ERROR);
}

static unsigned long
count(enum call_class class, const char *function, SQLHANDLE handle)
{
    if (handle == struck)
        struck = NULL;
    return shim.mode == MODE_OFF ? 0 : shim_count(class, function, recall(handle));
}

/* As when the server goes away: whatever is a connection breaks. */
static void
cut_connections(void)
{
    for (int fd = 3; fd < DESCRIPTOR_LIMIT; fd++)
        shutdown(fd, SHUT_RDWR);
}

/* As when somebody else does something in the middle of it: without the shim. */
static void
call_out(void)
{
    const char *command = getenv("NIGHTCUBE_FAULT_CALL");
    pid_t child = command == NULL ? -1 : fork();

    if (child == 0) {
        unsetenv("LD_PRELOAD");
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

/* Before statement `number`. True when it fails without being carried out. */
static bool
fails_before(unsigned long number)
{
    if (shim_strikes(MODE_CUT, number))
        cut_connections();
    if (shim_strikes(MODE_CALL, number))
        call_out();
    return shim_strikes(MODE_ODBC, number);
}

/* After it: what is told of it. */
static SQLRETURN
tell(SQLHSTMT handle, unsigned long number, SQLRETURN result)
{
    if (shim_strikes(MODE_LOST, number))
        return fail(handle);
    if (shim_strikes(MODE_TRUNCATE, number) && result == SQL_SUCCESS)
        return say(handle, "01004", 0, SQL_SUCCESS_WITH_INFO);
    return result;
}

SQLRETURN
SQLDriverConnect(SQLHDBC handle, SQLHWND window, SQLCHAR *in, SQLSMALLINT in_length, SQLCHAR *out,
    SQLSMALLINT out_size, SQLSMALLINT *out_length, SQLUSMALLINT completion)
{
    REAL(SQLDriverConnect);
    if (shim_strikes(MODE_CONNECT, count(CALL_CONNECT, "connect", handle)))
        return fail(handle);
    return real(handle, window, in, in_length, out, out_size, out_length, completion);
}

SQLRETURN
SQLPrepare(SQLHSTMT handle, SQLCHAR *sql, SQLINTEGER length)
{
    REAL(SQLPrepare);
    remember(handle, sql);
    if (shim_strikes(MODE_PREPARE, count(CALL_PREPARE, "prepare", handle)))
        return fail(handle);
    return real(handle, sql, length);
}

SQLRETURN
SQLExecute(SQLHSTMT handle)
{
    unsigned long number = count(CALL_STATEMENT, "statement", handle);

    REAL(SQLExecute);
    return fails_before(number) ? fail(handle) : tell(handle, number, real(handle));
}

SQLRETURN
SQLExecDirect(SQLHSTMT handle, SQLCHAR *sql, SQLINTEGER length)
{
    unsigned long number;

    REAL(SQLExecDirect);
    remember(handle, sql);
    number = count(CALL_STATEMENT, "statement", handle);
    return fails_before(number) ? fail(handle) : tell(handle, number, real(handle, sql, length));
}

SQLRETURN
SQLFetch(SQLHSTMT handle)
{
    unsigned long number = count(CALL_FETCH, "fetch", handle);
    SQLRETURN result;

    REAL(SQLFetch);
    if (shim_strikes(MODE_FETCH, number))
        return fail(handle);
    result = real(handle);
    if (shim_strikes(MODE_CUT_ROW, number) && result == SQL_SUCCESS)
        return say(handle, "01004", 0, SQL_SUCCESS_WITH_INFO);
    return result;
}

SQLRETURN
SQLGetDiagRec(SQLSMALLINT type, SQLHANDLE handle, SQLSMALLINT record, SQLCHAR *state,
    SQLINTEGER *code, SQLCHAR *message, SQLSMALLINT size, SQLSMALLINT *length)
{
    REAL(SQLGetDiagRec);
    if (struck == NULL || handle != struck)
        return real(type, handle, record, state, code, message, size, length);
    if (record != 1)
        return SQL_NO_DATA;
    memcpy(state, struck_state, 6);
    *code = struck_native;
    *length = (SQLSMALLINT)snprintf((char *)message, (size_t)size, "[fault-shim]%s",
        struck_native == 0 ? "String data, right truncated" : "the statement is to fail");
    return SQL_SUCCESS;
}
