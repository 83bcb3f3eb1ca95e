/*
 * restoration: one container on its way into one target: found, staged, checked, and swapped in
 * when whoever leads says so. What restore_container does once, restore_set does for each database.
 */
#ifndef ETL_DUMP_RESTORATION_H
#define ETL_DUMP_RESTORATION_H

#include "etl/dump/headway.h"
#include "etl/dump/inlet.h"
#include "etl/dump/objects.h"
#include "etl/dump/place.h"
#include "etl/dump/restore.h"
#include "etl/dump/selection.h"
#include "etl/odbc/table_writer.h"

struct restoration {
    struct site *site;
    struct restore_result *result; /* borrowed: gathers what is to be done */
    struct destination to;
    struct selection selection;
    bool allow_overwrite;
    bool allow_lossy;
    struct restore_hook hook;
    struct restored item; /* texts live in the result's memory */
    bool is_named;        /* the item's database and kind are known before the container is read */
    struct place place;
    bool placed;
    /* While a container is read. */
    struct db *db;
    struct headway headway;
    const struct headway_table *done; /* the table being read is loaded already */
    struct object_list objects;
    bool same_kind;                         /* the backup is of an engine of this kind */
    bool same_engine;                       /* and its words make everything as it was */
    const struct container_reference *part; /* only its tables are wanted */
    size_t part_tables;                     /* how many of them came */
    uint64_t rows_read;                     /* wanted or not */
    /* The table being read; NULL when it is not wanted. */
    const struct table *table;
    struct table_writer *writer;
    struct db *second; /* only for speed; NULL: the table is small, or there is none */
    struct value *row;
    struct rowsum sum; /* of what is written */
    uint64_t changed;  /* of its values */
};

/* `named`: the database and kind are in r->item already and the container must agree. */
void restoration_init(
    struct restoration *r, struct site *site, struct restore_result *result, bool named);

/* Finds the place and checks that it may be taken. Reading a container does it when it was not done
 * before. */
int restoration_prepare(struct restoration *r, struct fault *f);

/* Reads a container, and those it leaves tables to, into the staging place. */
int restoration_load(
    struct restoration *r, struct inlet *from, const struct pack_keys *keys, struct fault *f);

/* Makes the staging place an empty database or directory. */
int restoration_load_nothing(struct restoration *r, struct fault *f);

/* Swaps, and adds the item to the result. */
int restoration_swap(struct restoration *r, struct fault *f);

/* A fault ended it: where the cause passes by itself, what is staged and has notes to go on with
 * (headway.h) stays for the next restore, and a hint says so. */
void restoration_keep(struct restoration *r, struct fault *f);

/* Removes what is not swapped in and not kept. */
void restoration_release(struct restoration *r);

/* For restoration.c: the parts of a reading (restoration_table.c). */
int restoration_begin_table(void *state, const struct table *table, struct fault *f);
int restoration_row(void *state, const struct value *row, struct fault *f);
int restoration_end_table(void *state, const struct rowsum *sum, struct fault *f);
void restoration_drop_table(struct restoration *r);

/* For restoration.c, in this order: the IDs that are online, what is made from the engine's words
 * or anew, what is left to do (restoration_views.c). */
int restoration_gather(struct restoration *r, struct fault *f);
int restoration_make_views(struct restoration *r, struct fault *f);
int restoration_list_todo(struct restoration *r, struct fault *f);

/* May another try get past the cause of a fault? */
bool restoration_may_pass(const struct fault *f);

/* Behind it (restoration_objects.c): views and triggers as the same engine made them; views and
 * foreign keys as far as they can be made, and which cannot; what was made for another engine; what
 * is in no backup at all. */
int restoration_make_as_they_were(struct restoration *r, struct fault *f);
int restoration_make_known(struct restoration *r, struct fault *f);
int restoration_tell_what_is_foreign(struct restoration *r, struct fault *f);
int restoration_tell_what_is_missing(struct restoration *r, struct fault *f);

/* Adds a line of what the operator has to do. */
int restoration_add_todo(struct restoration *r, struct fault *f, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
