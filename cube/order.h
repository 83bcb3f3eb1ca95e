/*
 * order: sorts by 64-bit keys, in time that grows with their number only.
 */
#ifndef CUBE_ORDER_H
#define CUBE_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* Fills `order` with the indexes of the keys, ascending; equal keys keep their order. `scratch` has
 * as much room as `order`. */
void order_by_keys(const uint64_t *keys, size_t count, uint32_t *order, uint32_t *scratch);

#endif
