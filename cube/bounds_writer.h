/*
 * bounds_writer: the least and greatest values of a source's cells into a file, as numbers of the
 * distinct ones while those are few. README.md draws the layout.
 */
#ifndef CUBE_BOUNDS_WRITER_H
#define CUBE_BOUNDS_WRITER_H

#include <stddef.h>

#include "cube/emitter.h"
#include "cube/feed.h"

void bounds_write(struct emitter *e, const struct feed *from, size_t source);

#endif
