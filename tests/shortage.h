/*
 * shortage: memory that is refused. What our own objects in the unit tests ask malloc, calloc,
 * realloc, strdup, strndup and an arena for goes through here (the Makefile's SHORTAGE, ld's
 * --wrap), and what OpenSSL asks for; other libraries are not concerned. Beside the leak check of
 * `make sanitize` it tells that every way out gives back what was taken.
 */
#ifndef TESTS_SHORTAGE_H
#define TESTS_SHORTAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/fault.h"

/*
 * Lets `act` run with its first request for memory refused, then with its second, and so on to its
 * last; then the same with every request from that one on. Passes when it asks `least` times at
 * least, and each time failed with FAULT_INTERNAL and said so, or did without and succeeded. `act`
 * begins from the same state each time and gives back all it took.
 */
void shortage_everywhere(int (*act)(struct fault *f), unsigned long least);

/*
 * The same by places, for what asks too often to be refused each time: a place is a way (the last
 * few calls) by which the code comes to ask for memory. Between `shortage_notice` and
 * `shortage_end` places are only noticed; those that no one noticed before, since the program
 * began, wait. `shortage_next` takes one of those that wait, false when none does, and from
 * `shortage_begin` to `shortage_end` the first request from there is refused; with `lasting` each
 * behind it too. `shortage_skip` throws away all of those that wait but `count`, spread evenly.
 */
void shortage_notice(void);
bool shortage_next(void);
void shortage_begin(bool lasting);
void shortage_end(void);
void shortage_skip(size_t count);

#endif
