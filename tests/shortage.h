/*
 * shortage: memory that is refused. What our own objects in the unit tests ask malloc, calloc,
 * realloc, strdup, strndup and an arena for goes through here (the Makefile's SHORTAGE, ld's
 * --wrap), and what OpenSSL asks for; other libraries are not concerned. Beside the leak check of
 * `make sanitize` it tells that every way out gives back what was taken. Places of STRIKE_MEMORY
 * (tests/strike.h) are struck here.
 */
#ifndef TESTS_SHORTAGE_H
#define TESTS_SHORTAGE_H

#include "config/base/fault.h"

/*
 * Lets `act` run with its first request for memory refused, then with its second, and so on to its
 * last; then the same with every request from that one on. Passes when it asks `least` times at
 * least, and each time failed with FAULT_INTERNAL and said so, or did without and succeeded. `act`
 * begins from the same state each time and gives back all it took.
 */
void shortage_everywhere(int (*act)(struct fault *f), unsigned long least);

#endif
