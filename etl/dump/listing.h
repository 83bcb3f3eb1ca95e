/*
 * listing: the containers of a store and its runs, as a catalogue tells them, for printing.
 */
#ifndef ETL_DUMP_LISTING_H
#define ETL_DUMP_LISTING_H

#include "backup/catalogue.h"
#include "etl/site/site.h"

/* One container; texts live in the listing. */
struct listing_row {
    const char *container;
    int64_t run; /* 0: none */
    bool run_complete;
    const char *set; /* optional texts are NULL */
    const char *job;
    int64_t taken_utc;
    const char *database;
    const char *partition; /* NULL: a whole database */
    const char *kind;      /* "database", "analysis", "deploy" */
    const char *file;
    uint64_t bytes;
    uint64_t rows;
    uint64_t tables;
    bool encrypted;
    bool after;
    bool metadata_only;
    int64_t verified_utc; /* when it was last found right; 0: never */
    int64_t deep_utc;     /* when everything in it was last read */
    bool removed;
};

struct listing {
    struct catalogue catalogue;
    struct arena memory;
    struct listing_row *rows; /* in the order they were written */
    size_t count;
};

#define LISTING_INIT                                                                               \
    {                                                                                              \
        .catalogue = CATALOGUE_INIT, .memory = ARENA_INIT                                          \
    }

/* Reads the catalogue of the store at that location (NULL: the settings'). `all`: with the
 * containers that were removed. Release the listing in any case. */
int listing_read(
    struct listing *l, struct site *site, const char *store, bool all, struct fault *f);
void listing_release(struct listing *l);

#endif
