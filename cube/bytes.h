/*
 * bytes: little-endian numbers in cube files, at any alignment.
 */
#ifndef CUBE_BYTES_H
#define CUBE_BYTES_H

#include <stdint.h>

static inline uint64_t
bytes_get(const unsigned char *at, unsigned width)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < width; i++)
        number |= (uint64_t)at[i] << (8 * i);
    return number;
}

static inline uint64_t
bytes_get64(const unsigned char *at)
{
    return bytes_get(at, 8);
}

static inline uint32_t
bytes_get32(const unsigned char *at)
{
    return (uint32_t)bytes_get(at, 4);
}

static inline void
bytes_put(unsigned char *at, uint64_t number, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        at[i] = (unsigned char)(number >> (8 * i));
}

#endif
