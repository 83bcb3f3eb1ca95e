/*
 * handle: what the files of db.h share and nobody else sees.
 */
#ifndef ETL_ODBC_HANDLE_H
#define ETL_ODBC_HANDLE_H

#include <stdint.h>

#include "etl/odbc/db.h"

/* The SQLHDBC of a connection. */
void *db_connection_handle(const struct db *db);

/* Turns the first diagnostic record of an ODBC handle into a fault; `kind` when the dialect is not
 * known yet. Always returns -1. */
int handle_fault(
    struct db *db, int16_t handle_type, void *handle, enum fault_kind kind, struct fault *f);

/* What the driver says it cut (SQLSTATE 01004) is lost: an error, though the call succeeded.
 * `result` is what the call on the SQLHSTMT returned. 0, or -1 with FAULT_DATA. */
int handle_check_whole(struct db *db, void *handle, int16_t result, struct fault *f);

/* The SQLHSTMT of a statement. */
void *stmt_handle(const struct stmt *s);

/* Runs a query of db_prepare_stream whose rows are fetched by its handle (fetcher.h). 0, or -1. */
int stmt_start(struct stmt *s, struct fault *f);

#endif
