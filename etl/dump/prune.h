/*
 * prune: takes away the containers that the retention rule does not keep (retention.h), in the
 * reverse of the order in which they were written, so that nothing is ever left that leans on what
 * is gone.
 */
#ifndef ETL_DUMP_PRUNE_H
#define ETL_DUMP_PRUNE_H

#include "etl/dump/retention.h"
#include "etl/site/site.h"

struct prune_row {
    const struct catalogue_entry *entry;
    bool kept;
    bool removed;    /* false and not kept: by a plan only, or the store does not let it go */
    const char *why; /* it is kept, or was not removed; NULL: no reason to keep it */
};

struct prune_result {
    struct catalogue catalogue;
    struct retention retention;
    struct prune_row *rows; /* in the order of writing */
    size_t count;
    size_t removed, retained;
    uint64_t freed_bytes;
};

#define PRUNE_RESULT_INIT                                                                          \
    {                                                                                              \
        .catalogue = CATALOGUE_INIT, .retention = RETENTION_INIT                                   \
    }

void prune_result_release(struct prune_result *result);

/*
 * Prunes the store at that location (NULL: the settings'); with `plan` nothing is touched. A
 * container that the store keeps (a lock, or credentials that may not delete) is retained: that is
 * no fault. A run that was killed is finished by the next. Release the result in any case.
 */
int prune_store(
    struct site *site, const char *store, bool plan, struct prune_result *result, struct fault *f);

#endif
