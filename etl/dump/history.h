/*
 * history: what of a database never changes once written: the partitions of the primary import and
 * the tables of the archive. Each is backed up once, in a container of its own; later backups lean
 * on that one.
 */
#ifndef ETL_DUMP_HISTORY_H
#define ETL_DUMP_HISTORY_H

#include <stdbool.h>

#include "backup/catalogue.h"
#include "etl/dump/trace.h"
#include "etl/odbc/db.h"

enum { HISTORY_MARK_BYTES = 65 };

struct history_table {
    const char *name;
    const char *trace;             /* what the engine says of it now; NULL: nothing */
    const char *known_mark;        /* which it still has, as the engine says; NULL: look at it */
    char mark[HISTORY_MARK_BYTES]; /* see history_mark */
};

/* A partition: its instances and its relationships. */
struct history_unit {
    const char *name; /* as the instances' table */
    struct history_table tables[2];
    size_t table_count;
    const struct catalogue_entry *older; /* the container that holds it; NULL: none */
    bool is_sound;                       /* that one is as it was written */
};

struct history {
    struct history_unit *units; /* in the order of the tables' names */
    size_t count;
};

/* Is it one that can have any? */
bool history_may_be(const char *database);

/*
 * Finds the units of a database among its tables (`names`, sorted): partitions of PrimaryImport
 * that its metadata knows, tables of Archive named bam_<Activity>_Instances_<stamp> and
 * bam_<Activity>_Relationships_<stamp>. Any other database has none. Everything lives in `memory`.
 */
int history_read(struct db *db, const char *database, const char *const *names, size_t count,
    struct arena *memory, struct history *h, struct fault *f);

/* A table of a unit; NULL when it is in none. */
const struct history_table *history_find(const struct history *h, const char *table);

/* Sets what the engine says of the units' tables (`traces`, read before), and the marks of those of
 * which it says the same as at the newest backup of the database. Small tables are looked at all
 * the same. */
void history_recall(struct history *h, const struct catalogue *c, const char *database,
    const struct trace_list *traces);

/*
 * Marks the tables of a unit: the SHA-256 of a table's shape, its number of rows, and the checksum
 * of all of its rows or, of more than 4,096, of 32 stretches spread over its key. So a table of the
 * same name that another history made is not taken for the old one. Where the mark is known
 * (history_recall) nothing is read.
 */
int history_mark(struct db *db, struct history_unit *unit, struct fault *f);

/*
 * The newest container of the store that holds a marked unit: with equal marks, sealed as
 * `encrypted` and `sealed_for` (NULL: for nobody) say. NULL when there is none.
 */
const struct catalogue_entry *history_find_older(const struct catalogue *c, const char *database,
    const struct history_unit *unit, bool encrypted, const char *sealed_for);

/*
 * Is the container there, with its recorded size and SHA-256? The stored bytes are read anew, save
 * in a store over the network when they were verified within a week: reading all of the history
 * each night would cost more than the night. 1, 0, or -1. On any thread, where the store is near.
 */
int history_check_older(struct store *s, const struct catalogue *c,
    const struct catalogue_entry *older, struct fault *f);

#endif
