/*
 * By SQLSTATE (postgresql.org/docs/15/errcodes-appendix.html), the longest first.
 */
#include "etl/odbc/error.h"

const struct error_rule errors_postgresql[] = {
    {.state = "40001", .kind = FAULT_UNAVAILABLE, .contended = true}, /* serialization failure */
    {.state = "40P01", .kind = FAULT_UNAVAILABLE, .contended = true}, /* deadlock */
    {.state = "55P03", .kind = FAULT_UNAVAILABLE, .contended = true}, /* lock_timeout */
    {.state = "22021",
        .kind = FAULT_DATA,
        .cure = "the database's encoding cannot hold it: nightcube doctor says how it must be"},
    {.state = "22P05",
        .kind = FAULT_DATA,
        .cure = "the database's encoding cannot hold it: nightcube doctor says how it must be"},
    {.state = "25006",
        .kind = FAULT_PERMISSION,
        .cure =
            "is this a standby, or default_transaction_read_only set for the database or role?"},
    {.state = "42501", .kind = FAULT_PERMISSION, .cure = ERROR_CURE_RIGHTS},
    {.state = "42P01", .kind = FAULT_DATA, .cure = ERROR_CURE_SCHEMA}, /* no such table */
    {.state = "42703", .kind = FAULT_DATA, .cure = ERROR_CURE_SCHEMA}, /* no such column */
    {.state = "42704", .kind = FAULT_DATA, .cure = ERROR_CURE_SCHEMA}, /* no such object */
    {.state = "42804", .kind = FAULT_DATA, .cure = ERROR_CURE_SCHEMA}, /* of another type */
    {.state = "42883", .kind = FAULT_DATA, .cure = ERROR_CURE_SCHEMA}, /* no such function */
    {.state = "2BP01", .kind = FAULT_DATA, .cure = "drop or move what depends on it first"},
    {.state = "53100", .kind = FAULT_IO, .cure = ERROR_CURE_FULL},
    {.state = "53200",
        .kind = FAULT_UNAVAILABLE,
        .cure = "is it the lock table? raise max_locks_per_transaction in postgresql.conf"},
    {.state = "53300",
        .kind = FAULT_UNAVAILABLE,
        .cure = "raise max_connections in postgresql.conf, or the role's CONNECTION LIMIT"},
    {.state = "57014",
        .kind = FAULT_UNAVAILABLE,
        .cure = "somebody cancelled it: give the same command again"},
    {.state = "08", .kind = FAULT_UNAVAILABLE, .cure = ERROR_CURE_LOST},
    {.state = "22", .kind = FAULT_DATA},
    {.state = "23", .kind = FAULT_DATA},
    {.state = "28", .kind = FAULT_PERMISSION},
    {.state = "3D", .kind = FAULT_UNAVAILABLE},
    {.state = "3F", .kind = FAULT_UNAVAILABLE}, /* no such schema */
    {.state = "40", .kind = FAULT_UNAVAILABLE},
    {.state = "53", .kind = FAULT_UNAVAILABLE},
    {.state = "55", .kind = FAULT_UNAVAILABLE},
    {.state = "57", .kind = FAULT_UNAVAILABLE, .cure = ERROR_CURE_LOST},
    {.state = "58", .kind = FAULT_IO},
    {.state = "XX", .kind = FAULT_IO},
    {.kind = FAULT_NONE},
};
