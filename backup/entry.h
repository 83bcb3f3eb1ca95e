/*
 * entry: the names of a container's entries. They are plain ASCII whatever a table is called, so
 * that they unpack on every file system and sha256sum reads them.
 *
 * A part of a path keeps A-Z a-z 0-9 _ - and a dot that is not its first character; every other
 * byte becomes %XX. A table's name longer than 80 characters after that is cut to 63 or a few less
 * (never inside an escape) and gets "~" and 16 hexadecimal digits of the SHA-256 of the whole name;
 * its real name stands in its schema entry.
 */
#ifndef BACKUP_ENTRY_H
#define BACKUP_ENTRY_H

#include <stdbool.h>

#include "backup/tar.h"
#include "config/base/fault.h"
#include "config/base/text.h"

#define ENTRY_INFO "backup.xml"
#define ENTRY_SUMS "SHA256SUMS"
#define ENTRY_MANIFEST "manifest.xml"

enum { ENTRY_TABLE_BYTES = 80 };

enum entry_kind {
    ENTRY_IS_UNKNOWN,
    ENTRY_IS_INFO,
    ENTRY_IS_SCHEMA,
    ENTRY_IS_DATA,
    ENTRY_IS_FILE,
    ENTRY_IS_SUMS,
    ENTRY_IS_MANIFEST,
};

/* By the name's first part. */
enum entry_kind entry_classify(const char *name);

/* Adds "schema/<table>.xml", and "data/<table>/<number>.csv" with at least six digits. */
int entry_add_schema(struct text *t, const char *table, struct fault *f);
int entry_add_data(struct text *t, const char *table, uint64_t number, struct fault *f);

/* Adds "files/<path>". The path is relative, its parts are neither empty nor "." nor "..", and the
 * whole fits in an entry name; otherwise FAULT_DATA. */
int entry_add_file(struct text *t, const char *path, struct fault *f);

/* Adds the path that such an entry name stands for; FAULT_DATA when it is not one that
 * entry_add_file writes. */
int entry_parse_file(struct text *path, const char *name, struct fault *f);

#endif
