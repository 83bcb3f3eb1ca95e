/*
 * stream: the rows of a running query, read a few blocks ahead by a thread of its own. While it is
 * open nothing else may use the connection.
 */
#ifndef ETL_ODBC_STREAM_H
#define ETL_ODBC_STREAM_H

#include "etl/odbc/handle.h"

struct stream;

/* The rows of a statement's SQLHSTMT that was run and is of these types; `types` is borrowed;
 * `wide`: texts are of thousands of bytes. Owned by the caller, and closed before anything else is
 * done with the statement; NULL with a fault. */
struct stream *stream_open(struct db *db, void *handle, const enum value_type *types, size_t count,
    bool wide, struct fault *f);

/* Waits for the call of the driver that is under way. NULL is fine. */
void stream_close(struct stream *s);

/* The next row, its texts borrowed until the next call. 1, 0 at the end, -1. */
int stream_next(struct stream *s, struct value *row, struct fault *f);

/* How many rows there are in all, once the driver has given the last of them and is asked no more;
 * 0 as long as nobody knows. */
uint64_t stream_total(const struct stream *s);

/* That last row, its texts borrowed until the next call of stream_next. 0, or -1. */
int stream_last(const struct stream *s, struct value *row, struct fault *f);

#endif
