/*
 * shim: a library to preload (LD_PRELOAD) that counts what nightcube asks of its databases and of
 * the file system, and lets some of these calls go wrong, as NIGHTCUBE_FAULT says:
 *
 *     kill:N             the process is killed just before call N
 *     after:MICROS       the process is killed that long after its start
 *     odbc:N             statement N fails; with odbc:N+ time passes as soon as it is slept through
 *     lost:N             statement N is carried out, and then reported as failed
 *     prepare:N          preparing a statement fails
 *     connect:N          connecting fails
 *     fetch:N            fetching a row fails
 *     cut:N              before statement N all connections to servers break
 *     call:N             before statement N the shell runs $NIGHTCUBE_FAULT_CALL to its end
 *     truncate:N         statement N is carried out, and the driver says it cut a value (01004)
 *     cutrow:N           fetching row N works, and the driver says it cut a value (01004)
 *     full:N             write or flush N finds the disk full (ENOSPC)
 *     eio:N              write or flush N fails (EIO)
 *     flush:N            flush N fails (EIO)
 *     short:N            write N writes only half of what it was given, and says so
 *     interrupt:N        read, write or flush N is interrupted by a signal (EINTR)
 *     open:N[:ERRNO]     opening a file fails, with EIO when no number is said
 *     read:N[:ERRNO]     reading a file fails
 *     name:N[:ERRNO]     a change of names (rename, link, unlink, mkdir, rmdir) or of a size fails
 *     close:N[:ERRNO]    closing reports an error
 *     map:N[:ERRNO]      mapping memory fails
 *     power:N            as kill, and what was not flushed is lost: see power.h; also powerbytes,
 *                        powernames
 *     memory:N           the program's own call N for memory gets none
 *     trace              NIGHTCUBE_FAULT_LOG gets a line a call (number, function, on what), one
 *                        more of each kind (* kind number place; the place is a hash over the
 *                        functions that led there), and the totals behind them (# kind total)
 *
 * `N+` is call N and all of its kind behind it. Behind N an error of a database may follow as
 * `:NATIVE:SQLSTATE`, the engine's code and its class (1 and HY000 when not said).
 *
 * Calls, for `kill`, are statements, writes, flushes and changes of names, numbered from 1 as they
 * come; statements, fetches, prepares, connects, writes (with flushes), flushes, opens, reads,
 * closes, maps, transfers (reads, writes and flushes) and calls for memory also count each for
 * themselves. Standard output and error are left alone. Without
 * NIGHTCUBE_FAULT, and in any other program, nothing is done.
 */
#ifndef TESTS_FAULT_SHIM_H
#define TESTS_FAULT_SHIM_H

#include <stdbool.h>

enum call_class {
    CALL_STATEMENT,
    CALL_WRITE, /* flushes too */
    CALL_FLUSH,
    CALL_NAME,
    CALL_FETCH,
    CALL_PREPARE,
    CALL_CONNECT,
    CALL_OPEN,
    CALL_READ,
    CALL_CLOSE,
    CALL_MAP,
    CALL_TRANSFER, /* reads, writes, flushes */
    CALL_MEMORY,
    CALL_CLASS_COUNT
};

enum fault_mode {
    MODE_OFF,
    MODE_KILL,
    MODE_AFTER,
    MODE_ODBC,
    MODE_LOST,
    MODE_PREPARE,
    MODE_CONNECT,
    MODE_FETCH,
    MODE_CUT,
    MODE_CALL,
    MODE_TRUNCATE,
    MODE_CUT_ROW,
    MODE_FULL,
    MODE_EIO,
    MODE_FLUSH,
    MODE_SHORT,
    MODE_INTERRUPT,
    MODE_OPEN,
    MODE_READ,
    MODE_NAME,
    MODE_CLOSE,
    MODE_MAP,
    MODE_POWER,
    MODE_POWER_BYTES,
    MODE_POWER_NAMES,
    MODE_MEMORY,
    MODE_TRACE
};

struct shim {
    enum fault_mode mode;
    unsigned long target;
    bool persistent;
    int native; /* a database's code, or errno; 0: not said */
    char sqlstate[6];
};

extern struct shim shim;

/* Counts a call, and dies before it when it is the one. Returns its number in its class. */
unsigned long shim_count(enum call_class class, const char *function, const char *what);

/* Is call `number` of its class to go wrong, if the mode is this one? */
bool shim_strikes(enum fault_mode mode, unsigned long number);

/* Finds out where the program's own calls come from. */
void shim_find_program(void);
bool shim_is_program(const void *caller);

/* By which way of its own the program came here, as a number. */
unsigned long shim_place(void);

/* Is it the trace that is written to? */
bool shim_is_log(int fd);

/* The function that would be called without the shim. */
void *shim_next(const char *function);

/* Declares `real`, the function behind `name`, looked up once. */
#define REAL(name)                                                                                 \
    static __typeof__(&name) real;                                                                 \
    if (real == NULL)                                                                              \
    *(void **)&real = shim_next(#name)

#endif
