#include "etl/odbc/sql.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

static void
add_quoted(struct text *sql, const char *bytes, char quote)
{
    text_add_char(sql, quote);
    for (; *bytes != '\0'; bytes++) {
        if (*bytes == quote)
            text_add_char(sql, quote);
        text_add_char(sql, *bytes);
    }
    text_add_char(sql, quote);
}

static void
add_placeholder(struct text *sql, char kind, va_list *arguments)
{
    switch (kind) {
    case 'n':
        add_quoted(sql, va_arg(*arguments, const char *), '"');
        break;
    case 't':
        add_quoted(sql, va_arg(*arguments, const char *), '\'');
        break;
    case 'd':
        text_add_format(sql, "%" PRId64, va_arg(*arguments, int64_t));
        break;
    case 's':
        text_add(sql, va_arg(*arguments, const char *));
        break;
    default:
        text_add_char(sql, kind);
    }
}

static void
add_list(struct text *sql, const char *format, va_list *arguments)
{
    for (const char *at = format; *at != '\0'; at++) {
        size_t plain = strcspn(at, "%");

        text_add_bytes(sql, at, plain);
        at += plain;
        if (*at == '\0')
            break;
        add_placeholder(sql, *++at, arguments);
    }
}

void
sql_add(struct text *sql, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_list(sql, format, &arguments);
    va_end(arguments);
}

const char *
sql_set(struct text *sql, const char *format, ...)
{
    va_list arguments;

    text_clear(sql);
    va_start(arguments, format);
    add_list(sql, format, &arguments);
    va_end(arguments);
    return text_get(sql);
}
