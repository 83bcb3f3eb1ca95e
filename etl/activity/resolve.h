/*
 * resolve: ends the waiting of incomplete instances, as an operator decides, for instance after a
 * restore (BAM documentation, "Resolving incomplete activity instances").
 */
#ifndef ETL_ACTIVITY_RESOLVE_H
#define ETL_ACTIVITY_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/definition/definition.h"
#include "etl/activity/incomplete.h"
#include "etl/odbc/db.h"

enum { RESOLVE_EXTENSION_MAX = 20 };

struct resolve_options {
    struct incomplete_filter filter; /* `after` is not looked at */
    bool remove;                     /* false: complete them */
    /* Removed rows are kept in bam_<A>_Active_<EXT>, _ActiveRelationships_<EXT> and
     * _Continuations_<EXT>, which are created when missing; NULL: they are gone. */
    const char *move_to;
};

struct resolve_result {
    uint64_t completed;
    uint64_t removed;
    uint64_t late; /* left alone: one of that ID is completed and still online */
};

/*
 * Resolves what the filter chooses, in batches of one transaction each; doing it again goes on with
 * what is left. Completing puts an instance into Completed as it is, whatever it waits for, and
 * closes its tokens. `result` is set in any case. FAULT_DATA: no instance of the ID that is asked
 * for; it cannot be completed because it is late; an extension that is no name, or whose tables
 * have another shape.
 */
int resolve_run(struct db *primary, const struct activity *a, const struct resolve_options *options,
    struct resolve_result *result, struct fault *f);

#endif
