/*
 * checkup: the lines of `doctor`: what was looked at, the verdict, and the cure.
 */
#ifndef ETL_COMMAND_CHECKUP_H
#define ETL_COMMAND_CHECKUP_H

#include "etl/command/grid.h"
#include "etl/command/invocation.h"

struct checkup {
    struct invocation *invocation;
    struct site *site; /* NULL as long as the settings were not read */
    struct grid grid;
    size_t checks;
    size_t warnings;
    size_t failures;
    enum fault_kind first_failure;
    struct fault *fault; /* what keeps the lines themselves from being written */
};

/* Begins the table; the rest returns nothing: a line that cannot be kept is told by finish. */
void checkup_begin(struct checkup *c, struct invocation *i, struct fault *f);

/* One line each. `detail` is what was found; `cure` what to do about it, or NULL. */
void checkup_good(struct checkup *c, const char *check, const char *detail);
void checkup_warn(struct checkup *c, const char *check, const char *detail, const char *cure);
void checkup_fail(struct checkup *c, const char *check, enum fault_kind kind, const char *detail,
    const char *cure);

/* A failure as a fault tells it, hint included; the fault is handled. */
void checkup_fault(struct checkup *c, const char *check, struct fault *why);

/* Prints the table. 0; -1 with the kind of the first failure. */
int checkup_finish(struct checkup *c, struct fault *f);

/* Of the table, up to one without a name. */
extern const struct grid_column checkup_columns[];

/* The checks, in order. */
void checkup_settings(struct checkup *c);
void checkup_clock(struct checkup *c);
void checkup_databases(struct checkup *c);
void checkup_schema(struct checkup *c);
void checkup_places(struct checkup *c);
void checkup_keys(struct checkup *c);

#endif
