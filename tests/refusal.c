/*
 * refusal: databases and files that fail: places of STRIKE_DATABASE and STRIKE_FILE (strike.h).
 * What our own objects in the unit tests call of ODBC and of the file system goes through here (the
 * Makefile's REFUSAL, ld's --wrap). A call that is struck is not carried out: a database says
 * HY000, or 08S01 when all behind it fails too, and a file EIO. What only ends a transaction is
 * not struck, as nobody can put right what a connection still holds.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sql.h>
#include <sqlext.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/strike.h"

/* ---- databases ---- */

/* Statements are told apart by all that led to them, single cells and buffers by their caller. */
enum { STATEMENT_CALLS = 8, BUFFER_CALLS = 2 };

/* The handle whose diagnosis is ours, and whether the connection is gone with it. */
static _Atomic(SQLHANDLE) struck;

static bool __attribute__((noinline)) database_fails(SQLHANDLE handle, int calls)
{
    SQLHANDLE same = handle;

    if (strike_hits(STRIKE_DATABASE, calls)) {
        atomic_store(&struck, handle);
        return true;
    }
    atomic_compare_exchange_strong(&struck, &same, NULL);
    return false;
}

/* Declares __real_`name` and begins __wrap_`name`. */
#define STAND_IN(type, name, ...)                                                                  \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

STAND_IN(SQLRETURN, SQLDriverConnect, SQLHDBC handle, SQLHWND window, SQLCHAR *in, SQLSMALLINT size,
    SQLCHAR *out, SQLSMALLINT out_size, SQLSMALLINT *out_length, SQLUSMALLINT completion)
{
    return database_fails(handle, STATEMENT_CALLS)
               ? SQL_ERROR
               : __real_SQLDriverConnect(
                     handle, window, in, size, out, out_size, out_length, completion);
}

STAND_IN(SQLRETURN, SQLAllocHandle, SQLSMALLINT type, SQLHANDLE parent, SQLHANDLE *handle)
{
    return database_fails(parent, BUFFER_CALLS) ? SQL_ERROR
                                                : __real_SQLAllocHandle(type, parent, handle);
}

STAND_IN(SQLRETURN, SQLPrepare, SQLHSTMT handle, SQLCHAR *sql, SQLINTEGER length)
{
    return database_fails(handle, STATEMENT_CALLS) ? SQL_ERROR
                                                   : __real_SQLPrepare(handle, sql, length);
}

STAND_IN(SQLRETURN, SQLExecDirect, SQLHSTMT handle, SQLCHAR *sql, SQLINTEGER length)
{
    bool fails =
        strcmp((const char *)sql, "ROLLBACK") != 0 && database_fails(handle, STATEMENT_CALLS);

    return fails ? SQL_ERROR : __real_SQLExecDirect(handle, sql, length);
}

STAND_IN(SQLRETURN, SQLExecute, SQLHSTMT handle)
{
    return database_fails(handle, STATEMENT_CALLS) ? SQL_ERROR : __real_SQLExecute(handle);
}

STAND_IN(SQLRETURN, SQLFetch, SQLHSTMT handle)
{
    return database_fails(handle, STATEMENT_CALLS) ? SQL_ERROR : __real_SQLFetch(handle);
}

STAND_IN(SQLRETURN, SQLGetData, SQLHSTMT handle, SQLUSMALLINT column, SQLSMALLINT type,
    SQLPOINTER value, SQLLEN size, SQLLEN *length)
{
    return database_fails(handle, BUFFER_CALLS)
               ? SQL_ERROR
               : __real_SQLGetData(handle, column, type, value, size, length);
}

STAND_IN(SQLRETURN, SQLBindCol, SQLHSTMT handle, SQLUSMALLINT column, SQLSMALLINT type,
    SQLPOINTER value, SQLLEN size, SQLLEN *length)
{
    return database_fails(handle, BUFFER_CALLS)
               ? SQL_ERROR
               : __real_SQLBindCol(handle, column, type, value, size, length);
}

STAND_IN(SQLRETURN, SQLBindParameter, SQLHSTMT handle, SQLUSMALLINT number, SQLSMALLINT direction,
    SQLSMALLINT c_type, SQLSMALLINT type, SQLULEN width, SQLSMALLINT digits, SQLPOINTER value,
    SQLLEN size, SQLLEN *length)
{
    return database_fails(handle, BUFFER_CALLS)
               ? SQL_ERROR
               : __real_SQLBindParameter(
                     handle, number, direction, c_type, type, width, digits, value, size, length);
}

