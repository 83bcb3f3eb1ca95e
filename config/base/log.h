/*
 * log: what happens, one line each, on stderr. Text or JSON Lines; under systemd (JOURNAL_STREAM)
 * each text line carries its priority prefix (sd-daemon(3)). On a terminal "error:", "warning:" and
 * "hint:" are coloured unless NO_COLOR says no.
 */
#ifndef CONFIG_BASE_LOG_H
#define CONFIG_BASE_LOG_H

#include <stdbool.h>

#include "config/base/fault.h"
#include "config/base/value.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

struct log_options {
    enum log_level level; /* the most talkative level that is printed */
    bool json;
};

/* Called once at start; before that, text lines up to LOG_LEVEL_INFO. */
void log_init(const struct log_options *options);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An answer to somebody who asked (SIGUSR1): at any level. */
void log_answer(const char *line);

/* What every line of a JSON log carries beside time, level and message (or hint), until others are
 * set; the array is borrowed until then. NULL values are left out. */
struct log_field {
    const char *name;
    struct value value; /* text, int, float or NULL */
};

void log_set_fields(const struct log_field *fields, size_t count);

/* A JSON object as a line of its own, at any level, where the log is JSON; nothing in a text log.
 */
void log_object(const char *json);

/* Prints a fault as the one line it is, then its hint. */
void log_fault(const struct fault *f);

#endif
