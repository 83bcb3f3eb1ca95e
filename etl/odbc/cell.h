/*
 * cell: a driver's cell as a value; what stmt.c and fetcher.c share.
 */
#ifndef ETL_ODBC_CELL_H
#define ETL_ODBC_CELL_H

#include "config/base/text.h"
#include "etl/odbc/handle.h"

/* The C type in which a driver is asked for values of a type. */
int16_t cell_c_type(const struct db *db, enum value_type type);

/* Takes a cell that lies there in a C type of cell_c_type, a text NUL-terminated, as a value of its
 * type; texts are borrowed. `number` is the column's, for the fault: FAULT_DATA. */
int cell_take(struct db *db, int number, int16_t c_type, enum value_type type, const char *cell,
    size_t length, struct value *v, struct fault *f);

/* Takes a text of a row that was joined (row_text.h), NUL-terminated, in the same way. */
int cell_take_text(struct db *db, int number, enum value_type type, const char *cell, size_t length,
    struct value *v, struct fault *f);

/* Gets a cell of the current row of a statement's SQLHSTMT, however long, piece by piece; texts
 * are borrowed from `bytes`. */
int cell_get(struct db *db, void *handle, int number, enum value_type type, struct text *bytes,
    struct value *v, struct fault *f);

#endif
