/*
 * visible: text from outside on a terminal: no control sequence gets through, and columns line up.
 */
#ifndef CUBE_VISIBLE_H
#define CUBE_VISIBLE_H

#include <stddef.h>

#include "config/base/text.h"

/* Adds text with '?' for control characters (C0, C1, bidirectional overrides) and for what is not
 * UTF-8. */
void visible_add(struct text *t, const char *bytes, size_t length);

/* Terminal columns of text that visible_add wrote: East Asian wide characters count two, combining
 * marks none (Unicode Standard Annex 11, the main blocks). */
size_t visible_width(const char *bytes, size_t length);

#endif
