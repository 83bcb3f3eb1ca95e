#include "etl/event/sniff.h"

#include <stdbool.h>
#include <string.h>

#include "config/base/moment.h"
#include "etl/event/log.h"
#include "etl/event/sheet.h"
#include "etl/event/utf8.h"

static bool
begins_with(const char *bytes, size_t length, const char *what)
{
    return length >= strlen(what) && memcmp(bytes, what, strlen(what)) == 0;
}

/* A field without its quotes and its line's end. */
static struct log_text
bare(const char *first, const char *last)
{
    if (last > first && last[-1] == '\r')
        last--;
    if (last - first >= 2 && *first == '"' && last[-1] == '"') {
        first++;
        last--;
    }
    return (struct log_text){first, (size_t)(last - first)};
}

/* A column of the header. */
static bool
has_column(const char *bytes, size_t length, char separator, const char *name)
{
    const char *end = memchr(bytes, '\n', length);
    const char *at = bytes;

    end = end == NULL ? bytes + length : end;
    while (at < end) {
        const char *stop = memchr(at, separator, (size_t)(end - at));
        const char *last = stop == NULL ? end : stop;

        if (log_text_is(bare(at, last), name))
            return true;
        at = last + 1;
    }
    return false;
}

/* ---- a CSV of somebody's own ---- */

enum { COLUMNS_TOLD = 40 };

/* The first fields of a line, bare; returns how many. */
static size_t
split(const char *bytes, size_t length, char separator, struct log_text *fields)
{
    const char *end = memchr(bytes, '\n', length);
    size_t count = 0;

    end = end == NULL ? bytes + length : end;
    for (const char *at = bytes; at < end && count < COLUMNS_TOLD; count++) {
        const char *stop = memchr(at, separator, (size_t)(end - at));

        fields[count] = bare(at, stop == NULL ? end : stop);
        at = stop == NULL ? end : stop + 1;
    }
    return count;
}

/* Names the columns there are, and what the command line could say of them: the time is known by
 * its look, case and event class stand in most logs in that order. */
static int
explain_columns(const char *bytes, size_t length, char separator, const char *key, struct fault *f)
{
    struct log_text names[COLUMNS_TOLD], values[COLUMNS_TOLD];
    size_t count = split(bytes, length, separator, names), others[2] = {0}, other_count = 0;
    const char *line = memchr(bytes, '\n', length);
    size_t value_count =
        line == NULL ? 0 : split(line + 1, length - (size_t)(line + 1 - bytes), separator, values);
    size_t time = NAMES_NONE;
    struct text list = TEXT_INIT;
    char excerpt[EXCERPT_BYTES];
    int64_t moment;

    for (size_t i = 0; i < count; i++) {
        text_add_format(&list, "%s'%s'", i == 0 ? "" : ", ",
            utf8_excerpt(names[i].bytes, names[i].length, excerpt));
        if (time == NAMES_NONE && i < value_count &&
            moment_parse(values[i].bytes, values[i].length, 0, &moment) == 0)
            time = i;
        else if (other_count < 2)
            others[other_count++] = i;
    }
    fault_set(f, FAULT_DATA,
        "unknown format: neither XES nor JSON Lines, and no CSV with a column '%s' or "
        "'ActivityID'; its first line says %s",
        key, text_get(&list));
    text_release(&list);
    if (time == NAMES_NONE || other_count < 2)
        return fault_hint(f, "one row an event: --case-column C --class-column C --time-column C; "
                             "one row an instance: call its key ActivityID");
    return fault_hint(f,
        "name its columns, for instance --case-column '%.*s' --class-column '%.*s' "
        "--time-column '%.*s'",
        (int)names[others[0]].length, names[others[0]].bytes, (int)names[others[1]].length,
        names[others[1]].bytes, (int)names[time].length, names[time].bytes);
}

static int
sniff_csv(const char *bytes, size_t length, const struct source_options *options,
    enum source_format *format, struct fault *f)
{
    const char *key = options->case_column ? options->case_column : "case:concept:name";
    char separator = options->separator ? options->separator : sheet_guess_separator(bytes, length);

    if (has_column(bytes, length, separator, key))
        *format = FORMAT_LONG_CSV;
    else if (has_column(bytes, length, separator, "ActivityID"))
        *format = FORMAT_CSV;
    else
        return explain_columns(bytes, length, separator, key, f);
    return 0;
}

int
sniff_format(const char *bytes, size_t length, const struct source_options *options,
    enum source_format *format, struct fault *f)
{
    if (begins_with(bytes, length, "\xEF\xBB\xBF")) {
        bytes += 3;
        length -= 3;
    }
    /* UTF-16 is XML's affair: the XML parser reads it, the other formats are UTF-8. */
    if (begins_with(bytes, length, "\xFF\xFE<") || begins_with(bytes, length, "\xFE\xFF")) {
        *format = FORMAT_XES;
        return 0;
    }
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): a NUL is no blank. */
    while (length > 0 && memchr(" \t\r\n", *bytes, 4) != NULL) {
        bytes++;
        length--;
    }
    if (length == 0)
        return fault_set(f, FAULT_DATA, "the file is empty");
    if (*bytes == '[') {
        fault_set(f, FAULT_DATA, "a JSON array is not JSON Lines");
        return fault_hint(f, "write one object a line, for instance with jq -c '.[]'");
    }
    if (*bytes != '<' && *bytes != '{')
        return sniff_csv(bytes, length, options, format, f);
    *format = *bytes == '<' ? FORMAT_XES : FORMAT_JSONL;
    return 0;
}
