/*
 * character: UTF-8 read strictly (RFC 3629: shortest form, no surrogates, at most U+10FFFF).
 */
#ifndef CUBE_CHARACTER_H
#define CUBE_CHARACTER_H

#include <stddef.h>
#include <stdint.h>

#define CHARACTER_NONE UINT32_MAX

/* The character at `bytes`, of which `room` (> 0) are there. `used`: how many bytes it takes; one
 * when it is CHARACTER_NONE. */
uint32_t character_read(const char *bytes, size_t room, size_t *used);

#endif
