/*
 * fault: what went wrong, as a value.
 *
 * Every fallible function takes a `struct fault *` last and returns -1 (or NULL). The lowest layer
 * says what failed (fault_set), each layer above adds on which object (fault_wrap), nobody says it
 * twice, and main prints it once. One kind is one exit code, from one table.
 */
#ifndef CONFIG_BASE_FAULT_H
#define CONFIG_BASE_FAULT_H

#include <stddef.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_WARNING,     /* done, with warnings */
    FAULT_USAGE,       /* the command line is wrong */
    FAULT_DATA,        /* malformed input, failed verification, unknown or duplicate name */
    FAULT_NO_INPUT,    /* a file to read does not exist */
    FAULT_UNAVAILABLE, /* database or store cannot be reached */
    FAULT_INTERNAL,    /* a bug, or memory ran out */
    FAULT_EXISTS,      /* the target exists and may not be overwritten */
    FAULT_IO,          /* read, write, disk full */
    FAULT_LOCKED,      /* another run holds the lock */
    FAULT_PERMISSION,  /* permission, wrong key or passphrase */
    FAULT_SETTINGS,    /* settings or job file */
    FAULT_INTERRUPTED, /* SIGINT */
    FAULT_TERMINATED,  /* SIGTERM */
    FAULT_KIND_COUNT
};

struct fault {
    enum fault_kind kind;
    char sqlstate[6]; /* "" unless a database said it */
    char text[2048];  /* one line, UTF-8, cut at a character when too long */
    char hint[512];   /* the cure, or "" */
};

#define FAULT_INIT                                                                                 \
    {                                                                                              \
        .kind = FAULT_NONE                                                                         \
    }

/* One row of the exit code table, printed by `help exit-codes`. */
struct fault_kind_row {
    int exit_code;
    const char *meaning;
};

/* The table, in order of enum fault_kind. */
extern const struct fault_kind_row fault_kinds[FAULT_KIND_COUNT];

/* What an exit code means; "unknown" for one that is none of ours. */
const char *fault_meaning_of(int exit_code);

/* Records a new fault, replacing what was there; a NULL `f` is allowed. Always returns -1. */
int fault_set(struct fault *f, enum fault_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: adds strerror(errnum) and picks the kind from errnum
 * (ENOENT: FAULT_NO_INPUT, EACCES, EPERM and EROFS: FAULT_PERMISSION, EEXIST: FAULT_EXISTS,
 * otherwise FAULT_IO). */
int fault_set_errno(struct fault *f, int errnum, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Memory ran out. Always returns -1. */
int fault_set_memory(struct fault *f);

/* Puts "<format>: " before the text. Always returns -1. */
int fault_wrap(struct fault *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds the cure; the first one given stays (the lowest layer knows best). Always returns -1. */
int fault_hint(struct fault *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Forgets a fault that was handled. */
void fault_clear(struct fault *f);

/* The process exit code of a kind. */
int fault_exit_code(enum fault_kind kind);

/* A static analyser sees one file at a time and would think that these may return 0. */
#if defined __clang_analyzer__ && !defined FAULT_DEFINITIONS
#define fault_set(...) (fault_set(__VA_ARGS__), -1)
#define fault_set_errno(...) (fault_set_errno(__VA_ARGS__), -1)
#define fault_set_memory(...) (fault_set_memory(__VA_ARGS__), -1)
#define fault_wrap(...) (fault_wrap(__VA_ARGS__), -1)
#define fault_hint(...) (fault_hint(__VA_ARGS__), -1)
#endif

#endif
