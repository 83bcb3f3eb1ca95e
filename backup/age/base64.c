#include "backup/age/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t
base64_encode(const uint8_t *bytes, size_t size, char *text)
{
    size_t length = 0;
    uint32_t bits = 0;
    unsigned held = 0;

    for (size_t i = 0; i < size; i++) {
        bits = (bits << 8 | bytes[i]) & 0xFFFF;
        for (held += 8; held >= 6; held -= 6)
            text[length++] = alphabet[bits >> (held - 6) & 63];
    }
    if (held > 0)
        text[length++] = alphabet[bits << (6 - held) & 63];
    text[length] = '\0';
    return length;
}

/* The six bits of a character, -1 when it is not of the alphabet. */
static int
sextet(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

ssize_t
base64_decode(const char *text, size_t length, uint8_t *bytes)
{
    ssize_t size = 0;
    uint32_t bits = 0;
    unsigned held = 0;

    if (length % 4 == 1)
        return -1;
    for (size_t i = 0; i < length; i++) {
        int six = sextet(text[i]);

        if (six < 0)
            return -1;
        bits = (bits << 6 | (uint32_t)six) & 0xFFFF;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[size++] = (uint8_t)(bits >> held);
        }
    }
    /* What is left over belongs to no byte and must be zero. */
    return (bits & ((1U << held) - 1)) == 0 ? size : -1;
}

ssize_t
base64_decode_padded(const char *text, size_t length, uint8_t *bytes)
{
    if (length % 4 != 0)
        return -1;
    for (int pads = 0; pads < 2 && length > 0 && text[length - 1] == '='; pads++)
        length--;
    return base64_decode(text, length, bytes);
}
