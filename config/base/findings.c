#include "config/base/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/base/log.h"

void
findings_release(struct findings *list)
{
    text_release(&list->lines);
    list->count = 0;
}

void
findings_add(struct findings *list, int line, const char *format, ...)
{
    char message[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (line > 0)
        text_add_format(&list->lines, "%s:%d: %s\n", list->source, line, message);
    else
        text_add_format(&list->lines, "%s: %s\n", list->source, message);
    list->count++;
}

void
findings_no_memory(struct findings *list)
{
    list->lines.failed = true;
}

void
findings_rely_on(struct findings *list, const struct text *t)
{
    if (t->failed)
        findings_no_memory(list);
}

int
findings_since(const struct findings *list, size_t before, size_t *count, struct fault *f)
{
    *count = list->count - before;
    return text_check(&list->lines, f);
}

void
findings_log(const struct findings *list)
{
    const char *line = list->lines.failed ? "" : text_get(&list->lines);

    while (*line != '\0') {
        size_t length = strcspn(line, "\n");

        log_error("%.*s", (int)length, line);
        line += length + (line[length] == '\n');
    }
}
