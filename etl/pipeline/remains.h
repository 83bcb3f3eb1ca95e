/*
 * remains: what a run that died has left to be done again.
 */
#ifndef ETL_PIPELINE_REMAINS_H
#define ETL_PIPELINE_REMAINS_H

#include "etl/pipeline/journal.h"

/* In the journal, before the name of a unit that was done again for a dead run. */
#define REMAINS_REDO "redo:"

struct remains {
    struct journal_run run; /* id 0: none died */
    const char *unit;       /* that was under way; "" or NULL: none was */
};

/*
 * Looks at the newest run, which has died when it never ended; the caller holds the lock and has
 * not begun a run of its own. A run that died before it came to its own job, maybe while it did the
 * unit of another dead one again, has left that one's. Memory is the arena's.
 */
int remains_find(
    struct remains *dead, struct journal *journal, struct arena *memory, struct fault *f);

#endif
