/*
 * store: where containers and the catalogue lie, addressed as SCHEME:REST. What stands in a store
 * has a name with '/' between its parts; it appears under its name only when complete, and is never
 * changed afterwards, only replaced as a whole or removed.
 *
 *     file:DIR                         a directory (store_file.c)
 *     azblob:ACCOUNT/CONTAINER/PREFIX  Azure Blob Storage (store_azblob.c)
 *     s3:BUCKET/PREFIX                 S3 (store_s3.c)
 */
#ifndef BACKUP_STORE_STORE_H
#define BACKUP_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/base/stream.h"
#include "config/base/text.h"
#include "config/settings/settings.h"

enum { STORE_NAME_BYTES = 512 }; /* with the closing NUL */

/* A name is relative, its parts are not empty, not "." and not "..", do not end in ".part", and
 * hold no control characters and no backslash. 0, or FAULT_DATA. */
int store_check_name(const char *name, struct fault *f);

struct store;

/* Opens the store of that location; nothing is created or looked at yet. Owned by the caller; NULL
 * with a fault: FAULT_SETTINGS for a scheme that is not known, naming those that are. */
struct store *store_open(const char *location, struct fault *f);

/* The same; secrets that the store needs are looked for as `settings` say (secret_find). */
struct store *store_open_with(
    const char *location, const struct settings *settings, struct fault *f);
void store_close(struct store *s); /* NULL is fine */

/* As it was opened; borrowed. */
const char *store_location(const struct store *s);

/* Is it behind a network, where each byte read costs? */
bool store_is_remote(const struct store *s);

/* A number that its user keeps with it while it is open; 0 at first. */
uint64_t *store_note(struct store *s);

/*
 * Putting. Bytes go to the sink; the object appears with store_commit and not before.
 * `overwrite` false: an object of that name stays as it is, FAULT_EXISTS at the beginning or at
 * the commit, whatever others do meanwhile. Two writers of one name never mix: one of them gets
 * FAULT_LOCKED or FAULT_EXISTS.
 */
struct store_writer;

struct store_writer *store_begin(
    struct store *s, const char *name, bool overwrite, struct fault *f);
struct byte_sink store_writer_sink(struct store_writer *w);

/* Makes the object appear, durably. Frees the writer in any case. */
int store_commit(struct store_writer *w, struct fault *f);

/* Leaves nothing behind; frees. NULL is fine. */
void store_abandon(struct store_writer *w);

/* Getting. FAULT_NO_INPUT when there is no such object. Owned by the caller. */
struct store_reader;

struct store_reader *store_read(struct store *s, const char *name, struct fault *f);
struct byte_source store_reader_source(struct store_reader *r);
void store_reader_close(struct store_reader *r); /* NULL is fine */

/* Returns 1 with the object's size, 0 when there is none, -1 with a fault. */
int store_find(struct store *s, const char *name, uint64_t *size_bytes, struct fault *f);

/* Removes an object; a missing one is fine. */
int store_remove(struct store *s, const char *name, struct fault *f);

struct store_object {
    const char *name;
    uint64_t size_bytes;
};

struct store_list {
    struct arena memory;
    struct store_object *objects; /* sorted by name, byte by byte */
    size_t count;
};

#define STORE_LIST_INIT                                                                            \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

void store_list_release(struct store_list *list);

/* All complete objects whose name begins with `prefix`. A store that does not exist yet is empty.
 */
int store_list(struct store *s, const char *prefix, struct store_list *list, struct fault *f);

/* A whole object in one go; more than `limit` bytes is FAULT_DATA. */
int store_put_bytes(struct store *s, const char *name, const void *bytes, size_t size,
    bool overwrite, struct fault *f);
int store_get_bytes(
    struct store *s, const char *name, size_t limit, struct text *t, struct fault *f);

#endif
