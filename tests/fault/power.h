/*
 * power: the machine loses power. Whatever was changed in the file system since it was last flushed
 * is undone in reverse order, and then the process is killed: bytes are flushed by fsync or
 * fdatasync of the file, names by one of the folder they are in (fsync(2)). What disks really lose
 * is some of it: `power` loses all, `powerbytes` the bytes alone (new names of empty files),
 * `powernames` the names alone.
 *
 * Before a change one of the functions below says what is about to come, and takes a lock when
 * power is watched; power_changed releases it. What is unlinked or replaced is kept, as long as it
 * may come back, in the folder NIGHTCUBE_FAULT_KEEP, which must lie in the same file system.
 */
#ifndef TESTS_FAULT_POWER_H
#define TESTS_FAULT_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* After the fault was read. */
void power_begin(void);

/* Is it one of the three faults above? */
bool power_is_watched(void);

/* `size` bytes from `offset` on are about to be written, or with `cut` all from `offset` on lost. A
 * negative offset is where the file stands. */
void power_write(int fd, off_t offset, size_t size, bool cut);

/* A file, link or folder is about to appear, to go, to get another name, to change places. */
void power_make(const char *path, bool folder);
void power_remove(const char *path, bool folder);
void power_move(const char *from, const char *to);
void power_swap(const char *path, const char *other);

/* It came to be, or it failed. */
void power_changed(bool done);

/* A file's bytes, or a folder's names, are on the disk. */
void power_flushed(int fd);

/* Now. The caller kills the process. */
void power_cut(void);

#endif
