/*
 * lookup: rows of a table by many ActivityIDs at once.
 */
#ifndef ETL_ACTIVITY_LOOKUP_H
#define ETL_ACTIVITY_LOOKUP_H

#include "etl/odbc/db.h"

/* IDs to ask for, NUL-terminated and borrowed. */
struct id_list {
    const struct value **ids;
    size_t count;
};

/* Room for that many; `ids` is freed by the caller. 0, or -1 when memory runs out. */
int id_list_init(struct id_list *list, size_t room, struct fault *f);

/*
 * Leaves only those IDs that a table may hold in its `column`, which is indexed: those between its
 * least and its greatest. IDs often rise, and a table is often empty. As with all keys the engine's
 * order must be that of the bytes.
 */
int id_list_narrow(
    struct id_list *list, struct db *db, const char *table, const char *column, struct fault *f);

/* What to do with a row. 0, or -1 with a fault. */
typedef int (*lookup_take)(void *state, const struct value *row, struct fault *f);

/* Runs "<select> IN ('id', ...)" for all of the list, some at a time, and hands each row over. */
int lookup_rows(struct db *db, const struct id_list *list, const char *select,
    const enum value_type *types, size_t columns, lookup_take take, void *state, struct fault *f);

/* Runs a statement that ends so and gives no rows. */
int lookup_run(struct db *db, const struct id_list *list, const char *statement, struct fault *f);

#endif
