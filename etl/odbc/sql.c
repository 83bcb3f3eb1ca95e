#include "etl/odbc/sql.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

enum { HASH_DIGITS = 8 };

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

const char *
sql_fit_name(const char *name, char buffer[SQL_NAME_BYTES])
{
    size_t length = strlen(name), kept = SQL_NAME_BYTES - 1 - HASH_DIGITS - 1;

    if (length < SQL_NAME_BYTES)
        return name;
    /* Not in the midst of a character. */
    while (kept > 0 && ((unsigned char)name[kept] & 0xC0) == 0x80)
        kept--;
    snprintf(buffer, SQL_NAME_BYTES, "%.*s_%0*" PRIx32, (int)kept, name, HASH_DIGITS,
        (uint32_t)XXH3_64bits(name, length));
    return buffer;
}

bool
sql_is_name(const char *listed, const char *name)
{
    char buffer[SQL_NAME_BYTES];

    return strcmp(listed, sql_fit_name(name, buffer)) == 0;
}

static void
add_placeholder(struct text *sql, char kind, va_list *arguments)
{
    char buffer[SQL_NAME_BYTES];
    const char *string = NULL;

    if (kind == 'n' || kind == 't' || kind == 's')
        string = va_arg(*arguments, const char *);
    if (string != NULL && string == text_lost)
        sql->failed = true;
    else if (kind == 'n')
        add_quoted(sql, sql_fit_name(string, buffer), '"');
    else if (kind == 't')
        add_quoted(sql, string, '\'');
    else if (kind == 's')
        text_add(sql, string);
    else if (kind == 'd')
        text_add_format(sql, "%" PRId64, va_arg(*arguments, int64_t));
    else
        text_add_char(sql, kind);
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
    return text_hand_on(sql);
}
