/*
 * outlet: where a backup goes: the store, the name, the keys, and after the last byte the proof
 * that the store holds what was written and the line in its catalogue.
 */
#ifndef ETL_DUMP_OUTLET_H
#define ETL_DUMP_OUTLET_H

#include "backup/catalogue.h"
#include "etl/dump/dump.h"
#include "etl/dump/history.h"
#include "etl/dump/keyring.h"

enum { OUTLET_ID_BYTES = 40 }; /* "20261120T080000Z-3f9a2c81d4e6b705" and a NUL */

struct outlet {
    struct site *site;
    const struct dump_order *order;
    const char *database;
    struct store *store; /* borrowed, or `own` */
    struct store *own;
    bool stands_alone;                 /* a file at a path of its own: in no catalogue */
    const struct catalogue *catalogue; /* of the store; NULL: it stands alone, or is a unit's */
    struct catalogue read;             /* when it is not the site's */
    struct keyring keyring;
    const struct seal_keys *seal;
    char sealed_for[DIGEST_HEX_BYTES]; /* see keyring_fingerprint */
    const struct history_unit *unit;   /* it holds just this one; NULL: a database */
    struct history history;            /* what that leaves to others, borrowed */
    struct container_info info;
    char id[OUTLET_ID_BYTES];
    struct arena memory;
    const char *file;
    struct store_writer *to;
    struct container_writer *container;
};

#define OUTLET_INIT                                                                                \
    {                                                                                              \
        .read = CATALOGUE_INIT, .keyring = KEYRING_INIT, .memory = ARENA_INIT                      \
    }

/* Settles keys and store, before anything is read. `database` and `order` are borrowed. */
int outlet_open(struct outlet *o, struct site *site, const char *database,
    const struct dump_order *order, struct fault *f);

/* A container for one unit of the database that `whole` is for, in the same store and with the same
 * keys; `whole` and `unit` are borrowed. */
void outlet_open_unit(
    struct outlet *o, const struct outlet *whole, const struct history_unit *unit);

/* Does it stand alone, or may it leave tables to other containers? */
bool outlet_stands_alone(const struct outlet *o);

/* Begins the container; `info` says kind, engine, storage mode, moment and references, the rest
 * is filled in.
 * FAULT_EXISTS when the file is there and may not be overwritten. */
int outlet_begin(struct outlet *o, const struct container_info *info, struct fault *f);

/* Finishes the container, lets it appear, reads it back and enters it in the catalogue. */
int outlet_finish(struct outlet *o, struct dump_result *result, struct fault *f);

/* Whatever is not finished leaves nothing behind. */
void outlet_close(struct outlet *o);

#endif
