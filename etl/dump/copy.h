/*
 * copy: containers from one store into another, with what the catalogue says of them.
 */
#ifndef ETL_DUMP_COPY_H
#define ETL_DUMP_COPY_H

#include "backup/catalogue.h"
#include "etl/site/site.h"

/* Everything is borrowed. */
struct copy_order {
    const char *from; /* location; NULL: the settings' */
    const char *to;
    const char *const *sources; /* ids or file names */
    size_t source_count;
    int64_t run; /* all of that run; with 0 and no source: all that there is */
};

enum copy_state {
    COPY_NOT_YET, /* something ended it before */
    COPY_COPIED,
    COPY_WAS_THERE,
    COPY_FAILED, /* it is missing or damaged where it should come from, or what it leans on is */
};

struct copy_row {
    const struct catalogue_entry *entry; /* in the store it came from */
    enum copy_state state;
};

struct copy_result {
    struct catalogue from, to;
    struct arena memory;
    struct copy_row *rows; /* in the order of writing */
    size_t count;
    uint64_t bytes; /* copied */
};

#define COPY_RESULT_INIT                                                                           \
    {                                                                                              \
        .from = CATALOGUE_INIT, .to = CATALOGUE_INIT, .memory = ARENA_INIT                         \
    }

void copy_result_release(struct copy_result *result);

/*
 * Copies containers and those that they leave tables to. Each is compared with the catalogue's size
 * and SHA-256 while it is read, and read back from the other store; then it stands in that store's
 * catalogue, and a run does when all of its containers are there. What is there already is looked
 * at by size only. Doing it again copies what is missing. One that is missing (FAULT_NO_INPUT) or
 * not what the catalogue names (FAULT_DATA) keeps none but those from being copied that leave
 * tables to it; the fault is the first one, of the others the log tells. FAULT_NO_INPUT also when
 * there is nothing to copy. Release the result in any case.
 */
int copy_containers(
    struct site *site, const struct copy_order *order, struct copy_result *result, struct fault *f);

#endif
