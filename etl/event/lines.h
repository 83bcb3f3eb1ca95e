/*
 * lines: a stream of bytes line by line.
 */
#ifndef ETL_EVENT_LINES_H
#define ETL_EVENT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/stream.h"
#include "config/base/text.h"

struct lines {
    struct byte_source source;
    size_t limit_bytes;
    uint64_t number;  /* of the line just read, from 1 */
    struct text line; /* without its line end */
    bool too_long;    /* the line was longer than the limit: only its beginning was kept */

    char buffer[65536];
    size_t at, filled;
};

void lines_init(struct lines *l, struct byte_source source, size_t limit_bytes);
void lines_release(struct lines *l);

/* Reads the next line into l->line; LF or CRLF end it. Returns 1, 0 at the end, -1 with a fault. */
int lines_next(struct lines *l, struct fault *f);

#endif
