/*
 * requirement: how a database must be set up, by whoever looks after its server, so that all is
 * kept and nothing waits for ever. One table an engine, in requirement_<engine>.c.
 */
#ifndef ETL_ODBC_REQUIREMENT_H
#define ETL_ODBC_REQUIREMENT_H

#include <stdbool.h>

#include "etl/odbc/db.h"

enum requirement_weight {
    REQUIREMENT_ADVISED, /* nothing fails today without it */
    REQUIREMENT_NEEDED,  /* something will fail, or be slow to no end */
    REQUIREMENT_VITAL    /* values would be lost: no work is done in such a database */
};

struct requirement {
    const char *what; /* "encoding" */
    enum requirement_weight weight;
    /* Gives one row: what was found, for people, and 1 when that is as it must be. No row, or a
     * NULL: there is nothing to say. */
    const char *query;
    const char *cure;
};

/* Up to one without `what`. */
extern const struct requirement requirements_sqlite[], requirements_postgresql[],
    requirements_mariadb[];

/* Adds what was found to `found`, nothing when there is nothing to say. Returns 1 when that is as
 * it must be, 0, or -1 with a fault. */
int requirement_look(
    struct db *db, const struct requirement *r, struct text *found, struct fault *f);

/* 0 when all that is vital is met; else FAULT_SETTINGS with what was found and the cure. */
int requirement_check_vital(struct db *db, struct fault *f);

/* The versions of a connection's engine and driver, and the oldest of each that we have tested with
 * (dialect.h). */
struct versions {
    char engine[64];
    char driver[64]; /* its library */
    char driver_version[32];
};

int versions_read(struct db *db, struct versions *v, struct fault *f);

/* Is version `found` older than `wanted`? Compared number by number: "03.01.0015" is "3.1.15". */
bool version_is_older(const char *found, const char *wanted);

/* Seconds by which the engine's clock is ahead of ours; 0 when it has none of its own. */
int requirement_clock_ahead(struct db *db, int64_t *seconds, struct fault *f);

#endif
