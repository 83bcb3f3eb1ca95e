/*
 * shim: a library to preload (LD_PRELOAD) that counts what nightcube asks of its databases and of
 * the file system, and lets one of these calls go wrong.
 *
 *     NIGHTCUBE_FAULT=kill:N            the process is killed just before call N
 *     NIGHTCUBE_FAULT=enospc:N          write or flush N and all behind it find the disk full
 *     NIGHTCUBE_FAULT=odbc:N[:NATIVE]   statement N fails, with that code of the engine (default 1)
 *     NIGHTCUBE_FAULT=lost:N[:NATIVE]   statement N is carried out, and then reported as failed
 *     NIGHTCUBE_FAULT=fetch:N[:NATIVE]  fetching a row fails the Nth time
 *     NIGHTCUBE_FAULT=count             NIGHTCUBE_FAULT_LOG is written at the end: totals of each
 *     NIGHTCUBE_FAULT=trace             NIGHTCUBE_FAULT_LOG gets a line a call: number, function,
 * on what
 *
 * Calls are statements, writes, flushes and changes of names, numbered from 1 as they come; fetches
 * count for themselves only. Standard output and error are left alone. Without NIGHTCUBE_FAULT, and
 * in any other program, nothing is done.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sql.h>
#include <sqlext.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum call_class { CALL_STATEMENT, CALL_WRITE, CALL_NAME, CALL_FETCH, CALL_CLASS_COUNT };
enum fault_mode {
    MODE_OFF,
    MODE_KILL,
    MODE_FULL,
    MODE_ODBC,
    MODE_LOST,
    MODE_FETCH,
    MODE_COUNT,
    MODE_TRACE
};

enum { PREPARED_LIMIT = 256, SQL_LIMIT_BYTES = 120 };

static const struct {
    const char *name;
    enum fault_mode mode;
} mode_names[] = {
    {"kill", MODE_KILL},
    {"enospc", MODE_FULL},
    {"odbc", MODE_ODBC},
    {"lost", MODE_LOST},
    {"fetch", MODE_FETCH},
    {"count", MODE_COUNT},
    {"trace", MODE_TRACE},
};

/* What was prepared last, so that a trace can tell the SQL of a statement. */
struct prepared {
    SQLHSTMT handle;
    char sql[SQL_LIMIT_BYTES];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum fault_mode mode;
static unsigned long target;
static int native = 1;
static unsigned long counts[CALL_CLASS_COUNT];
static unsigned long calls; /* of all classes but fetches */
static struct prepared prepared[PREPARED_LIMIT];
static size_t prepared_next;
static SQLHSTMT failed; /* the statement whose diagnosis is ours */
static int log_fd = -1;

/* ---- the beginning and the end ---- */

static void
open_log(void)
{
    const char *path = getenv("NIGHTCUBE_FAULT_LOG");

    if (path != NULL)
        log_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (log_fd < 0)
        mode = MODE_OFF;
}

/* Raw, so that what the shim writes is not counted itself. */
static void __attribute__((format(printf, 1, 2))) log_line(const char *format, ...)
{
    char line[512];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof line)
        length = (int)sizeof line - 1;
    syscall(SYS_write, log_fd, line, (size_t)length);
}

static void __attribute__((constructor)) begin(void)
{
    const char *fault = getenv("NIGHTCUBE_FAULT");
    size_t length;

    if (fault == NULL || strcmp(program_invocation_short_name, "nightcube") != 0)
        return;
    length = strcspn(fault, ":");
    for (size_t i = 0; i < sizeof mode_names / sizeof mode_names[0]; i++) {
        if (strlen(mode_names[i].name) == length && strncmp(mode_names[i].name, fault, length) == 0)
            mode = mode_names[i].mode;
    }
    if (fault[length] == ':') {
        char *rest;

        target = strtoul(fault + length + 1, &rest, 10);
        if (*rest == ':')
            native = atoi(rest + 1);
    }
    if (mode == MODE_COUNT || mode == MODE_TRACE)
        open_log();
}

static void __attribute__((destructor)) end(void)
{
    if (mode == MODE_COUNT)
        log_line("calls %lu\nstatements %lu\nwrites %lu\nfetches %lu\n", calls,
            counts[CALL_STATEMENT], counts[CALL_WRITE], counts[CALL_FETCH]);
}

/* The function that would be called without the shim. */
static void *
next(const char *function)
{
    void *address = dlsym(RTLD_NEXT, function);

    if (address == NULL) {
        fprintf(stderr, "fault-shim: there is no %s to call\n", function);
        abort();
    }
    return address;
}

