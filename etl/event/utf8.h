/*
 * utf8: counting and checking characters of foreign text.
 */
#ifndef ETL_EVENT_UTF8_H
#define ETL_EVENT_UTF8_H

#include <stddef.h>
#include <stdint.h>

enum { EXCERPT_BYTES = 84 };

/* Counts the characters (code points) of a text. 0, or -1 when it is not UTF-8 (RFC 3629: no
 * surrogates, no overlong forms, nothing above U+10FFFF). */
int utf8_count(const char *bytes, size_t length, size_t *characters);

/* Takes the character at `*at` and moves on; -1 at the end or at bytes that are not UTF-8. */
int32_t utf8_next(const char **at, const char *end);

/* Adds nothing but whole characters: the length in bytes of the first `characters` characters. */
size_t utf8_prefix(const char *bytes, size_t length, size_t characters);

/* The beginning of a text, fit for a one-line message: control characters and stray bytes become
 * '?', what is cut ends in "...". Returns `buffer`. */
char *utf8_excerpt(const char *bytes, size_t length, char buffer[EXCERPT_BYTES]);

#endif
