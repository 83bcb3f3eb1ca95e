#include "config/settings/connection.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define SECRET_LEAD "{secret:"

static const char *
skip_blanks(const char *at)
{
    while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')
        at++;
    return at;
}

static size_t
trimmed_length(const char *start, const char *end)
{
    while (end > start && isspace((unsigned char)end[-1]))
        end--;
    return (size_t)(end - start);
}

/* Behind the '}' that closes the brace at `at`; "}}" stands for one '}'. NULL when it stays open.
 */
static const char *
skip_braced(const char *at)
{
    for (at++; *at != '\0'; at++) {
        if (*at != '}')
            continue;
        if (at[1] != '}')
            return at + 1;
        at++;
    }
    return NULL;
}

bool
connection_next(const char **at, struct connection_part *part)
{
    const char *start = *at;
    const char *closed;
    size_t key_end;

    while (*start == ';' || isspace((unsigned char)*start))
        start++;
    if (*start == '\0')
        return false;
    key_end = strcspn(start, "=;");
    part->key = start;
    part->key_length = trimmed_length(start, start + key_end);
    part->value = skip_blanks(start + key_end + (start[key_end] == '='));
    closed = *part->value == '{' ? skip_braced(part->value) : NULL;
    if (closed != NULL && strncmp(part->value, SECRET_LEAD, strlen(SECRET_LEAD)) != 0) {
        part->value++;
        part->value_length = (size_t)(closed - 1 - part->value);
        part->end = closed + strcspn(closed, ";");
    } else {
        part->end = part->value + strcspn(part->value, ";");
        part->value_length = trimmed_length(part->value, part->end);
    }
    *at = part->end;
    return true;
}

static bool
has_key(const struct connection_part *part, const char *key)
{
    return part->key_length == strlen(key) && strncasecmp(part->key, key, part->key_length) == 0;
}

static bool
is_sqlite(const char *connection)
{
    struct connection_part part;

    while (connection_next(&connection, &part)) {
        if (!has_key(&part, "Driver"))
            continue;
        for (size_t i = 0; i + 6 <= part.value_length; i++) {
            if (strncasecmp(part.value + i, "sqlite", 6) == 0)
                return true;
        }
    }
    return false;
}

/* ":memory:" and "file:..." are no paths; a secret is not known here. */
static bool
is_relative_path(const struct connection_part *part)
{
    return part->value_length > 0 && strchr("/:{", part->value[0]) == NULL &&
           strncmp(part->value, "file:", 5) != 0;
}

void
connection_add_absolute(struct text *t, const char *connection, const char *directory)
{
    const char *at = connection;
    const char *copied = connection;
    struct connection_part part;

    if (is_sqlite(connection)) {
        while (connection_next(&at, &part)) {
            if (!has_key(&part, "Database") || !is_relative_path(&part))
                continue;
            text_add_bytes(t, copied, (size_t)(part.value - copied));
            text_add_format(t, "%s/", directory);
            copied = part.value;
        }
    }
    text_add(t, copied);
}

bool
connection_next_secret(const char *at, struct secret_reference *reference)
{
    size_t length;

    if ((at = strstr(at, SECRET_LEAD)) == NULL)
        return false;
    reference->start = at;
    reference->name = at + strlen(SECRET_LEAD);
    length = strspn(
        reference->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");
    reference->end = reference->name + length;
    reference->name_length = 0;
    /* A leading dot would lead out of the credentials directory, or to a hidden file. */
    if (*reference->end != '}' || reference->name[0] == '.')
        return true;
    reference->end++;
    reference->name_length = length;
    return true;
}
