/*
 * verify: is a container what it should be? Nothing is restored.
 */
#ifndef ETL_DUMP_VERIFY_H
#define ETL_DUMP_VERIFY_H

#include "backup/catalogue.h"
#include "etl/dump/keyring.h"
#include "etl/site/site.h"

/* Everything is borrowed; NULL and false: not said. */
struct verify_order {
    const char *source; /* a container's id, its file name in the store, or a path */
    const char *store;  /* location; NULL: the settings' */
    struct opening opening;
    struct catalogue *known; /* kept from order to order, so that it is read once; or NULL */
    bool alone;              /* do not follow its references */
    bool no_key;             /* only the stored bytes, against the catalogue's size and SHA-256 */
    const struct container_handler *handler; /* sees what is in it while it is read; NULL: nobody */
};

struct verify_result {
    struct container_summary
        summary; /* deep only; otherwise just packed.stored_bytes and .sha256 */
    struct arena memory;
    const char *file;
    const char *container; /* id; NULL: not known without a key */
    const char *database;  /* NULL likewise */
    bool catalogued;       /* it is the very container that the catalogue names */
    bool deep;
    size_t older; /* containers that it leaves tables to, found right as well */
};

#define VERIFY_RESULT_INIT                                                                         \
    {                                                                                              \
        .summary = CONTAINER_SUMMARY_INIT, .memory = ARENA_INIT                                    \
    }

void verify_result_release(struct verify_result *result);

/*
 * Reads all of a container, and of those that it leaves tables to, and checks its seal, every hash,
 * count and sum, and that it is the one the catalogue names; with no_key, the last alone. What was
 * found right is entered in the catalogue, or a warning says that the store does not let us; the
 * summary's tables and rows are then those of all.
 * FAULT_DATA: it is not right, or no_key and in no catalogue; FAULT_PERMISSION: no fitting key.
 * Release the result in any case.
 */
int verify_container(struct site *site, const struct verify_order *order,
    struct verify_result *result, struct fault *f);

#endif
