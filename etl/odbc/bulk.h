/*
 * bulk: many rows changed by one statement, in the form that a driver takes quickest. What a
 * dialect's `bulk` names, and only table_writer.c calls.
 */
#ifndef ETL_ODBC_BULK_H
#define ETL_ODBC_BULK_H

#include "config/table/table.h"
#include "etl/odbc/db.h"

enum bulk_change {
    BULK_INSERT, /* a row has all columns of the table */
    BULK_UPDATE, /* the same; found by the table's key */
    BULK_DELETE  /* a row has the columns of the key */
};

/* What is to be changed. `columns` are those of a row, in its order. */
struct bulk_order {
    struct db *db;
    enum bulk_change change;
    const struct table *table;
    const struct table_column *const *columns;
    size_t column_count;
};

struct bulk_kind {
    /* The state of an order, which is borrowed. Owned by the caller; NULL with a fault. */
    void *(*open)(const struct bulk_order *order, struct fault *f);
    void (*close)(void *state);
    /* Takes a copy of a row whose values are NULL or of their columns' types. 0; 1 when there is no
     * room for it before the others are sent; -1. */
    int (*hold)(void *state, const struct value *row, struct fault *f);
    /* Runs the statement for the rows that are held, at least one, and lets go of them. `affected`
     * is what the driver counts. */
    int (*send)(void *state, int64_t *affected, struct fault *f);
};

/* What is held at most. A single row may be larger. */
enum { BULK_ROWS = 1000, BULK_BYTES = 4 * 1024 * 1024 };

/* Arrays as values: INSERT ... SELECT * FROM unnest(?, ?, ...). */
extern const struct bulk_kind bulk_unnest;
/* Arrays of parameters. */
extern const struct bulk_kind bulk_parameters;
/* Several rows of parameters in one statement: INSERT ... VALUES (?, ...), (?, ...), ... */
extern const struct bulk_kind bulk_values;

/* Does the statement look for its rows by this column? */
bool bulk_is_key(const struct bulk_order *order, size_t column);

/* Adds the statement of an order. `values` is a query of its rows; where it is joined it is called
 * `alias`, which must make it "v" with columns named "column1", "column2" and so on. */
void bulk_add_sql(
    struct text *sql, const struct bulk_order *order, const char *values, const char *alias);

#endif
