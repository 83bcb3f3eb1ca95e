#include "etl/event/sniff.h"

#include <stdbool.h>
#include <string.h>

#include "etl/event/sheet.h"

static bool
begins_with(const char *bytes, size_t length, const char *what)
{
    return length >= strlen(what) && memcmp(bytes, what, strlen(what)) == 0;
}

/* A column of the header, with or without quotes. */
static bool
has_column(const char *bytes, size_t length, char separator, const char *name)
{
    const char *end = memchr(bytes, '\n', length);
    const char *at = bytes;

    end = end == NULL ? bytes + length : end;
    while (at < end) {
        const char *stop = memchr(at, separator, (size_t)(end - at));
        const char *last = stop == NULL ? end : stop;
        const char *first = at;

        at = last + 1;
        if (last > first && last[-1] == '\r')
            last--;
        if (last - first >= 2 && *first == '"' && last[-1] == '"') {
            first++;
            last--;
        }
        if ((size_t)(last - first) == strlen(name) && memcmp(first, name, strlen(name)) == 0)
            return true;
    }
    return false;
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
    else {
        fault_set(f, FAULT_DATA,
            "unknown format: neither XES nor JSON Lines, and no CSV with a column '%s' or "
            "'ActivityID' in its first line",
            key);
        return fault_hint(f, "say the format, or the columns of case, event class and time");
    }
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
