/*
 * input: a file as a stream of bytes, decompressed on the way when it is compressed with gzip,
 * zstd, xz or bzip2 (looked for in the content, not in the name). Memory is constant.
 */
#ifndef ETL_EVENT_INPUT_H
#define ETL_EVENT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/stream.h"

enum { INPUT_PEEK_BYTES = 65536 };

struct input;

/* Owned by the caller; NULL with FAULT_NO_INPUT, FAULT_PERMISSION or FAULT_IO. `path` is borrowed
 * for its life. */
struct input *input_open(const char *path, struct fault *f);
void input_close(struct input *in); /* NULL is fine */

/* Reads faults FAULT_DATA for damaged compression, FAULT_IO for the file itself. */
struct byte_source input_source(struct input *in);

/* The first bytes, up to INPUT_PEEK_BYTES, which are read again afterwards; only before the first
 * read. Borrowed until then. 0, or -1 with a fault. */
int input_peek(struct input *in, const char **bytes, size_t *length, struct fault *f);

/* A regular file, which can be opened and read a second time. */
bool input_is_regular(const struct input *in);

/* Bytes read of the file as it lies there, and its size (0 when it is not a regular file). */
void input_progress(const struct input *in, uint64_t *done, uint64_t *total);

#endif
