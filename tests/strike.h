/*
 * strike: calls that are let fail by places. A place is a way (the last few calls) by which the
 * code comes to ask for memory, to ask a database or to ask for a file; each is struck once,
 * however often the code comes there. Who stands in for such a call (shortage.c, refusal.c) asks
 * whether it is to fail.
 *
 * Between `strike_notice` and `strike_end` places of one kind are only noticed; those that no one
 * noticed before, since the program began, wait. `strike_next` takes one of those that wait, false
 * when none does, and from `strike_begin` to `strike_end` the first call from there fails; with
 * `lasting` each of its kind behind it too. `strike_skip` throws away all of those that wait but
 * `count`, spread evenly.
 */
#ifndef TESTS_STRIKE_H
#define TESTS_STRIKE_H

#include <stdbool.h>
#include <stddef.h>

enum strike_kind { STRIKE_NONE, STRIKE_MEMORY, STRIKE_DATABASE, STRIKE_FILE };

void strike_notice(enum strike_kind kind);
bool strike_next(void);
void strike_begin(bool lasting);
void strike_end(void);
void strike_skip(size_t count);

/* For who stands in for a call: is this one to fail? `calls` leads there beside the function that
 * asks, which must not be inlined, and the one that is stood in for. */
bool strike_hits(enum strike_kind kind, int calls);

/* Does all behind the place fail too? */
bool strike_is_lasting(void);

#endif
