#include "config/base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
text_release(struct text *t)
{
    free(t->bytes);
    *t = (struct text)TEXT_INIT;
}

void
text_clear(struct text *t)
{
    text_cut(t, 0);
}

void
text_cut(struct text *t, size_t length)
{
    if (length >= t->length)
        return;
    t->length = length;
    t->bytes[length] = '\0';
}

/* Makes room for `more` bytes and the closing NUL. */
static bool
reserve(struct text *t, size_t more)
{
    size_t capacity = t->capacity == 0 ? 64 : t->capacity;
    char *grown;

    if (t->failed)
        return false;
    if (more >= SIZE_MAX / 2 - t->length) {
        t->failed = true;
        return false;
    }
    if (t->length + more + 1 <= t->capacity)
        return true;
    while (capacity < t->length + more + 1)
        capacity *= 2;
    if ((grown = realloc(t->bytes, capacity)) == NULL) {
        t->failed = true;
        return false;
    }
    t->bytes = grown;
    t->capacity = capacity;
    return true;
}

void
text_add_bytes(struct text *t, const void *bytes, size_t length)
{
    if (!reserve(t, length))
        return;
    if (length > 0)
        memcpy(t->bytes + t->length, bytes, length);
    t->length += length;
    t->bytes[t->length] = '\0';
}

void
text_add(struct text *t, const char *string)
{
    t->failed = t->failed || string == text_lost;
    text_add_bytes(t, string, strlen(string));
}

void
text_add_char(struct text *t, char c)
{
    text_add_bytes(t, &c, 1);
}

void
text_add_format(struct text *t, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !reserve(t, (size_t)length))
        return;
    va_start(arguments, format);
    vsnprintf(t->bytes + t->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    t->length += (size_t)length;
}

const char *
text_get(const struct text *t)
{
    return t->bytes == NULL ? "" : t->bytes;
}

const char text_lost[] = "(out of memory";

const char *
text_hand_on(const struct text *t)
{
    return t->failed ? text_lost : text_get(t);
}

int
text_check(const struct text *t, struct fault *f)
{
    return t->failed ? fault_set_memory(f) : 0;
}

char *
text_take(struct text *t)
{
    char *bytes;

    text_add_bytes(t, "", 0);
    if (t->failed)
        return NULL;
    bytes = t->bytes;
    *t = (struct text)TEXT_INIT;
    return bytes;
}
