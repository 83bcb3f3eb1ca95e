/*
 * file: reading, and writing so that a crash leaves the old file or the new one, never half of it.
 */
#ifndef CONFIG_BASE_FILE_H
#define CONFIG_BASE_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/base/fault.h"
#include "config/base/stream.h"
#include "config/base/text.h"

bool file_exists(const char *path);
bool file_is_directory(const char *path);

/* Creates a directory and its missing parents; an existing one is fine. New ones get `mode`. */
int file_make_directory(const char *path, mode_t mode, struct fault *f);

/* Removes a file (a missing one is fine), or a directory with all that is in it. */
int file_remove(const char *path, struct fault *f);
int file_remove_tree(const char *path, struct fault *f);

/* The next entry's name in an open directory, without "." and ".."; good until the next call.
 * Returns 1, 0 at its end, or -1: what could not be read to its end is not taken for all there is.
 */
int file_next_entry(DIR *directory, const char *path, const char **name, struct fault *f);

/* Renames and flushes the target's directory, so that the new name survives a power cut. Replaces.
 */
int file_rename(const char *from, const char *to, struct fault *f);

/* Flushes a directory's entries to disk. */
int file_sync_directory(const char *path, struct fault *f);

/* Appends a whole file to `t`; more than `limit` bytes is FAULT_DATA. */
int file_read_all(const char *path, size_t limit, struct text *t, struct fault *f);

/* What an open file holds is on the disk afterwards; a signal does not cut it short. `path` is for
 * the fault. */
int file_flush(int fd, const char *path, struct fault *f);

/* Puts `text` in the place of what an open file holds. No crash-proof way: for notes to people. */
int file_rewrite(int fd, const char *text, const char *path, struct fault *f);

/* Writes a whole file: temporary name beside it, fsync, rename, fsync of the directory. */
int file_write_all(const char *path, const void *bytes, size_t size, mode_t mode, struct fault *f);

/* "dir/name": joined in `t`; an absolute `name` stays as it is. */
void file_join(struct text *t, const char *directory, const char *name);

/* A file opened for reading as a byte source. */
struct file_reader {
    int fd;
    const char *path; /* borrowed */
};

int file_reader_open(struct file_reader *r, const char *path, struct fault *f);
void file_reader_close(struct file_reader *r);
struct byte_source file_reader_source(struct file_reader *r);

/*
 * A file that appears under its name only when complete: bytes go to "<path>.part"; commit flushes
 * and renames, abandon removes the part. Two writers of one path never mix: the second is told
 * FAULT_LOCKED. After init or either of the two, abandon does nothing.
 */
struct file_writer {
    int fd;          /* -1 when closed */
    char *path;      /* owned */
    char *part_path; /* owned */
    uint64_t size_bytes;
};

#define FILE_WRITER_INIT                                                                           \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* `overwrite` false: FAULT_EXISTS when the path exists already, looked at here and again at commit.
 */
int file_writer_open(
    struct file_writer *w, const char *path, mode_t mode, bool overwrite, struct fault *f);
struct byte_sink file_writer_sink(struct file_writer *w);
int file_writer_commit(struct file_writer *w, bool overwrite, struct fault *f);
void file_writer_abandon(struct file_writer *w);

#endif
