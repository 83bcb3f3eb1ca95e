/*
 * order: sorts by 64-bit keys, in time that grows with their number only.
 */
#ifndef CUBE_ORDER_H
#define CUBE_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"

/* Fills `order` with the indexes of the keys, ascending; equal keys keep their order. 0, or -1 when
 * memory runs out. */
int order_by_keys(const uint64_t *keys, size_t count, uint32_t *order, struct fault *f);

#endif
