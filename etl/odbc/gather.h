/*
 * gather: rows of numbers and times where a driver's price is by the row and the cell: the engine
 * joins each column, over a portion of the rows, to one text. Integers share numbers (packing.h),
 * and doubles come as whole multiples of a power of two wherever they are; the rest comes as
 * dialect->add_read says it. Behind row_reader.h.
 */
#ifndef ETL_ODBC_GATHER_H
#define ETL_ODBC_GATHER_H

#include "etl/odbc/portions.h"
#include "etl/odbc/row_reader.h"

/* Rows of a portion, roughly. */
enum { GATHER_ROWS = 1024 };

struct gather;

/* Begins to read columns of "<rest>", " FROM ... WHERE ..." with two parameters: the ends of a
 * portion. `columns` and `portions` are borrowed. Owned by the caller; NULL with a fault. */
struct gather *gather_open(struct db *db, const struct row_column *columns, size_t count,
    const char *rest, struct portions *portions, struct fault *f);
void gather_close(struct gather *g); /* NULL is fine */

/* The next row: `row` has room for the columns. 1, 0 at the end, -1 with a fault. */
int gather_next(struct gather *g, struct value *row, struct fault *f);

#endif
