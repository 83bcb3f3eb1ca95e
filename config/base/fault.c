#define FAULT_DEFINITIONS
#include "config/base/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Numbers follow sysexits.h where it has one; 130 and 143 are the shell's 128 + signal. */
const struct fault_kind_row fault_kinds[FAULT_KIND_COUNT] = {
    [FAULT_NONE] = {0, "done"},
    [FAULT_WARNING] = {1, "done with warnings"},
    [FAULT_USAGE] = {64, "usage: the command line is wrong"},
    [FAULT_DATA] = {65, "bad data: malformed input, failed verification, unknown or existing name"},
    [FAULT_NO_INPUT] = {66, "input missing"},
    [FAULT_UNAVAILABLE] = {69, "database or store unavailable"},
    [FAULT_INTERNAL] = {70, "internal error"},
    [FAULT_EXISTS] = {73, "cannot create: exists, and --allow-overwrite was not given"},
    [FAULT_IO] = {74, "input/output error, disk full"},
    [FAULT_LOCKED] = {75, "another run holds the lock, try later"},
    [FAULT_PERMISSION] = {77, "permission denied, wrong key or passphrase"},
    [FAULT_SETTINGS] = {78, "settings or job file"},
    [FAULT_INTERRUPTED] = {130, "stopped by SIGINT"},
    [FAULT_TERMINATED] = {143, "stopped by SIGTERM"},
};

/* Cuts a text that vsnprintf filled to the brim at the last whole UTF-8 character. */
static void
trim_to_character(char *text, size_t length)
{
    size_t start = length;

    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)text[start - 1] >= 0xC0)
        text[start - 1] = '\0';
}

static void
format_into(char *target, size_t size, const char *format, va_list arguments)
{
    int length = vsnprintf(target, size, format, arguments);

    if (length < 0)
        target[0] = '\0';
    else if ((size_t)length >= size)
        trim_to_character(target, size - 1);
}

int
fault_set(struct fault *f, enum fault_kind kind, const char *format, ...)
{
    va_list arguments;

    if (f == NULL)
        return -1;
    fault_clear(f);
    f->kind = kind;
    va_start(arguments, format);
    format_into(f->text, sizeof f->text, format, arguments);
    va_end(arguments);
    return -1;
}

static enum fault_kind
kind_of_errno(int errnum)
{
    switch (errnum) {
    case ENOENT:
        return FAULT_NO_INPUT;
    case EACCES:
    case EPERM:
    case EROFS:
        return FAULT_PERMISSION;
    case EEXIST:
        return FAULT_EXISTS;
    case ENOMEM:
        return FAULT_INTERNAL;
    default:
        return FAULT_IO;
    }
}

int
fault_set_errno(struct fault *f, int errnum, const char *format, ...)
{
    va_list arguments;
    size_t length;

    if (f == NULL)
        return -1;
    fault_clear(f);
    f->kind = kind_of_errno(errnum);
    va_start(arguments, format);
    format_into(f->text, sizeof f->text, format, arguments);
    va_end(arguments);
    length = strlen(f->text);
    snprintf(f->text + length, sizeof f->text - length, ": %s", strerror(errnum));
    return -1;
}

int
fault_set_memory(struct fault *f)
{
    return fault_set(f, FAULT_INTERNAL, "out of memory");
}

int
fault_wrap(struct fault *f, const char *format, ...)
{
    char inner[sizeof f->text];
    va_list arguments;
    size_t length;

    if (f == NULL)
        return -1;
    memcpy(inner, f->text, sizeof inner);
    va_start(arguments, format);
    format_into(f->text, sizeof f->text, format, arguments);
    va_end(arguments);
    length = strlen(f->text);
    if ((size_t)snprintf(f->text + length, sizeof f->text - length, ": %s", inner) >=
        sizeof f->text - length)
        trim_to_character(f->text, sizeof f->text - 1);
    return -1;
}

int
fault_hint(struct fault *f, const char *format, ...)
{
    va_list arguments;

    if (f == NULL || f->hint[0] != '\0')
        return -1;
    va_start(arguments, format);
    format_into(f->hint, sizeof f->hint, format, arguments);
    va_end(arguments);
    return -1;
}

void
fault_clear(struct fault *f)
{
    f->kind = FAULT_NONE;
    f->sqlstate[0] = f->text[0] = f->hint[0] = '\0';
}

const char *
fault_meaning_of(int exit_code)
{
    for (int kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        if (fault_kinds[kind].exit_code == exit_code)
            return fault_kinds[kind].meaning;
    }
    return "unknown";
}

int
fault_exit_code(enum fault_kind kind)
{
    return kind < FAULT_KIND_COUNT ? fault_kinds[kind].exit_code
                                   : fault_kinds[FAULT_INTERNAL].exit_code;
}
