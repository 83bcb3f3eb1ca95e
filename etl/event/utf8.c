#include "etl/event/utf8.h"

#include <string.h>

/* Continuation bytes that follow a first byte, and the least character they may make. */
static int
sequence_of(unsigned char first, int32_t *bits, int32_t *least)
{
    if (first < 0x80) {
        *bits = first;
        *least = 0;
        return 0;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        *bits = first & 0x1F;
        *least = 0x80;
        return 1;
    }
    if ((first & 0xF0) == 0xE0) {
        *bits = first & 0x0F;
        *least = 0x800;
        return 2;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        *bits = first & 0x07;
        *least = 0x10000;
        return 3;
    }
    return -1;
}

int32_t
utf8_next(const char **at, const char *end)
{
    const unsigned char *byte = (const unsigned char *)*at;
    int32_t character, least;
    int more;

    if (*at >= end || (more = sequence_of(*byte, &character, &least)) < 0 || end - *at <= more)
        return -1;
    for (int i = 1; i <= more; i++) {
        if ((byte[i] & 0xC0) != 0x80)
            return -1;
        character = character << 6 | (byte[i] & 0x3F);
    }
    if (character < least || character > 0x10FFFF || (character >= 0xD800 && character <= 0xDFFF))
        return -1;
    *at += more + 1;
    return character;
}

int
utf8_count(const char *bytes, size_t length, size_t *characters)
{
    const char *at = bytes;
    const char *end = bytes + length;

    for (*characters = 0; at < end; ++*characters) {
        if ((unsigned char)*at < 0x80)
            at++;
        else if (utf8_next(&at, end) < 0)
            return -1;
    }
    return 0;
}

size_t
utf8_prefix(const char *bytes, size_t length, size_t characters)
{
    const char *at = bytes;

    while (characters-- > 0 && utf8_next(&at, bytes + length) >= 0)
        ;
    return (size_t)(at - bytes);
}

char *
utf8_excerpt(const char *bytes, size_t length, char buffer[EXCERPT_BYTES])
{
    const char *at = bytes;
    const char *end = bytes + length;
    size_t used = 0;

    while (at < end) {
        const char *next = at;
        int32_t c = utf8_next(&next, end);
        size_t size = c < 0 ? 1 : (size_t)(next - at); /* a stray byte takes room too */

        /* Behind it "..." still fits. */
        if (used + size + 4 > EXCERPT_BYTES)
            break;
        if (c < 0x20 || c == 0x7F) {
            buffer[used++] = '?';
        } else {
            memcpy(buffer + used, at, size);
            used += size;
        }
        at += size;
    }
    memcpy(buffer + used, at < end ? "..." : "", at < end ? 4 : 1);
    return buffer;
}
