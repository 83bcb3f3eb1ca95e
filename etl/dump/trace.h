/*
 * trace: what an engine says of its tables that stays the same as long as nobody changes one or its
 * rows (dialect->list_traces). A table with the trace of an earlier night need not be looked at.
 */
#ifndef ETL_DUMP_TRACE_H
#define ETL_DUMP_TRACE_H

#include "config/base/arena.h"
#include "etl/odbc/db.h"

struct trace {
    const char *table, *text;
};

struct trace_list {
    struct trace *items; /* in the order of their names */
    size_t count;
};

/* Reads the traces of all tables of which the engine can tell any. To be read before the rows are
 * looked at, in no snapshot: a change that the rows do not show yet must not be in it either.
 * Everything lives in `memory`. */
int trace_read(struct db *db, struct arena *memory, struct trace_list *list, struct fault *f);

/* That of a table; NULL: nobody can tell. */
const char *trace_find(const struct trace_list *list, const char *table);

#endif
