/*
 * table_shape: what a table is made of, as the engine's catalogue tells it. 0, or -1 with a fault;
 * everything that is given out is allocated in `memory`.
 */
#ifndef ETL_ODBC_TABLE_SHAPE_H
#define ETL_ODBC_TABLE_SHAPE_H

#include "config/base/arena.h"
#include "etl/odbc/db.h"

/* What an engine calls a type, and its neutral type. */
struct table_catalogue_type {
    const char *name;
    enum value_type type;
    int length; /* what the column's length becomes; -1: as the query says */
};

/* How an engine is asked. */
struct table_catalogue {
    /* Of the table %t, %t: rows of (name, type's name, length, not null, default, is identity) in
     * order; rows of (index, kind, column) in order of index and column, the kind
     * being 2 for the primary key, 1 for a unique index, 0 for another one. */
    const char *columns, *indexes;
    /* The same as `columns` with the table's name in front, of at least the tables whose names are
     * the rows of one value %s, in order of each one's columns. NULL: quicker one by one. */
    const char *columns_of_many;
    /* The first that fits is a column's; ends with a NULL name. */
    const struct table_catalogue_type *types;
    bool types_by_part; /* one fits when it stands anywhere in what was declared, in any case */
};

/* Reads a table's shape, except the identity's last value. A type that is not listed is VALUE_TEXT
 * without a limit. FAULT_DATA when there is no such table. */
int table_shape_read(
    struct db *db, const char *name, struct arena *memory, struct table *table, struct fault *f);

/* Reads the columns of many tables, whose names are given, and may leave out all else: where there
 * are thousands, describing each would take minutes. The names come back in the form of
 * sql_fit_name. */
int table_shape_read_columns(
    struct db *db, struct arena *memory, struct table *tables, size_t count, struct fault *f);

#endif
