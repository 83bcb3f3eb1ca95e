/*
 * place: where a database or an analysis database is restored to, and the staging place beside it:
 * "<path>.restoring", which takes the path's name when all is well.
 *
 * On a server it is a schema or a database, staged as "<name>_restoring" beside it; see swap_space
 * in dialect.h.
 *
 * An embedded database is one file. Its journal is folded in before the swap, and a journal of the
 * old file never meets the new one: it is folded into the old file (so that a crash loses nothing),
 * and removed. An analysis database is a directory; old and new change places in one step where the
 * file system can (renameat2), otherwise the old one stands as "<path>.replaced" for a moment, and
 * the next restore puts it back when it finds only that.
 */
#ifndef ETL_DUMP_PLACE_H
#define ETL_DUMP_PLACE_H

#include <stdbool.h>

#include "etl/site/site.h"

struct place {
    const char *database; /* borrowed */
    bool is_directory;
    bool is_server;   /* a space of a server: `path` and `staging` are its names */
    char *path;       /* owned */
    char *staging;    /* owned */
    char *connection; /* to the database, secrets filled in; owned, wiped */
    char *to_staging; /* the same to the staging place */
    bool staged;      /* the staging place is ours to remove */
    bool kept;        /* but stays: the next restore goes on with it */
};

/* Where to; see struct restore_order. */
struct destination {
    const char *as;
    const char *to_connection;
    const char *scratch; /* a directory */
};

/* Finds the place. FAULT_SETTINGS when the database is not configured; FAULT_USAGE
 * for a name that cannot be a file's. Closes the site's own connection to the target. */
int place_init(struct place *p, struct site *site, const char *database, bool is_directory,
    const struct destination *to, struct fault *f);
void place_release(struct place *p); /* removes what is still staged */

/* May the target be taken? FAULT_EXISTS with the cure, or FAULT_LOCKED when somebody uses it. */
int place_check(const struct place *p, bool allow_overwrite, struct fault *f);

/* Begins an empty staging place; what a former restore left there is removed. */
int place_begin(struct place *p, struct fault *f);

/* Is there a staged database that a former restore left? 1, 0, or -1 with a fault. */
int place_is_staged(const struct place *p, struct fault *f);

/* Connects to the staged database; owned by the caller. */
struct db *place_connect(const struct place *p, struct fault *f);

/* The database was closed: everything is in its one file, on disk. */
int place_finish(const struct place *p, struct fault *f);

/* Gives the staging place the target's name. */
int place_swap(struct place *p, struct fault *f);

/* Is there something that a restore would replace? 1, 0, or -1 with a fault. */
int place_exists(const struct place *p, struct fault *f);

/* The parts of a place on a server (place_server.c). */
int place_server_find(struct place *p, const char *connection, const char *as, struct fault *f);
int place_server_exists(const struct place *p, struct fault *f);
int place_server_is_staged(const struct place *p, struct fault *f);
int place_server_begin(const struct place *p, struct fault *f);
struct db *place_server_connect(const struct place *p, struct fault *f);
int place_server_remove(const struct place *p, struct fault *f);
int place_server_swap(const struct place *p, struct fault *f);

/* Parts of place_init (place_find.c): fills in the paths and connections; joins two texts, owned by
 * the caller. */
int place_find(struct place *p, struct site *site, const struct destination *to, struct fault *f);
char *place_join(const char *head, const char *tail, struct fault *f);

#endif
