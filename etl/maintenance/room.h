/*
 * room: how many live partitions of one activity an engine can look at in one statement.
 *
 * PostgreSQL locks every table and every index that a query reads, and has room for
 * max_locks_per_transaction * (max_connections + max_prepared_transactions) locks
 * (postgresql.org/docs/15/runtime-config-locks.html). MariaDB keeps table_open_cache tables open
 * and opens the others anew for each query (mariadb.com/kb/en/server-system-variables); it needs
 * file handles for them (open_files_limit). Views in tiers have no limit of their own: 5,000
 * partitions are tested.
 */
#ifndef ETL_MAINTENANCE_ROOM_H
#define ETL_MAINTENANCE_ROOM_H

#include "config/definition/definition.h"
#include "etl/odbc/db.h"

struct room {
    int64_t partitions; /* as many as there is room for; 0: no limit */
    int64_t locks;      /* that the engine has */
    int64_t needed;     /* by each partition */
};

int room_read(struct db *primary, const struct activity *a, struct room *r, struct fault *f);

/* Are so many at 80 % of it, or beyond? */
bool room_is_short(const struct room *r, int64_t partitions);

/* Adds what a person is told then, and the cure. */
void room_explain(struct db *primary, const struct room *r, int64_t partitions, struct text *why,
    struct text *cure);

/* Says so in a warning when they are. */
int room_check(struct db *primary, const struct activity *a, int64_t partitions, struct fault *f);

#endif
