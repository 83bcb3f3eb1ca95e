/*
 * By number (mariadb.com/kb/en/mariadb-error-code-reference), as many share the SQLSTATE HY000 or
 * 42000; what is left by SQLSTATE.
 */
#include "etl/odbc/error.h"

const struct error_rule errors_mariadb[] = {
    {.native = 1205, .kind = FAULT_UNAVAILABLE, .contended = true}, /* lock wait timeout */
    {.native = 1213, .kind = FAULT_UNAVAILABLE, .contended = true}, /* deadlock */
    {.native = 1021, .kind = FAULT_IO, .cure = ERROR_CURE_FULL},    /* disk full */
    {.native = 1114, .kind = FAULT_IO, .cure = ERROR_CURE_FULL},    /* the table is full */
    {.native = 1005, /* create a table; InnoDB says so of a full disk */
        .words = "No more room in record file",
        .kind = FAULT_IO,
        .cure = ERROR_CURE_FULL},
    {.native = 1030, .kind = FAULT_IO, .cure = ERROR_CURE_FULL}, /* from the storage engine */
    {.native = 1040,
        .kind = FAULT_UNAVAILABLE,
        .cure = "raise max_connections of the server"}, /* too many connections */
    {.native = 1153,
        .kind = FAULT_DATA,
        .cure = "raise max_allowed_packet of the server to 64M or more"},
    {.native = 1366,
        .kind = FAULT_DATA,
        .cure = "a column's character set cannot hold it: nightcube doctor names such columns"},
    {.native = 1044, .kind = FAULT_PERMISSION, .cure = ERROR_CURE_RIGHTS}, /* to the database */
    {.native = 1142, .kind = FAULT_PERMISSION, .cure = ERROR_CURE_RIGHTS}, /* command denied */
    {.native = 1143, .kind = FAULT_PERMISSION, .cure = ERROR_CURE_RIGHTS}, /* column denied */
    {.native = 1227, .kind = FAULT_PERMISSION, .cure = ERROR_CURE_RIGHTS}, /* SUPER or such */
    {.native = 1370, .kind = FAULT_PERMISSION, .cure = ERROR_CURE_RIGHTS}, /* routine denied */
    {.native = 1045, .kind = FAULT_PERMISSION}, /* wrong user or password */
    {.native = 1290,
        .kind = FAULT_PERMISSION,
        .cure = "the server is read-only: is it a replica, and not the one that is written to?"},
    {.native = 1133, .kind = FAULT_DATA},        /* no such account */
    {.native = 1141, .kind = FAULT_DATA},        /* no such right to take back */
    {.native = 1147, .kind = FAULT_DATA},        /* the same, on a table */
    {.native = 1049, .kind = FAULT_UNAVAILABLE}, /* unknown database */
    {.native = 1054, .kind = FAULT_DATA, .cure = ERROR_CURE_SCHEMA}, /* unknown column */
    {.native = 1146, .kind = FAULT_DATA, .cure = ERROR_CURE_SCHEMA}, /* no such table */
    {.native = 1305, .kind = FAULT_DATA, .cure = ERROR_CURE_SCHEMA}, /* no such routine */
    {.native = 1356, .kind = FAULT_DATA, .cure = ERROR_CURE_SCHEMA}, /* a view of what is gone */
    {.native = 1932, .kind = FAULT_DATA, .cure = ERROR_CURE_SCHEMA}, /* a table without its file */
    {.native = 2002, .kind = FAULT_UNAVAILABLE},                     /* cannot connect, local */
    {.native = 2003, .kind = FAULT_UNAVAILABLE},                     /* cannot connect */
    {.native = 1927, .kind = FAULT_UNAVAILABLE, .cure = ERROR_CURE_LOST}, /* killed */
    {.native = 2006, .kind = FAULT_UNAVAILABLE, .cure = ERROR_CURE_LOST}, /* gone away */
    {.native = 2013, .kind = FAULT_UNAVAILABLE, .cure = ERROR_CURE_LOST}, /* while it answered */
    {.native = 1317,
        .kind = FAULT_UNAVAILABLE,
        .cure = "somebody killed it: give the same command again"},
    {.state = "40001", .kind = FAULT_UNAVAILABLE, .contended = true},
    {.state = "08", .kind = FAULT_UNAVAILABLE, .cure = ERROR_CURE_LOST},
    {.state = "22", .kind = FAULT_DATA},
    {.state = "23", .kind = FAULT_DATA},
    {.state = "28", .kind = FAULT_PERMISSION},
    {.state = "40", .kind = FAULT_UNAVAILABLE},
    {.state = "70", .kind = FAULT_UNAVAILABLE, .cure = ERROR_CURE_LOST},
    /* Of many numbers; last, as other messages give values that may hold any words. */
    {.words = "28 \"No space left on device\"", .kind = FAULT_IO, .cure = ERROR_CURE_FULL},
    {.kind = FAULT_NONE},
};
