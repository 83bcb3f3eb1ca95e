#include <string.h>
#include <sys/types.h>

#include "config/settings/connection.h"
#include "config/settings/secret.h"

/*
 * How a secret stands in a connection string: as the whole value of a key it may hold anything, in
 * braces with '}' doubled when it must; as a part of a value it must not break out of it. Returns
 * the length, and writes to `out` unless that is NULL; -1 with a fault.
 */
static ssize_t
put_value(char *out, const struct secret *value, bool is_whole, const char *name, struct fault *f)
{
    size_t length = 0;
    bool braced = strpbrk(value->bytes, ";{}") != NULL || value->bytes[0] == ' ' ||
                  value->bytes[value->length - 1] == ' ';

    if (braced && !is_whole)
        return fault_set(f, FAULT_SETTINGS,
            "secret '%s' holds ; { } or blanks at its ends and is only a part of a value", name);
    for (size_t i = 0; i < value->length + (braced ? 2 : 0); i++) {
        bool is_brace = braced && (i == 0 || i == value->length + 1);
        char c = is_brace ? (i == 0 ? '{' : '}') : value->bytes[i - (braced ? 1 : 0)];

        for (int times = !is_brace && c == '}' ? 2 : 1; times > 0; times--) {
            if (out != NULL)
                out[length] = c;
            length++;
        }
    }
    return (ssize_t)length;
}

/* Puts one secret in the place of its reference: s = s before it + value + s behind it. */
static int
fill_in_one(struct secret *s, const struct settings *settings,
    const struct secret_reference *reference, size_t *resume, struct fault *f)
{
    size_t before = (size_t)(reference->start - s->bytes);
    size_t behind = s->length - (size_t)(reference->end - s->bytes);
    bool is_whole = before > 0 && s->bytes[before - 1] == '=' &&
                    (*reference->end == ';' || *reference->end == '\0');
    struct secret value = SECRET_INIT;
    struct secret filled = SECRET_INIT;
    char name[256];
    ssize_t length;
    int rc = -1;

    if (reference->name_length == 0 || reference->name_length >= sizeof name)
        return fault_set(f, FAULT_SETTINGS, "a secret is written {secret:NAME}");
    memcpy(name, reference->name, reference->name_length);
    name[reference->name_length] = '\0';
    if (secret_find(&value, settings, name, f) != 0)
        return -1;
    if ((length = put_value(NULL, &value, is_whole, name, f)) < 0 ||
        secret_init(&filled, before + (size_t)length + behind, f) != 0)
        goto done;
    memcpy(filled.bytes, s->bytes, before);
    put_value(filled.bytes + before, &value, is_whole, name, f);
    memcpy(filled.bytes + before + length, reference->end, behind);
    secret_release(s);
    *s = filled;
    *resume = before + (size_t)length;
    rc = 0;
done:
    secret_release(&value);
    return rc;
}

int
secret_fill_in(
    struct secret *s, const struct settings *settings, const char *connection, struct fault *f)
{
    struct secret_reference reference;
    size_t at = 0;

    if (secret_copy(s, connection, strlen(connection), f) != 0)
        return -1;
    /* What a secret brings in is not looked at again. */
    while (connection_next_secret(s->bytes + at, &reference)) {
        if (fill_in_one(s, settings, &reference, &at, f) != 0) {
            secret_release(s);
            return -1;
        }
    }
    return 0;
}
