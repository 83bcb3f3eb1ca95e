/*
 * headway: how far a restore into a staging place has come, noted in the staging place itself, in
 * the transaction that completes a table. A restore that was cut off leaves place and notes; the
 * next one of the same container goes on behind the last table noted, and proves what it finds
 * loaded before it relies on it.
 */
#ifndef ETL_DUMP_HEADWAY_H
#define ETL_DUMP_HEADWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "config/base/rowsum.h"
#include "etl/odbc/db.h"

/* Not a table of the backup: taken away before the swap. */
#define HEADWAY_TABLE "nightcube_Restoring"

struct headway_table {
    const char *name;
    uint64_t rows;
    uint64_t content; /* checksum of the rows as the container holds them */
    uint64_t
        written; /* and as they were written: otherwise only where values were changed to fit */
    uint64_t changed; /* how many of them were */
};

struct headway {
    struct arena memory;
    struct headway_table *tables; /* complete */
    size_t count;
    bool begun; /* there are notes, of this restore or of the one before */
    bool resumed;
};

#define HEADWAY_INIT                                                                               \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

void headway_release(struct headway *h);

/* Begins the notes in an empty staging place. `order` says what is restored and how. */
int headway_begin(struct headway *h, struct db *db, const char *order, struct fault *f);

/* Reads the notes of a staging place that was found: 1 when they are of the same order, 0 when not
 * or when there are none, -1 with a fault. */
int headway_read(struct headway *h, struct db *db, const char *order, struct fault *f);

/* Notes a complete table, in the caller's transaction. */
int headway_note(struct db *db, const struct headway_table *t, struct fault *f);

/* The note of a table; NULL: it is not complete. */
const struct headway_table *headway_find(const struct headway *h, const char *name);

/* Ends the notes: the staging place is about to be the target. */
int headway_end(struct headway *h, struct db *db, struct fault *f);

#endif
