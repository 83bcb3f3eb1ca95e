/*
 * row_text: a whole row that an engine has written as one text, taken apart again. A driver's price
 * is by the cell, and often higher than that of writing and reading such a text.
 *
 * The form is that of a composite value (postgresql.org/docs/15/rowtypes.html, section 8.16.6): in
 * parentheses, with commas between the cells. An empty cell is NULL; one with anything special in
 * it, or an empty text, stands in double quotes, in which a double quote is doubled and a backslash
 * means the byte behind it.
 */
#ifndef ETL_ODBC_ROW_TEXT_H
#define ETL_ODBC_ROW_TEXT_H

#include <stddef.h>

#include "config/base/text.h"

struct row_cell {
    char *bytes; /* ends with a NUL; NULL: the cell is */
    size_t length;
};

/* Takes a row of `count` cells apart inside `row`, from which they are borrowed. 0, or -1 when it
 * is not of that form or has another number of cells. */
int row_text_split(struct text *row, struct row_cell *cells, size_t count);

#endif
