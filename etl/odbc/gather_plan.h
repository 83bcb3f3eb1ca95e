/*
 * gather_plan: how the columns of a portion of rows are asked for, as texts of a line a row, and
 * how these become values again. Behind gather.h. A plan learns: what did not fit the one before is
 * told as it is, and the next one is made wider.
 */
#ifndef ETL_ODBC_GATHER_PLAN_H
#define ETL_ODBC_GATHER_PLAN_H

#include "etl/odbc/packing.h"
#include "etl/odbc/row_reader.h"

/* Doubles of less than 2^n are told in multiples of 2^(n - GATHER_SCALED_BITS). */
enum { GATHER_SCALED_BITS = 61 };

/* The power of two with which doubles as large as `largest` and somewhat larger are told; 0: none.
 */
int gather_plan_power(double largest);

/* One text that the engine makes: of packed columns, or of one. */
struct gather_item {
    const struct packing *packing; /* NULL: of one */
    size_t column;
    int power; /* of a double: it is told times 2^power, where that is whole; 0: never */
    uint64_t misses;
    struct text text; /* of the portion, taken apart as it is read */
    char *at;
};

/* What is known of a column of doubles. */
struct gather_scale {
    double largest;
    bool useless; /* most values have more bits than that */
};

struct gather_plan {
    struct db *db;
    const struct row_column *columns;
    size_t count;
    struct gather_item *items;
    size_t item_count;
    /* private */
    struct packing_range *ranges;
    struct gather_scale *scales;
    struct packing *packings;
    struct packing_member *members;
    bool *packed;
    struct text *names; /* quoted */
    const char **quoted;
    int plans;
};

/* `columns` is borrowed. 0, or -1 when memory runs out; release is fine on zeros and after it. */
int gather_plan_init(struct gather_plan *p, struct db *db, const struct row_column *columns,
    size_t count, struct fault *f);
void gather_plan_release(struct gather_plan *p);

/* Makes a plan of what is known by now. */
void gather_plan_make(struct gather_plan *p);

/* Adds the item as an aggregate of the select list. */
void gather_plan_add(struct text *sql, const struct gather_plan *p, const struct gather_item *item);

/* Is it time for another plan? `rows` were taken since the last question. */
bool gather_plan_is_poor(struct gather_plan *p, uint64_t rows);

/* Takes a row's line off each item's text into the row's columns; `last`: no line may be left.
 * FAULT_DATA names a column that holds something else than its type. */
int gather_plan_take(struct gather_plan *p, struct value *row, bool last, struct fault *f);

#endif
