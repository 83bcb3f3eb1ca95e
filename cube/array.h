/*
 * array: growing arrays on the heap.
 */
#ifndef CUBE_ARRAY_H
#define CUBE_ARRAY_H

#include <stddef.h>

#include "config/base/fault.h"

/*
 * Makes room for `count` elements of `size` bytes: `array` points to the array's own pointer,
 * `room` to the number it has room for. Grows by halves at least. New elements are not set: memory
 * that is never used costs nothing. 0, or -1 when memory runs out (the array is unchanged then).
 */
int array_reserve(void *array, size_t *room, size_t count, size_t size, struct fault *f);

#endif
