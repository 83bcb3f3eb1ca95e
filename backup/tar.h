/*
 * tar: the canonical subset of POSIX pax (IEEE Std 1003.1, "pax Interchange Format") that a
 * container uses. One set of entries has exactly one sequence of bytes: plain files only, mode
 * 0644, owner 0, no owner names, one modification time for all; an extended header stands before
 * an entry only when its name is longer than 100 bytes or its size does not fit in eleven octal
 * digits; padding is zero; two zero blocks end the archive and nothing follows them.
 *
 * The reader writes each header anew and compares, so that every bit of a tar counts. Links,
 * devices, directories and every other kind of entry are refused by that.
 */
#ifndef BACKUP_TAR_H
#define BACKUP_TAR_H

#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/stream.h"
#include "config/base/text.h"

enum {
    TAR_BLOCK_BYTES = 512,
    TAR_NAME_BYTES = 256, /* with the closing NUL */
};

struct tar_entry {
    char name[TAR_NAME_BYTES];
    uint64_t size_bytes;
    int64_t time_seconds; /* since 1970; 0 to TAR_TIME_MAX */
};

#define TAR_TIME_MAX INT64_C(077777777777) /* the year 2242 */

/* A moment (see moment.h) as seconds that fit a header, cut to 1970 ... 2242. */
int64_t tar_time(int64_t moment);

/* Adds an entry's header blocks. */
void tar_add_header(struct text *t, const struct tar_entry *e);

struct tar_writer {
    struct byte_sink to;
    int64_t time_seconds;
    uint64_t left_bytes; /* of the entry being written */
    uint64_t size_bytes; /* its size */
};

void tar_writer_init(struct tar_writer *w, struct byte_sink to, int64_t time_seconds);

/* An entry: begin with its size, write exactly that many bytes, finish. A name that is too long and
 * any other number of bytes are FAULT_INTERNAL. */
int tar_begin(struct tar_writer *w, const char *name, uint64_t size_bytes, struct fault *f);
int tar_write(struct tar_writer *w, const void *bytes, size_t size, struct fault *f);
int tar_finish(struct tar_writer *w, struct fault *f);

/* The end blocks. */
int tar_close(struct tar_writer *w, struct fault *f);

struct tar_reader {
    struct byte_source from;
    struct text raw; /* header blocks as read */
    uint64_t left_bytes;
    uint64_t padding_bytes;
    char name[TAR_NAME_BYTES]; /* of the entry being read, for messages */
};

void tar_reader_init(struct tar_reader *r, struct byte_source from);
void tar_reader_release(struct tar_reader *r);

/* The next entry; what is left of the one before is read and its padding checked. Returns 1, 0 at
 * the end (both end blocks seen and nothing behind them), -1: FAULT_DATA. */
int tar_next(struct tar_reader *r, struct tar_entry *e, struct fault *f);

/* The content of the entry that tar_next gave. */
struct byte_source tar_content(struct tar_reader *r);

#endif
