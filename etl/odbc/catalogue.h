/*
 * catalogue: what the dialects share in reading a table's shape from the engine's catalogue. Each
 * function adds to `table` the rows of one query; everything is allocated in `memory`. 0, or -1
 * with a fault.
 */
#ifndef ETL_ODBC_CATALOGUE_H
#define ETL_ODBC_CATALOGUE_H

#include "config/base/arena.h"
#include "etl/odbc/db.h"

/* What an engine calls a type, and its neutral type. */
struct catalogue_type {
    const char *name;
    enum value_type type;
    int length; /* what the column's length becomes; -1: as the query says */
};

/* An engine's types. The first that fits is a column's. */
struct catalogue_types {
    const struct catalogue_type *list; /* ends with a NULL name */
    bool by_part; /* fits when it stands anywhere in what was declared, in any case */
};

/* Columns (name, type's name, length, not null, default, is identity) in order. A type that is not
 * listed is VALUE_TEXT without a limit. FAULT_DATA when there is none. */
int catalogue_read_columns(struct db *db, const char *sql, const struct catalogue_types *types,
    struct arena *memory, struct table *table, struct fault *f);

/* The same of many tables whose names are given, from rows that have the table's name in front, in
 * order of each one's columns; other tables' rows are skipped. */
int catalogue_read_columns_of_many(struct db *db, const char *sql,
    const struct catalogue_types *types, struct arena *memory, struct table *tables, size_t count,
    struct fault *f);

/* Makes each of them a table of that name alone, in the form of sql_fit_name. */
int catalogue_name_tables(
    struct arena *memory, struct table *tables, size_t count, struct fault *f);

/* Rows of (index, kind, column), in order of index and column: the primary key and the indexes. */
enum { CATALOGUE_INDEX, CATALOGUE_UNIQUE, CATALOGUE_KEY };
int catalogue_read_indexes(
    struct db *db, const char *sql, struct arena *memory, struct table *table, struct fault *f);

#endif
