/*
 * error: what an engine's errors mean to us, and what to do about them. One table an engine, in
 * error_<engine>.c.
 */
#ifndef ETL_ODBC_ERROR_H
#define ETL_ODBC_ERROR_H

#include <stdbool.h>

#include "config/base/fault.h"

struct db;

/* The first rule counts whose parts all agree. */
struct error_rule {
    int native;        /* the engine's own code; 0: any */
    const char *state; /* how its SQLSTATE begins; NULL: any */
    const char *words; /* stand in its message; NULL: any */
    enum fault_kind kind;
    const char *cure; /* the hint; NULL: none */
    bool contended;   /* another transaction is in the way: trying all of this one again may help */
};

/* Up to a rule without a kind. */
extern const struct error_rule errors_sqlite[], errors_postgresql[], errors_mariadb[];

/* `rules` come before those that all engines share; NULL: only these, while the engine is not
 * known. NULL when no rule speaks of it: something that is not expected (FAULT_INTERNAL). */
const struct error_rule *error_find(
    const struct error_rule *rules, int native, const char *state, const char *message);

/* "There is no table ...": FAULT_DATA with the cure. Always returns -1. */
int error_missing_table(const struct db *db, const char *table, struct fault *f);

/* What several engines say the same way. */
#define ERROR_CURE_SCHEMA                                                                          \
    "was a table or view changed by hand? nightcube doctor says what differs from what is "        \
    "deployed"
#define ERROR_CURE_RIGHTS "nightcube doctor says which rights are missing, and how they are given"
#define ERROR_CURE_LOST                                                                            \
    "what was under way is undone as a whole; when the server is up again, give the same command"
#define ERROR_CURE_DRIVER "is the ODBC driver installed? odbcinst -q -d lists what there is"
#define ERROR_CURE_CUT                                                                             \
    "the driver cut a value; nightcube doctor says which versions of it are known to work"
#define ERROR_CURE_FULL                                                                            \
    "make room where the server keeps its data, then give the same command again"

#endif
