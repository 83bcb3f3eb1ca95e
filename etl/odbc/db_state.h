/*
 * db_state: what a connection is, for db.c, db_transact.c and handle.c alone.
 */
#ifndef ETL_ODBC_DB_STATE_H
#define ETL_ODBC_DB_STATE_H

#include "etl/odbc/db.h"

struct db {
    char *name;
    char *connect_string; /* as it was given */
    void *environment;    /* SQLHENV */
    void *connection;     /* SQLHDBC */
    const struct dialect *dialect;
    bool in_transaction;
    bool spoilt;        /* a statement of the transaction failed */
    struct fault cause; /* the first one did for this reason */
    bool given_up;      /* the last one did only because another had before */
    bool contended;     /* and the last failure was that another transaction is in the way */
    double patience_seconds;
};

#endif
