/*
 * db: one connection to a database through ODBC, and its statements. The only room that calls SQL*
 * functions.
 *
 * Values are exact: doubles, 64-bit integers, times to the microsecond and texts in UTF-8 come back
 * bit for bit as they were bound.
 */
#ifndef ETL_ODBC_DB_H
#define ETL_ODBC_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/value.h"
#include "etl/odbc/dialect.h"
#include "etl/odbc/sql.h"

struct db;
struct stmt;

enum db_mode {
    DB_EXISTING, /* a database that is not there is FAULT_UNAVAILABLE */
    DB_CREATE    /* an embedded one is created */
};

/* Connects. `name` is the database's name for messages. Owned by the caller; NULL with a fault
 * (FAULT_UNAVAILABLE with the driver's words; FAULT_SETTINGS for an engine without a dialect). */
struct db *db_open(const char *name, const char *connection, enum db_mode mode, struct fault *f);

void db_close(struct db *db); /* NULL is fine; an open transaction is rolled back */

const char *db_name(const struct db *db);
const struct dialect *db_dialect(const struct db *db);

/* Runs a statement that gives no rows. `affected` may be NULL. */
int db_run(struct db *db, const char *sql, int64_t *affected, struct fault *f);

/* Runs a CREATE, ALTER, DROP or RENAME. Where that commits the open transaction, the next one has
 * begun when this returns. */
int db_run_ddl(struct db *db, const char *sql, struct fault *f);

/* The same as db_run with parameters. */
int db_run_with(
    struct db *db, const char *sql, const struct value *parameters, size_t count, struct fault *f);

/* The single integer a query gives; `none` when it gives no row or NULL. */
int db_get_int(struct db *db, const char *sql, int64_t none, int64_t *result, struct fault *f);

/* Does the query give a row? Returns 1, 0, or -1 with a fault. */
int db_has_row(struct db *db, const char *sql, struct fault *f);

/*
 * A statement that fails spoils its transaction: db_commit refuses and db_end rolls back.
 * Transactions do not nest. db_rollback never fails: what it cannot roll back is gone with the
 * connection. A function that began one ends it with db_end: commit when rc is 0, else rollback.
 */
int db_begin(struct db *db, struct fault *f);
int db_commit(struct db *db, struct fault *f);
void db_rollback(struct db *db);
int db_end(struct db *db, int rc, struct fault *f);

/* Did the engine refuse the last statement that failed only because one before it in the
 * transaction had? Its fault is then that one's. */
bool db_has_given_up(const struct db *db);

/* Did a statement of the transaction fail? It can only be rolled back. */
bool db_is_spoilt(const struct db *db);

/*
 * Runs `work` in a transaction of its own. When others are in its way (a deadlock, a lock that is
 * not given in time, a serialization failure, a busy file), all of it is rolled back and done again
 * after a pause of random length, until a minute has passed. So `work` must be able to do the same
 * again. DB_BRIEF waits for each lock a moment only, so that nobody who queues behind it waits
 * longer than that.
 */
enum db_patience { DB_PATIENT, DB_BRIEF };
int db_transact(struct db *db, enum db_patience patience, int (*work)(void *state, struct fault *f),
    void *state, struct fault *f);

/* Was the last failure that another transaction is in the way? */
bool db_was_held_up(const struct db *db);

/* How long db_transact tries: 60 seconds when this is never called. */
void db_set_patience(struct db *db, double seconds);

/* Where a transaction needs a second connection, the other one's failure counts as its own. */
void db_take_contention(struct db *db, const struct db *other);

/* A second connection to the same database, in a session of its own. Owned by the caller. */
struct db *db_open_again(const struct db *db, struct fault *f);

/* Does a table (or view) of that name exist? Returns 1, 0, or -1 with a fault. */
int db_table_exists(struct db *db, const char *name, struct fault *f);

/* CREATE TABLE with its key, then its indexes. Default values are text constants. */
int db_create_table(struct db *db, const struct table *table, struct fault *f);
int db_create_index(
    struct db *db, const struct table *table, const struct table_index *index, struct fault *f);
int db_drop_index(struct db *db, const char *index, const char *table, struct fault *f);

/* ALTER TABLE ... ADD COLUMN: NULL in the rows that are there. */
int db_add_column(
    struct db *db, const char *table, const struct table_column *column, struct fault *f);

/* DROP TABLE, DROP VIEW IF EXISTS, CREATE VIEW name AS select, ALTER TABLE ... RENAME. */
int db_drop_table(struct db *db, const char *name, struct fault *f);
/* Nothing where there is none: an earlier try may have dropped it, or a run that was cut off. */
int db_drop_table_if_there(struct db *db, const char *name, struct fault *f);
int db_drop_view(struct db *db, const char *name, struct fault *f);
int db_create_view(struct db *db, const char *name, const char *select, struct fault *f);
/* In place of a view of that name, with the same columns, when there is one: no moment without it
 * where others look on. */
int db_replace_view(struct db *db, const char *name, const char *select, struct fault *f);
int db_rename_table(struct db *db, const char *from, const char *to, struct fault *f);

/* Renames several tables, in order, as one step: in the caller's transaction, or in one statement
 * where renaming commits. */
struct db_rename {
    const char *from, *to;
};
int db_rename_tables(struct db *db, const struct db_rename *renames, size_t count, struct fault *f);

/* Prepares a statement; owned by the caller. */
struct stmt *db_prepare(struct db *db, const char *sql, struct fault *f);

/* The same for a query of many rows: they are streamed, not read into memory first. Until it ends
 * nothing else may run on the connection. */
struct stmt *db_prepare_stream(struct db *db, const char *sql, struct fault *f);

/* The same where a row is of thousands of bytes: of fewer rows at a time. */
struct stmt *db_prepare_wide_stream(struct db *db, const char *sql, struct fault *f);
void stmt_free(struct stmt *s); /* NULL is fine */

/* Sets parameter `number` (from 1); the value is copied. */
int stmt_bind(struct stmt *s, int number, const struct value *v, struct fault *f);

/* Sets parameters 1 to `count`. */
int stmt_bind_row(struct stmt *s, const struct value *row, size_t count, struct fault *f);

/* Runs a statement that gives no rows; its number of affected rows. */
int stmt_run(struct stmt *s, struct fault *f);
int64_t stmt_affected(const struct stmt *s);

/*
 * Runs a query whose columns are of these types (`types` is borrowed until the query ends). Exact
 * doubles need the column written by dialect->add_read. Then stmt_fetch fills a row of that many
 * values, borrowed until the next fetch; returns 1, 0 at the end (the statement may be queried
 * again), -1 with a fault. stmt_stop ends a query early; after that the statement is only good for
 * stmt_free: SQLite's driver gives no rows at its next run.
 */
int stmt_query(struct stmt *s, const enum value_type *types, size_t count, struct fault *f);
int stmt_fetch(struct stmt *s, struct value *row, struct fault *f);
void stmt_stop(struct stmt *s);

#endif
