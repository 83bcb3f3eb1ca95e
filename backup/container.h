/*
 * container: a backup file, .abf. What is inside and in which order stands in README.md beside this
 * file. Rows and files are pushed in by whoever has them and pushed out to whoever wants them, in
 * constant memory.
 */
#ifndef BACKUP_CONTAINER_H
#define BACKUP_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backup/pack.h"
#include "config/base/arena.h"
#include "config/base/digest.h"
#include "config/base/fault.h"
#include "config/base/rowsum.h"
#include "config/base/stream.h"
#include "config/table/table.h"

enum { CONTAINER_FORMAT = 1 }; /* written, and the newest that is read */

enum container_kind {
    CONTAINER_DATABASE,
    CONTAINER_ANALYSIS,
    CONTAINER_DEPLOY,
    CONTAINER_KIND_COUNT
};

/* "database", "analysis", "deploy": as in files and messages, in order of the enum. */
extern const char *const container_kind_names[CONTAINER_KIND_COUNT];

/* Tables that this container leaves to an older one, because they have not changed since. */
struct container_reference {
    const char *container;         /* its id */
    const char *file;              /* its name in the store */
    char sha256[DIGEST_HEX_BYTES]; /* of the stored file */
    const char **tables;
    size_t table_count;
};

/* Anything else worth knowing, by name. */
struct container_note {
    const char *name;
    const char *value;
};

/* What a container is: its first entry, backup.xml. Texts are borrowed when it is written, and live
 * in the summary's arena when it was read. Optional texts may be NULL. */
struct container_info {
    const char *id;  /* unique among all containers */
    int64_t run;     /* the run that wrote it; 0: none */
    const char *set; /* containers of one set belong together; optional */
    enum container_kind kind;
    const char *database;     /* the name in the settings */
    const char *engine;       /* "sqlite", "postgresql", ...; optional */
    const char *storage_mode; /* "memory", "directquery" for an analysis database; optional */
    const char *program;      /* name and version of the writer */
    int64_t taken_utc;        /* the moment that the content shows, see moment.h */
    bool after;               /* taken at the end of its run, not before its maintenance */
    bool metadata_only;
    struct container_reference *references;
    size_t reference_count;
    struct container_note *notes;
    size_t note_count;
};

struct container_table {
    const char *name;
    uint64_t chunks;
    uint64_t bytes;    /* of its CSV */
    struct rowsum sum; /* its columns live in the summary's arena: no rowsum_release */
};

/* What was written, or what was read and found right. */
struct container_summary {
    struct arena memory;
    struct container_info info;
    struct container_table *tables; /* in the container's order */
    size_t table_count;
    uint64_t rows;             /* of all tables */
    uint64_t file_count;       /* entries below files/ */
    struct pack_totals packed; /* size and SHA-256 of the stored bytes */
};

#define CONTAINER_SUMMARY_INIT                                                                     \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

void container_summary_release(struct container_summary *s);

/*
 * Writing. The bytes go to `store` as they come; the container is complete only after
 * container_finish returned 0, and whoever owns `store` must not publish it before. After any fault
 * the writer takes nothing more.
 */
struct container_writer;

/* Writes the head and backup.xml. NULL with a fault; owned by the caller. */
struct container_writer *container_begin(const struct pack_options *packing,
    const struct container_info *info, struct byte_sink store, struct fault *f);

/* A table, its rows, its end. The table is borrowed until its end. Cells must have their column's
 * type or be NULL; a cell of another type, a text with a NUL character and a row of more than
 * CHUNKS_ROW_BYTES_MAX are FAULT_DATA with table, column and row. */
int container_begin_table(struct container_writer *w, const struct table *table, struct fault *f);
int container_add_row(struct container_writer *w, const struct value *row, struct fault *f);
int container_end_table(struct container_writer *w, struct fault *f);

/* A file of any kind, between tables. `name` is a relative path without "." and ".." parts. */
int container_add_bytes(
    struct container_writer *w, const char *name, const void *bytes, size_t size, struct fault *f);
/* What is read of the file counts as progress, in bytes. */
int container_add_file(
    struct container_writer *w, const char *name, const char *path, struct fault *f);

/* Writes the sums, the manifest and the end. `out` (may be NULL) is the caller's to release. */
int container_finish(struct container_writer *w, struct container_summary *out, struct fault *f);

void container_free(struct container_writer *w); /* NULL is fine */

/*
 * Reading. The handler gets everything in order, as it is read: nothing of it counts before
 * container_read has returned 0, because sizes, sums and the manifest are checked behind it. So a
 * handler stages what it gets and throws it away on a fault. Members may be NULL; one that returns
 * -1 with a fault stops the reading.
 */
struct container_handler {
    int (*info)(void *state, const struct container_info *info, struct fault *f);
    int (*begin_table)(void *state, const struct table *table, struct fault *f);
    /* As many cells as the table has columns; texts are borrowed until the next row. */
    int (*row)(void *state, const struct value *row, struct fault *f);
    int (*end_table)(void *state, const struct rowsum *sum, struct fault *f);
    /* `name` as it was given to container_add_*; what is left unread is skipped. */
    int (*file)(void *state, const char *name, uint64_t size_bytes, struct byte_source content,
        struct fault *f);
    void *state; /* borrowed */
};

/*
 * Reads and checks a whole container: its seal, its compression, every entry's size and SHA-256,
 * the order of entries, the rows and their sums, the manifest, and that nothing follows. `keys` may
 * be NULL; `out` too, otherwise it is the caller's to release, also after a fault.
 *
 * FAULT_DATA: damaged, incomplete, not a container, or of a newer format. FAULT_PERMISSION:
 * encrypted and no key given, or none that fits. FAULT_USAGE: a key was demanded and the container
 * is not encrypted.
 */
int container_read(struct byte_source source, const struct pack_keys *keys,
    const struct container_handler *handler, struct container_summary *out, struct fault *f);

/* The same without anybody who wants the content. */
int container_verify(struct byte_source source, const struct pack_keys *keys,
    struct container_summary *out, struct fault *f);

/* Reads backup.xml only: what a container claims to be. Checks no more than the start. */
int container_peek(struct byte_source source, const struct pack_keys *keys,
    struct container_summary *out, struct fault *f);

#endif
