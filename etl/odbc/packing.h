/*
 * packing: several integer columns in one number, so that an engine writes digits once and not for
 * each. Ranges are learnt from values that came unpacked; a row outside them comes unpacked again,
 * so that they decide how quick reading is and nothing else.
 */
#ifndef ETL_ODBC_PACKING_H
#define ETL_ODBC_PACKING_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/fault.h"
#include "config/base/text.h"
#include "config/base/value.h"

/* What is known of a column. */
struct packing_range {
    bool is_integer;
    bool seen;
    int64_t least, greatest;
    uint64_t nulls;
};

/* A column's part of a number: (value - low) in so many bits. */
struct packing_member {
    size_t column;
    int64_t low, high;
    unsigned bits;
};

/* Columns whose bits fit one number. */
struct packing {
    struct packing_member *members;
    size_t count;
};

/* Notes a value of a column, an integer or NULL, that came unpacked. */
void packing_see(struct packing_range *r, const struct value *v);

/*
 * Packs columns whose ranges are known and narrow: `packings` has room for as many as there are
 * columns, and `members` too; they share it. Returns how many were made, each of two columns or
 * more; `packed` says of each column whether it is in one.
 */
size_t packing_plan(const struct packing_range *ranges, size_t columns, struct packing *packings,
    struct packing_member *members, bool *packed);

/* Adds the expression of the number; of a row outside the ranges it is a text, the columns with
 * PACKING_MARK between them. `names` are quoted SQL, by column. */
#define PACKING_MARK ';'
void packing_add(struct text *sql, const struct packing *p, const char *const *names);

/* Takes a number apart into a row's columns. False: it is none of this packing. */
bool packing_unpack(const struct packing *p, int64_t number, struct value *row);

#endif
