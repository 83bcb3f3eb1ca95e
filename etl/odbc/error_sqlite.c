/*
 * By primary result code (sqlite.org/rescode.html); code 1 covers whatever is wrong with a
 * statement.
 */
#include "etl/odbc/error.h"

const struct error_rule errors_sqlite[] = {
    {.native = 1, .words = "no such table", .kind = FAULT_DATA, .cure = ERROR_CURE_SCHEMA},
    {.native = 1, .words = "no such column", .kind = FAULT_DATA, .cure = ERROR_CURE_SCHEMA},
    {.native = 1, .words = "has no column", .kind = FAULT_DATA, .cure = ERROR_CURE_SCHEMA},
    {.native = 3, .kind = FAULT_PERMISSION},                     /* SQLITE_PERM */
    {.native = 5, .kind = FAULT_UNAVAILABLE, .contended = true}, /* SQLITE_BUSY */
    {.native = 6, .kind = FAULT_UNAVAILABLE, .contended = true}, /* SQLITE_LOCKED */
    {.native = 8,
        .kind = FAULT_PERMISSION,
        .cure =
            "who runs nightcube must be able to write the file, its -wal and -shm beside it, and "
            "the directory"},
    {.native = 10, .kind = FAULT_IO}, /* SQLITE_IOERR */
    {.native = 11,
        .kind = FAULT_DATA,
        .cure = "the file is damaged: nightcube restore brings back what the last night kept"},
    {.native = 13, /* SQLITE_FULL */
        .kind = FAULT_IO,
        .cure = "make room on the disk of the database, then give the same command again"},
    {.native = 14, .kind = FAULT_UNAVAILABLE}, /* SQLITE_CANTOPEN */
    {.native = 19, .kind = FAULT_DATA},        /* SQLITE_CONSTRAINT */
    {.native = 26, .kind = FAULT_DATA},        /* SQLITE_NOTADB */
    {.kind = FAULT_NONE},
};
