#include "etl/command/source_options.h"

#include <string.h>

#include "config/base/nearest.h"

static int
read_format(const char *name, enum source_format *format, struct fault *f)
{
    struct nearest n;

    *format = FORMAT_UNKNOWN;
    if (name == NULL)
        return 0;
    nearest_init(&n, name);
    for (int i = FORMAT_UNKNOWN + 1; i < SOURCE_FORMAT_COUNT; i++) {
        nearest_offer(&n, source_format_names[i]);
        if (strcmp(source_format_names[i], name) == 0)
            *format = (enum source_format)i;
    }
    if (*format != FORMAT_UNKNOWN)
        return 0;
    fault_set(f, FAULT_USAGE, "--format is jsonl, csv, long-csv or xes, not '%s'", name);
    return nearest_hint(&n, f);
}

static int
read_separator(const char *text, char *separator, struct fault *f)
{
    *separator = 0;
    if (text == NULL)
        return 0;
    if (strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0)
        *separator = '\t';
    else if (strlen(text) == 1 && strchr("\"\r\n", text[0]) == NULL && (text[0] & 0x80) == 0)
        *separator = text[0];
    else
        return fault_set(f, FAULT_USAGE, "--separator is one ASCII character, or tab");
    return 0;
}

int
source_options_read(struct invocation *i, struct source_options *o, struct fault *f)
{
    *o = (struct source_options){
        .activity = invocation_option(i, "activity"),
        .case_column = invocation_option(i, "case-column"),
        .class_column = invocation_option(i, "class-column"),
        .time_column = invocation_option(i, "time-column"),
        .timezone = invocation_option(i, "timezone"),
    };
    if (read_format(invocation_option(i, "format"), &o->format, f) != 0 ||
        read_separator(invocation_option(i, "separator"), &o->separator, f) != 0)
        return -1;
    return (o->maps = invocation_options(i, "map", &o->map_count, f)) == NULL ? -1 : 0;
}
