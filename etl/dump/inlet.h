/*
 * inlet: where a container is read from: an object of a store, with what the store's catalogue
 * says about it when it knows it, or a file at a path of its own.
 */
#ifndef ETL_DUMP_INLET_H
#define ETL_DUMP_INLET_H

#include <stdbool.h>

#include "backup/catalogue.h"
#include "etl/site/site.h"

struct inlet {
    struct store *store; /* borrowed, or `own` */
    struct store *own;
    char *file;                          /* name in the store */
    struct catalogue read;               /* when it was read for this inlet */
    const struct catalogue *catalogue;   /* borrowed, or `read`; NULL: none */
    const struct catalogue_entry *entry; /* NULL: the catalogue does not know it */
    struct store_reader *reader;         /* while it is open */
    struct byte_source stored;           /* of the reader */
};

#define INLET_INIT                                                                                 \
    {                                                                                              \
        .read = CATALOGUE_INIT                                                                     \
    }

/* A store by its location, or the site's for NULL; *own is then NULL, else the caller's to close.
 * NULL with a fault. */
struct store *inlet_store(
    struct site *site, const char *location, struct store **own, struct fault *f);

/*
 * Finds a container by its id, by its file name in the store (".abf" may be left out), or, when no
 * store is named, by the path of a file. A container that the catalogue says was taken away, or
 * that is nowhere, is FAULT_NO_INPUT. For a path a broken catalogue beside it is only a warning.
 * `known`, borrowed, is what was read of the catalogue for another inlet that is released by now:
 * only what came since is read; NULL: all of it is.
 */
int inlet_find(struct inlet *o, struct site *site, const char *store, const char *what,
    struct catalogue *known, struct fault *f);

/* The container of an entry; store, catalogue (may be NULL) and entry are borrowed. */
int inlet_of_entry(struct inlet *o, struct store *store, const struct catalogue *catalogue,
    const struct catalogue_entry *entry, struct fault *f);

/* The container that `o` leaves tables to: the catalogue's, or the file beside it. */
int inlet_of_reference(struct inlet *o, const struct inlet *from,
    const struct container_reference *reference, struct fault *f);

/* Stored bytes of the container and, `whole`, of those it leaves tables to: for progress; 0 when
 * only the store could tell and nobody looks on. */
uint64_t inlet_bytes(const struct inlet *o, bool whole);

/* Opens it for one reading from its start; closed by inlet_release or opening again. What is read
 * counts as progress, in bytes. */
int inlet_open(struct inlet *o, struct byte_source *source, struct fault *f);

/* Is it encrypted? By its first bytes; FAULT_USAGE when it opens without a key, FAULT_DATA when it
 * is no backup at all. */
int inlet_check_sealed(struct inlet *o, struct fault *f);

/* After everything was read: is it the very container that the catalogue names? FAULT_DATA when
 * size or SHA-256 differ; 0 also when the catalogue does not know it. */
int inlet_check(const struct inlet *o, uint64_t bytes, const char *sha256, struct fault *f);

/* Reads the stored bytes for their number and SHA-256, on any thread; inlet_hash: as a work of its
 * own. */
int inlet_digest(struct inlet *o, uint64_t *bytes, char sha256[DIGEST_HEX_BYTES], struct fault *f);
int inlet_hash(struct inlet *o, uint64_t *bytes, char sha256[DIGEST_HEX_BYTES], struct fault *f);

/*
 * A container was not opened or not read right, and the fault says why. A damaged age header cannot
 * be told from one for another key; the catalogue can: where the stored bytes are not those it
 * names, the fault becomes FAULT_DATA and says so.
 */
void inlet_explain(struct inlet *o, struct fault *f);

void inlet_release(struct inlet *o);

#endif