/* Declares `real`, the function behind `name`, looked up once. */
#define REAL(name)                                                                                 \
    static __typeof__(&name) real;                                                                 \
    if (real == NULL)                                                                              \
    *(void **)&real = next(#name)

/* ---- counting ---- */

/* Counts a call, and dies before it when it is the one. Returns its number in its class. */
static unsigned long
count(enum call_class class, const char *function, const char *what)
{
    unsigned long number;

    pthread_mutex_lock(&lock);
    number = ++counts[class];
    if (class != CALL_FETCH) {
        calls++;
        if (mode == MODE_KILL && calls == target) {
            kill(getpid(), SIGKILL);
            pause();
        }
        if (mode == MODE_TRACE)
            log_line("%lu %s %s\n", calls, function, what);
    }
    pthread_mutex_unlock(&lock);
    return number;
}

/* The name of an open file, for the trace. */
static const char *
name_of(int fd, char *path, size_t size)
{
    char link_path[64];
    ssize_t length;

    snprintf(link_path, sizeof link_path, "/proc/self/fd/%d", fd);
    length = readlink(link_path, path, size - 1);
    path[length > 0 ? length : 0] = '\0';
    return path;
}

/* Counts a write or flush. True when it is to find the disk full. */
static bool
is_full(int fd, const char *function)
{
    char path[256] = "";
    unsigned long number;

    if (mode == MODE_OFF || fd <= STDERR_FILENO || fd == log_fd)
        return false;
    number = count(CALL_WRITE, function, mode == MODE_TRACE ? name_of(fd, path, sizeof path) : "");
    if (mode != MODE_FULL || number < target)
        return false;
    errno = ENOSPC;
    return true;
}

static void
count_name(const char *function, const char *path)
{
    if (mode != MODE_OFF)
        count(CALL_NAME, function, path);
}

/* ---- libc ---- */

ssize_t
write(int fd, const void *bytes, size_t size)
{
    REAL(write);
    return is_full(fd, "write") ? -1 : real(fd, bytes, size);
}

ssize_t
pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    REAL(pwrite);
    return is_full(fd, "pwrite") ? -1 : real(fd, bytes, size, offset);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
    REAL(pwrite64);
    return is_full(fd, "pwrite") ? -1 : real(fd, bytes, size, offset);
}

int
fsync(int fd)
{
    REAL(fsync);
    return is_full(fd, "fsync") ? -1 : real(fd);
}

int
fdatasync(int fd)
{
    REAL(fdatasync);
    return is_full(fd, "fdatasync") ? -1 : real(fd);
}

int
ftruncate(int fd, off_t size)
{
    REAL(ftruncate);
    count_name("ftruncate", "");
    return real(fd, size);
}

int
ftruncate64(int fd, off64_t size)
{
    REAL(ftruncate64);
    count_name("ftruncate", "");
    return real(fd, size);
}

int
rename(const char *from, const char *to)
{
    REAL(rename);
    count_name("rename", to);
    return real(from, to);
}

int
renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned int flags)
{
    REAL(renameat2);
    count_name("rename", to);
    return real(from_fd, from, to_fd, to, flags);
}

int
link(const char *from, const char *to)
{
    REAL(link);
    count_name("link", to);
    return real(from, to);
}

int
unlink(const char *path)
{
    REAL(unlink);
    count_name("unlink", path);
    return real(path);
}

int
rmdir(const char *path)
{
    REAL(rmdir);
    count_name("rmdir", path);
    return real(path);
}

int
mkdir(const char *path, mode_t permissions)
{
    REAL(mkdir);
    count_name("mkdir", path);
    return real(path, permissions);
}

/* ---- ODBC ---- */

static void
remember(SQLHSTMT handle, const SQLCHAR *sql)
{
    struct prepared *p;

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

/* Counts a statement or fetch. True when it is the one to fail. */
static bool
is_struck(enum call_class class, const char *function, SQLHSTMT handle, enum fault_mode by)
{
    unsigned long number;

    failed = handle == failed ? NULL : failed;
    if (mode == MODE_OFF)
        return false;
    number = count(class, function, recall(handle));
    if (mode != by || number != target)
        return false;
    failed = handle;
    return true;
}

SQLRETURN
SQLPrepare(SQLHSTMT handle, SQLCHAR *sql, SQLINTEGER length)
{
    REAL(SQLPrepare);
    if (mode == MODE_TRACE)
        remember(handle, sql);
    return real(handle, sql, length);
}

SQLRETURN
SQLExecute(SQLHSTMT handle)
{
    REAL(SQLExecute);
    if (is_struck(CALL_STATEMENT, "statement", handle, mode == MODE_LOST ? MODE_LOST : MODE_ODBC)) {
        if (mode == MODE_LOST)
            real(handle);
        return SQL_ERROR;
    }
    return real(handle);
}

SQLRETURN
SQLExecDirect(SQLHSTMT handle, SQLCHAR *sql, SQLINTEGER length)
{
    REAL(SQLExecDirect);
    if (mode == MODE_TRACE)
        remember(handle, sql);
    if (is_struck(CALL_STATEMENT, "statement", handle, mode == MODE_LOST ? MODE_LOST : MODE_ODBC)) {
        if (mode == MODE_LOST)
            real(handle, sql, length);
        return SQL_ERROR;
    }
    return real(handle, sql, length);
}

SQLRETURN
SQLFetch(SQLHSTMT handle)
{
    REAL(SQLFetch);
    return is_struck(CALL_FETCH, "fetch", handle, MODE_FETCH) ? SQL_ERROR : real(handle);
}

SQLRETURN
SQLGetDiagRec(SQLSMALLINT type, SQLHANDLE handle, SQLSMALLINT record, SQLCHAR *state,
    SQLINTEGER *code, SQLCHAR *message, SQLSMALLINT size, SQLSMALLINT *length)
{
    REAL(SQLGetDiagRec);
    if (failed == NULL || handle != failed)
        return real(type, handle, record, state, code, message, size, length);
    if (record != 1)
        return SQL_NO_DATA;
    memcpy(state, "HY000", 6);
    *code = native;
    *length = (SQLSMALLINT)snprintf(
        (char *)message, (size_t)size, "[fault-shim]the statement is to fail");
    return SQL_SUCCESS;
}
