/*
 * base64: the standard alphabet of RFC 4648, read strictly: no white space, and the unused low bits
 * of the last character must be zero, so that every text has one decoding and back.
 */
#ifndef BACKUP_AGE_BASE64_H
#define BACKUP_AGE_BASE64_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Characters of `size` bytes without padding. */
#define BASE64_LENGTH(size) (((size)*4 + 2) / 3)

/* Writes BASE64_LENGTH(size) characters without padding and a NUL. Returns the length. */
size_t base64_encode(const uint8_t *bytes, size_t size, char *text);

/* Decodes unpadded text; `bytes` has room for length * 3 / 4. Returns how many, -1 when the text is
 * not canonical. */
ssize_t base64_decode(const char *text, size_t length, uint8_t *bytes);

/* The same for text padded with '=' to a multiple of four characters. */
ssize_t base64_decode_padded(const char *text, size_t length, uint8_t *bytes);

#endif
