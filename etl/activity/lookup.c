#include "etl/activity/lookup.h"

#include <stdlib.h>
#include <string.h>

/* Long enough to make round trips rare, short enough for every engine. */
enum { IDS_PER_QUERY = 500 };

int
id_list_init(struct id_list *list, size_t room, struct fault *f)
{
    *list = (struct id_list){.ids = calloc(room + 1, sizeof(struct value *))};
    return list->ids == NULL ? fault_set_memory(f) : 0;
}

static bool
lies_between(const struct value *id, const struct value range[2])
{
    return range[0].type == VALUE_TEXT && value_compare(id, &range[0]) >= 0 &&
           value_compare(id, &range[1]) <= 0;
}

int
id_list_narrow(
    struct id_list *list, struct db *db, const char *table, const char *column, struct fault *f)
{
    static const enum value_type types[] = {VALUE_TEXT, VALUE_TEXT};
    struct value range[2];
    struct text sql = TEXT_INIT;
    /* Each by itself: SQLite goes through all of an index for both at once. */
    struct stmt *s = db_prepare(db,
        sql_set(&sql, "SELECT (SELECT min(%n) FROM %n), (SELECT max(%n) FROM %n)", column, table,
            column, table),
        f);
    int rc = s == NULL ? -1 : stmt_query(s, types, 2, f);
    size_t kept = 0;

    if (rc == 0 && (rc = stmt_fetch(s, range, f)) == 1) {
        for (size_t i = 0; i < list->count; i++) {
            if (lies_between(list->ids[i], range))
                list->ids[kept++] = list->ids[i];
        }
        list->count = kept;
    }
    stmt_free(s);
    text_release(&sql);
    return rc < 0 ? -1 : 0;
}

/* Adds IDs from `at` on to a statement; returns where the next one starts. */
static size_t
add_ids(struct text *sql, const struct id_list *list, size_t at)
{
    size_t end = list->count - at < IDS_PER_QUERY ? list->count : at + IDS_PER_QUERY;

    for (size_t i = at; i < end; i++)
        sql_add(sql, i == at ? " IN (%t" : ", %t", list->ids[i]->as.text.bytes);
    text_add_char(sql, ')');
    return end;
}

static int
query(struct db *db, const char *sql, const enum value_type *types, size_t columns,
    lookup_take take, void *state, struct fault *f)
{
    struct stmt *s = db_prepare(db, sql, f);
    struct value *row = calloc(columns, sizeof *row);
    int rc = s == NULL ? -1 : 0;

    if (rc == 0 && row == NULL)
        rc = fault_set_memory(f);
    if (rc == 0 && (rc = stmt_query(s, types, columns, f)) == 0) {
        while ((rc = stmt_fetch(s, row, f)) == 1) {
            if ((rc = take(state, row, f)) != 0)
                break;
        }
    }
    stmt_free(s);
    free(row);
    return rc;
}

int
lookup_rows(struct db *db, const struct id_list *list, const char *select,
    const enum value_type *types, size_t columns, lookup_take take, void *state, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = 0;

    for (size_t at = 0; rc == 0 && at < list->count;) {
        sql_set(&sql, "%s", select);
        at = add_ids(&sql, list, at);
        rc = text_check(&sql, f);
        if (rc == 0)
            rc = query(db, text_get(&sql), types, columns, take, state, f);
    }
    text_release(&sql);
    return rc;
}

int
lookup_run(struct db *db, const struct id_list *list, const char *statement, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = 0;

    for (size_t at = 0; rc == 0 && at < list->count;) {
        sql_set(&sql, "%s", statement);
        at = add_ids(&sql, list, at);
        rc = text_check(&sql, f);
        if (rc == 0)
            rc = db_run(db, text_get(&sql), NULL, f);
    }
    text_release(&sql);
    return rc;
}
