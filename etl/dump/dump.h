/*
 * dump: whole databases and analysis databases into containers.
 *
 * A database is one consistent snapshot, taken over a connection of its own while writers go on:
 * every table with its columns, key, indexes, identity and rows, and the engine's own objects
 * (objects.h). Left out is what nightcube itself left half-way
 * (bam_..._Incoming).
 */
#ifndef ETL_DUMP_DUMP_H
#define ETL_DUMP_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backup/container.h"
#include "etl/dump/keyring.h"
#include "etl/site/site.h"

/* A file that goes into the container besides: a job file, a definition. */
struct dump_file {
    const char *name; /* relative, in the container */
    const char *path; /* NULL: `text` is what stands in it */
    const char *text;
};

enum dump_compression { DUMP_COMPRESS_AS_SET, DUMP_COMPRESS, DUMP_COMPRESS_NOT };

/* Zeroes: into the settings' store, under a name of its own, packed and sealed as the settings say.
 * Everything is borrowed. */
struct dump_order {
    int64_t run;              /* 0: none */
    const char *set;          /* containers of one set belong together; NULL: none */
    const char *job;          /* NULL: none */
    bool after;               /* taken at the end of its run */
    enum container_kind kind; /* CONTAINER_DEPLOY: taken because of a deployment */
    /* NULL: <Database>_<UTC stamp>_<set>.abf. Without an extension .abf is added. With a '/' and
     * no store named it is the path of a file that stands alone, in no catalogue. */
    const char *file;
    const char *store;    /* location; NULL: the settings' */
    bool allow_overwrite; /* of the file */
    enum dump_compression compression;
    int level; /* of zstd, 1 to 19; 0: the settings' */
    struct sealing sealing;
    bool metadata_only; /* of an analysis database: cubes without their facts */
    bool full;          /* write everything anew, lean on no older container */
    const struct dump_file *files;
    size_t file_count;
};

struct dump_result {
    struct arena memory;
    const char *store; /* location */
    const char *file;  /* name in the store */
    const char *container;
    char sha256[DIGEST_HEX_BYTES]; /* of the stored file, read back */
    uint64_t bytes;                /* stored now, in all containers */
    uint64_t rows;                 /* written now, in all containers */
    uint64_t tables;               /* of the database */
    uint64_t older;                /* of these, left to older containers */
    uint64_t containers;           /* written: this one, and one for each new partition */
    uint64_t files;
    int64_t taken_utc;
    bool encrypted;
    bool compressed;
};

#define DUMP_RESULT_INIT                                                                           \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

void dump_result_release(struct dump_result *result);

/*
 * Backs up a database of the settings. What never changes once written (history.h) goes into
 * containers of its own, once, and is referred to, unless the backup stands alone: one whose file
 * or keys the order names. The result is filled in on success; release it in any case.
 * FAULT_EXISTS: the file is there; FAULT_SETTINGS: nobody said who may open it; FAULT_DATA: a value
 * that a backup cannot carry exactly, by table and column. After a fault nothing
 * of it counts; partitions that were written by then stay, and the next backup leans on them.
 */
int dump_database(struct site *site, const char *name, const struct dump_order *order,
    struct dump_result *result, struct fault *f);

/*
 * Backs up an analysis database: all files of its directory. Its cubes must not be processed
 * meanwhile (FAULT_LOCKED; processing that begins later is told the same); readers go on. A cube in
 * direct mode is metadata alone anyway; `metadata_only` leaves out the facts of the others too.
 */
int dump_analysis(struct site *site, const char *name, const struct dump_order *order,
    struct dump_result *result, struct fault *f);

/*
 * The names of the settings that a pattern names, in their order: a name; "*" or a prefix with '*'
 * for any; "Other:" and such a pattern for the Other databases alone. The array lives in `memory`.
 * A name (not a pattern) that is not there is FAULT_DATA with the nearest one.
 */
int dump_match_databases(const struct settings *settings, const char *pattern, struct arena *memory,
    const char ***names, size_t *count, struct fault *f);
int dump_match_analyses(const struct settings *settings, const char *pattern, struct arena *memory,
    const char ***names, size_t *count, struct fault *f);

#endif
