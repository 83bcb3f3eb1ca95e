/*
 * restore: containers back into databases and analysis databases.
 *
 * Everything is loaded into a staging place beside the target first. Only when the whole container
 * has been read and found right, every table has been read back from the staging place with equal
 * checksums, and the catalogue's SHA-256 fits, does the staging place take the target's name. A
 * fault before that removes the staging place and leaves the target as it was.
 */
#ifndef ETL_DUMP_RESTORE_H
#define ETL_DUMP_RESTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backup/container.h"
#include "etl/dump/keyring.h"
#include "etl/site/site.h"

/*
 * Told when a staging place is complete, before it takes the target's name: `path` is an embedded
 * database's file (closed), or an analysis database's directory. What it changes there is swapped
 * in; -1 with a fault stops the restore and leaves the target as it was.
 */
struct restore_hook {
    int (*staged)(void *state, const char *database, enum container_kind kind, const char *path,
        struct fault *f);
    void *state; /* borrowed */
};

/* Everything is borrowed; NULL and false: not said. */
struct restore_order {
    const char *source;   /* a container's id, its file name in the store, or a path */
    const char *store;    /* location; NULL: the settings' */
    const char *database; /* which the container must be of */
    /* Where to: NULL and NULL: the place that the settings name. `as`: beside it, NAME.db or the
     * directory NAME. `to_connection`: a connection string, for an analysis database a directory;
     * the database need not be in the settings then. */
    const char *as;
    const char *to_connection;
    bool allow_overwrite;
    struct opening opening;
    const char *only; /* selection.h: just these tables with their views, or these cubes; the target
                         must not exist */
    bool allow_lossy; /* the engine may keep less than a value (NaN as NULL) */
    struct restore_hook hook;
};

/* A whole set, see restore_set. */
struct restore_set_order {
    int64_t run; /* 0: the newest one with a primary import taken at or before as_of_utc */
    int64_t as_of_utc;
    bool after; /* what stood at the end of that run */
    const char *store;
    bool allow_overwrite;
    struct opening opening;
    bool allow_lossy;
    const char *scratch; /* restore into this directory instead: <name>.db and <name> */
    struct restore_hook hook;
};

/* One database that was restored. */
struct restored {
    const char *database;
    enum container_kind kind;
    const char *container; /* id; NULL: there was none, it is empty now */
    const char *file;      /* of the container; NULL likewise */
    const char *place;     /* file or directory */
    int64_t taken_utc;
    uint64_t tables, rows, files;
    uint64_t changed; /* values that the engine could not hold as they were (allow_lossy) */
};

struct restore_result {
    struct arena memory;
    int64_t run; /* of a set: whose primary import it is; otherwise the container's */
    int64_t
        based_on; /* of a set: the run whose archive, star schema and cubes these are; 0: none */
    struct restored *items;
    size_t count;
    const char **todo; /* what the operator still has to do, a line each */
    size_t todo_count;
};

#define RESTORE_RESULT_INIT                                                                        \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

void restore_result_release(struct restore_result *result);

/*
 * Restores one container. The site's shared connection to the target is closed: what was borrowed
 * from it is gone. Release the result in any case.
 *
 * FAULT_EXISTS: the target is there and may not be overwritten. FAULT_LOCKED: another program uses
 * it. FAULT_DATA: the container is damaged, incomplete, not the one the catalogue names, of another
 * database, or holds a value that the engine cannot. FAULT_PERMISSION: wrong or missing key.
 */
int restore_container(struct site *site, const struct restore_order *order,
    struct restore_result *result, struct fault *f);

/*
 * Restores what belongs together (set_plan.h says what that is): everything into staging places,
 * then one swap after the other, the primary import last. A crash between two swaps is mended by
 * giving the same order again.
 */
int restore_set(struct site *site, const struct restore_set_order *order,
    struct restore_result *result, struct fault *f);

#endif
