/*
 * stretch: some of a table's rows, by where they lie.
 */
#ifndef ETL_ODBC_STRETCH_H
#define ETL_ODBC_STRETCH_H

#include <stdint.h>

struct stretch {
    const char *where; /* SQL that is true for them; NULL: all rows */
    int64_t from,
        to; /* they are those of the blocks `from` to below `to`; to 0: blocks do not say */
};

#endif
