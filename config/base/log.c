#include "config/base/log.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/moment.h"
#include "config/base/progress.h"

static const struct {
    const char *name;
    const char *priority; /* syslog's, for systemd */
    const char *prefix;   /* of a text line */
    const char *colour;   /* of the prefix: ECMA-48, "Select Graphic Rendition" */
} levels[] = {
    [LOG_LEVEL_ERROR] = {"error", "<3>", "error: ", "\033[1;31m"},
    [LOG_LEVEL_WARNING] = {"warning", "<4>", "warning: ", "\033[1;33m"},
    [LOG_LEVEL_INFO] = {"info", "<6>", "", ""},
    [LOG_LEVEL_DEBUG] = {"debug", "<7>", "", ""},
};

static const char hint_colour[] = "\033[36m", plain[] = "\033[0m";

/* Set once by log_init, before anything else runs. */
static struct log_options options = {.level = LOG_LEVEL_INFO};

static bool coloured;

/* Under the lock of stderr. */
static const struct log_field *fields;
static size_t field_count;

/* https://no-color.org: a NO_COLOR that is not empty switches colours off. */
static bool
wants_colours(void)
{
    const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

    return isatty(STDERR_FILENO) && (no == NULL || no[0] == '\0') && terminal != NULL &&
           strcmp(terminal, "dumb") != 0;
}

void
log_init(const struct log_options *chosen)
{
    options = *chosen;
    coloured = !options.json && wants_colours();
}

void
log_set_fields(const struct log_field *chosen, size_t count)
{
    flockfile(stderr);
    fields = chosen;
    field_count = count;
    funlockfile(stderr);
}

static json_t *
json_of(const struct value *v)
{
    switch (v->type) {
    case VALUE_INT:
        return json_integer(v->as.integer);
    case VALUE_FLOAT:
        return json_real(v->as.real);
    case VALUE_TEXT:
        return json_stringn(v->as.text.bytes, v->as.text.length);
    default:
        return NULL;
    }
}

static void
print_json(enum log_level level, const char *key, const char *message)
{
    char time[MOMENT_TEXT_BYTES];
    json_t *line = json_pack("{s:s, s:s, s:s}", "time", moment_format(clock_now(), time), "level",
        levels[level].name, key, message);
    char *text;

    for (size_t i = 0; line != NULL && i < field_count; i++)
        json_object_set_new(line, fields[i].name, json_of(&fields[i].value));
    text = line == NULL ? NULL : json_dumps(line, JSON_COMPACT);
    fprintf(
        stderr, "%s\n", text == NULL ? "{\"level\":\"error\",\"message\":\"not UTF-8\"}" : text);
    free(text);
    json_decref(line);
}

static void
print_line(enum log_level level, const char *key, const char *message)
{
    const char *priority = getenv("JOURNAL_STREAM") == NULL ? "" : levels[level].priority;
    bool is_hint = key[0] == 'h';
    const char *prefix = is_hint ? "hint: " : levels[level].prefix;
    const char *colour = !coloured ? "" : is_hint ? hint_colour : levels[level].colour;

    flockfile(stderr);
    progress_clear_line();
    if (options.json)
        print_json(level, key, message);
    else
        fprintf(stderr, "%s%s%s%s%s\n", priority, colour, prefix, colour[0] == '\0' ? "" : plain,
            message);
    funlockfile(stderr);
}

static void
print_format(enum log_level level, const char *format, va_list arguments)
{
    char message[4096];

    if (level > options.level)
        return;
    vsnprintf(message, sizeof message, format, arguments);
    print_line(level, "message", message);
}

#define DEFINE_LOG(name, level)                                                                    \
    void name(const char *format, ...)                                                             \
    {                                                                                              \
        va_list arguments;                                                                         \
                                                                                                   \
        va_start(arguments, format);                                                               \
        print_format(level, format, arguments);                                                    \
        va_end(arguments);                                                                         \
    }

DEFINE_LOG(log_error, LOG_LEVEL_ERROR)
DEFINE_LOG(log_warning, LOG_LEVEL_WARNING)
DEFINE_LOG(log_info, LOG_LEVEL_INFO)
DEFINE_LOG(log_debug, LOG_LEVEL_DEBUG)

void
log_answer(const char *line)
{
    print_line(LOG_LEVEL_INFO, "message", line);
}

void
log_object(const char *json)
{
    if (!options.json)
        return;
    flockfile(stderr);
    progress_clear_line();
    fprintf(stderr, "%s\n", json);
    funlockfile(stderr);
}

void
log_fault(const struct fault *f)
{
    if (f->sqlstate[0] != '\0')
        log_error("%s (SQLSTATE %s)", f->text, f->sqlstate);
    else
        log_error("%s", f->text);
    if (f->hint[0] != '\0')
        print_line(LOG_LEVEL_ERROR, "hint", f->hint);
}
