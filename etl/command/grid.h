/*
 * grid: rows of values for people (an aligned table) or for programs (JSON Lines), the same for
 * every command.
 *
 * JSON: one object a row, keys are the columns' names; NULL is null, a time an RFC 3339 text, bytes
 * base64, a float the shortest number that reads back to the same bits (not a number: null). In the
 * table times of GRID_TIME columns end with the second, and control characters are shown as \n, \t
 * and \xHH.
 */
#ifndef ETL_COMMAND_GRID_H
#define ETL_COMMAND_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/base/value.h"

enum grid_kind {
    GRID_TEXT,   /* left-aligned; values of any type */
    GRID_NUMBER, /* right-aligned */
    GRID_TIME,
    GRID_FLAG /* VALUE_INT, shown as yes and no, true and false */
};

struct grid_column {
    const char *name; /* borrowed for the grid's life */
    enum grid_kind kind;
};

struct grid {
    const struct grid_column *columns; /* borrowed */
    size_t column_count;
    bool json;
    bool upright; /* the table shows each row as lines of "name value": for a single row */
    /* private: the rows of a table, to know how wide the columns are */
    struct arena memory;
    const char ***rows;
    size_t row_count;
};

/* A grid of some columns; `json` is the invocation's. */
void grid_init(struct grid *g, const struct grid_column *columns, size_t column_count, bool json);
void grid_release(struct grid *g);

/* One row of as many values as there are columns, copied. JSON is printed at once. */
int grid_add(struct grid *g, const struct value *row, struct fault *f);

/* Prints the table. An empty one prints its header only, or nothing as JSON. */
int grid_finish(struct grid *g, struct fault *f);

/* A single row, upright or as one JSON object. */
int grid_print_one(const struct grid_column *columns, size_t column_count, bool json,
    const struct value *row, struct fault *f);

/* A truth for a GRID_FLAG column; a moment for a GRID_TIME column, NULL for 0; seconds to the
 * hundredth. */
struct value grid_flag(bool flag);
struct value grid_time(int64_t moment);
struct value grid_seconds(double seconds);

/* Adds a text as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void grid_add_json_text(struct text *t, const char *bytes, size_t length);

#endif
