/*
 * catalogue: what the dialects of server engines share in reading a table's shape from the engine's
 * catalogue. Each function adds to `table` the rows of one query; everything is allocated in
 * `memory`. 0, or -1 with a fault.
 */
#ifndef ETL_ODBC_CATALOGUE_H
#define ETL_ODBC_CATALOGUE_H

#include "config/base/arena.h"
#include "etl/odbc/db.h"

/* What an engine calls a type, and its neutral type. Ends with a NULL name. */
struct catalogue_type {
    const char *name;
    enum value_type type;
    int length; /* what the column's length becomes; -1: as the query says */
};

/* Columns (name, type's name, length, not null, default, is identity) in order. A type that is not
 * listed is VALUE_TEXT without a limit. FAULT_DATA when there is none. */
int catalogue_read_columns(struct db *db, const char *sql, const struct catalogue_type *types,
    struct arena *memory, struct table *table, struct fault *f);

/* The same of many tables whose names are given, from rows that have the table's name in front, in
 * order of each one's columns; other tables' rows are skipped. */
int catalogue_read_columns_of_many(struct db *db, const char *sql,
    const struct catalogue_type *types, struct arena *memory, struct table *tables, size_t count,
    struct fault *f);

/* Many tables, to be found by their names as the engine gives them. */
struct catalogue_tables {
    struct table **sorted;
    size_t count;
};

/* Puts each name into the form of sql_fit_name. All is borrowed, or in `memory`. */
int catalogue_tables_init(struct catalogue_tables *t, struct arena *memory, struct table *tables,
    size_t count, struct fault *f);
struct table *catalogue_tables_find(const struct catalogue_tables *t, const struct value *name);

/* FAULT_DATA when no columns were found of one of them. */
int catalogue_tables_check(const struct catalogue_tables *t, struct db *db, struct fault *f);

/* Rows of (index, kind, column), in order of index and column: the primary key and the indexes. */
enum { CATALOGUE_INDEX, CATALOGUE_UNIQUE, CATALOGUE_KEY };
int catalogue_read_indexes(
    struct db *db, const char *sql, struct arena *memory, struct table *table, struct fault *f);

#endif
