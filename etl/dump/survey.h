/*
 * survey: which units of a history lie in older containers as they are. All of
 * those containers are read, and rows counted that may have changed, which is most of a night's
 * backup: where an engine works for
 * several connections at the same time, two share it.
 */
#ifndef ETL_DUMP_SURVEY_H
#define ETL_DUMP_SURVEY_H

#include "etl/dump/history.h"

/* Everything is borrowed. */
struct survey {
    struct history *history;
    struct db *first, *second; /* `second` NULL: there is none */
    struct store *store;
    const struct catalogue *catalogue;
    const char *database;
    bool encrypted; /* an older container must be sealed as the new one */
    const char *sealed_for;
};

/*
 * Marks every unit, as one or the other connection sees it, and finds the older container of its
 * tables; in a store that is near, whether that one is sound too (over the network
 * history_check_older is left to the caller). A unit that a connection finds unchanged a moment
 * later is unchanged; one that is to be written must be marked again by who writes it.
 */
int survey_run(const struct survey *s, struct fault *f);

#endif
