/*
 * stream: the rows of a running query, read a few blocks ahead by a thread of its own; or those of
 * one query after the other. While it is open nothing else may use the connection.
 */
#ifndef ETL_ODBC_STREAM_H
#define ETL_ODBC_STREAM_H

#include "etl/odbc/fetcher.h"

struct stream;

/* The rows of a statement's SQLHSTMT that was run and is of these types; `types` is borrowed;
 * `wide`: texts are of thousands of bytes. Owned by the caller, and closed before anything else is
 * done with the statement; NULL with a fault. */
struct stream *stream_open(struct db *db, void *handle, const enum value_type *types, size_t count,
    bool wide, struct fault *f);

/* What follows when the rows of a statement are at their end: called by whoever reads from the
 * driver, the thread that reads ahead once there is one. */
struct stream_sequel {
    void *state;
    /* A block has come. 0, or -1. */
    int (*note)(void *state, const struct fetcher *rows, const struct block *b, struct fault *f);
    /* Frees the statement and runs another one of the same columns: 1 with its SQLHSTMT, 0 when
     * there is none, -1. */
    int (*next)(void *state, void **handle, struct fault *f);
};

/* The same with a sequel. The rows of a statement are read to their end, as far as there is room,
 * before the first of them is given out: whoever takes them apart does so while the next statement
 * runs, and does not hold up the reading, which nothing else can be done beside. */
struct stream *stream_open_sequel(struct db *db, void *handle, const enum value_type *types,
    size_t count, const struct stream_sequel *sequel, struct fault *f);

/* Waits for the call of the driver that is under way. NULL is fine. */
void stream_close(struct stream *s);

/* The next row, its texts borrowed until the next call. 1, 0 at the end, -1. */
int stream_next(struct stream *s, struct value *row, struct fault *f);

#endif