STAND_IN(SQLRETURN, SQLRowCount, SQLHSTMT handle, SQLLEN *count)
{
    return database_fails(handle, BUFFER_CALLS) ? SQL_ERROR : __real_SQLRowCount(handle, count);
}

STAND_IN(SQLRETURN, SQLGetDiagRec, SQLSMALLINT type, SQLHANDLE handle, SQLSMALLINT record,
    SQLCHAR *state, SQLINTEGER *code, SQLCHAR *message, SQLSMALLINT size, SQLSMALLINT *length)
{
    if (handle == NULL || handle != atomic_load(&struck))
        return __real_SQLGetDiagRec(type, handle, record, state, code, message, size, length);
    if (record != 1)
        return SQL_NO_DATA;
    memcpy(state, strike_is_lasting() ? "08S01" : "HY000", 6);
    *code = strike_is_lasting() ? 0 : 1;
    *length = (SQLSMALLINT)snprintf((char *)message, (size_t)size, "[refusal]the call is to fail");
    return SQL_SUCCESS;
}

/* ---- files ---- */

enum { FILE_CALLS = 5 };

static bool __attribute__((noinline)) file_fails(void)
{
    if (!strike_hits(STRIKE_FILE, FILE_CALLS))
        return false;
    errno = EIO;
    return true;
}

STAND_IN(int, open64, const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return file_fails() ? -1 : __real_open64(path, flags, mode);
}

/* As close(2) has it: the descriptor is gone, error or not. */
STAND_IN(int, close, int fd)
{
    bool fails = file_fails();
    int rc = __real_close(fd);

    if (fails)
        errno = EIO;
    return fails ? -1 : rc;
}

STAND_IN(ssize_t, read, int fd, void *bytes, size_t size)
{
    return file_fails() ? -1 : __real_read(fd, bytes, size);
}

STAND_IN(ssize_t, pread64, int fd, void *bytes, size_t size, off64_t offset)
{
    return file_fails() ? -1 : __real_pread64(fd, bytes, size, offset);
}

STAND_IN(ssize_t, write, int fd, const void *bytes, size_t size)
{
    return file_fails() ? -1 : __real_write(fd, bytes, size);
}

STAND_IN(ssize_t, pwrite64, int fd, const void *bytes, size_t size, off64_t offset)
{
    return file_fails() ? -1 : __real_pwrite64(fd, bytes, size, offset);
}

STAND_IN(int, fsync, int fd)
{
    return file_fails() ? -1 : __real_fsync(fd);
}

STAND_IN(int, ftruncate64, int fd, off64_t size)
{
    return file_fails() ? -1 : __real_ftruncate64(fd, size);
}

STAND_IN(void *, mmap64, void *at, size_t size, int access, int flags, int fd, off64_t offset)
{
    return file_fails() ? MAP_FAILED : __real_mmap64(at, size, access, flags, fd, offset);
}

STAND_IN(int, fstat64, int fd, struct stat64 *status)
{
    return file_fails() ? -1 : __real_fstat64(fd, status);
}

STAND_IN(int, rename, const char *from, const char *to)
{
    return file_fails() ? -1 : __real_rename(from, to);
}

STAND_IN(int, renameat2, int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
    return file_fails() ? -1 : __real_renameat2(from_fd, from, to_fd, to, flags);
}

STAND_IN(int, link, const char *from, const char *to)
{
    return file_fails() ? -1 : __real_link(from, to);
}

STAND_IN(int, unlink, const char *path)
{
    return file_fails() ? -1 : __real_unlink(path);
}

STAND_IN(int, mkdir, const char *path, mode_t mode)
{
    return file_fails() ? -1 : __real_mkdir(path, mode);
}

STAND_IN(int, rmdir, const char *path)
{
    return file_fails() ? -1 : __real_rmdir(path);
}

STAND_IN(DIR *, opendir, const char *path)
{
    return file_fails() ? NULL : __real_opendir(path);
}

STAND_IN(struct dirent64 *, readdir64, DIR *directory)
{
    return file_fails() ? NULL : __real_readdir64(directory);
}
