/*
 * objects: what a database holds besides rows, in its engine's own words: how tables and indexes
 * were made, views, triggers, foreign keys. The same engine restores them as they were; another one
 * gets the neutral tables and, for our own databases, views made anew.
 *
 * In a container they are the file objects.csv: Kind, Name, Table, Sql. A container is hostile
 * input: each text must be one statement that makes what its kind says, nothing behind it.
 */
#ifndef ETL_DUMP_OBJECTS_H
#define ETL_DUMP_OBJECTS_H

#include "config/base/arena.h"
#include "config/base/stream.h"
#include "config/base/text.h"
#include "etl/odbc/db.h"

#define OBJECTS_FILE "objects.csv"

enum object_kind {
    OBJECT_TABLE,
    OBJECT_INDEX,
    OBJECT_VIEW,
    OBJECT_TRIGGER,
    OBJECT_FOREIGN_KEY,
    OBJECT_KIND_COUNT
};

struct object {
    enum object_kind kind;
    const char *name;
    const char *table; /* that it belongs to; a table's or view's own name */
    const char *sql;
};

struct object_list {
    struct arena memory;
    struct object *items; /* in the order they were made */
    size_t count;
};

#define OBJECT_LIST_INIT                                                                           \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

void object_list_release(struct object_list *list);

/* Reads them from the database's catalogue; with its foreign keys, which some engines open each
 * table for. */
int objects_read(struct db *db, bool with_foreign_keys, struct object_list *list, struct fault *f);

/* Writes them as objects.csv, and reads that back: FAULT_DATA when it is malformed. */
void objects_write(const struct object_list *list, struct text *csv);
int objects_parse(struct object_list *list, struct byte_source csv, struct fault *f);

/* The object of that kind and name; NULL when there is none. */
const struct object *objects_find(
    const struct object_list *list, enum object_kind kind, const char *name);

/* Makes one object. FAULT_DATA when its SQL is anything else than one statement of its kind. */
int object_create(struct db *db, const struct object *o, struct fault *f);

#endif
