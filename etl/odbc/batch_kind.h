/*
 * batch_kind: how an engine writes many rows as one text, and how that is read. One a dialect
 * (dialect->batches), in batch_<engine>.c; the forms of the texts are batch_json.h and
 * batch_marks.h. Behind batch.h.
 */
#ifndef ETL_ODBC_BATCH_KIND_H
#define ETL_ODBC_BATCH_KIND_H

#include "etl/odbc/db.h"
#include "etl/odbc/stretch.h"

/* The rows of a batch, as they are taken out of its text, from which they are borrowed. */
struct batch_rows {
    struct db *db;
    const struct table *table;
    const int *powers; /* one a column; see add_query */
    struct value *values;
    size_t count, room; /* rows */
};

/* Room for one more row; NULL when memory runs out. */
struct value *batch_rows_add(struct batch_rows *r);

struct batch_kind {
    /* A query that gives a row when table %t can be read so, and texts stay short. */
    const char *suits;
    /* Then, too, rows must be short by what is said of their texts. */
    bool needs_short_rows;
    /* Rows come in the order of the identity, where there is one. */
    bool keeps_identity_order;
    /* A name that no column may have; "" */
    const char *taken_name;
    /* A value may make the query fail: outside of a transaction the rest is read in another way.
     * That somebody is in the way is told all the same. */
    bool may_fail;
    /* Doubles are told times a power of two where they can be (dialect->add_scaled). */
    bool scales_doubles;

    /* Adds the query of all rows of a table, or those of a stretch of blocks: a position, and a
     * text of the rows that begin there; `powers` is one a column, 0: told as they are. */
    void (*add_query)(
        struct text *sql, const struct table *t, const struct stretch *stretch, const int *powers);

    /* Takes a text apart where it lies, with a NUL behind it. False: it is not understood. */
    bool (*take)(struct batch_rows *to, char *text, size_t length);

    /* Adds a condition for the rows from a position on, or for those behind the batch there. */
    void (*add_rest)(struct text *sql, const struct table *t, int64_t position, bool with_batch);
};

extern const struct batch_kind batch_sqlite, batch_postgresql;

#endif
