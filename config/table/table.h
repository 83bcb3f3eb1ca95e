/*
 * table: the shape of a table in engine-neutral types: what a backup's schema entry says and what a
 * database is asked to create.
 */
#ifndef CONFIG_TABLE_TABLE_H
#define CONFIG_TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/value.h"

struct table_column {
    const char *name;
    enum value_type type;
    int length; /* characters of a VALUE_TEXT, 0 = unbounded */
    bool not_null;
    const char *default_text; /* constant the engine puts in when nothing is given; NULL: none */
};

struct table_index {
    const char *name;
    const char **columns;
    size_t column_count;
    bool unique;
};

struct table {
    const char *name;
    struct table_column *columns;
    size_t column_count;
    const char **key; /* primary key columns */
    size_t key_count;
    bool identity;         /* the (single, VALUE_INT) key is given by the engine, never twice */
    int64_t identity_last; /* highest value ever given */
    struct table_index *indexes;
    size_t index_count;
};

#endif
