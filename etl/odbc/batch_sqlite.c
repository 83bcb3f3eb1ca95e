/*
 * Batches of SQLite. Positions are rowids; each batch begins BATCH_ROWS rows behind the one before,
 * however far apart the rowids are.
 */
#include "etl/odbc/batch_json.h"
#include "etl/odbc/dialect.h"
#include "etl/odbc/gather_plan.h"

enum { BATCH_ROWS = 64 };

/* An ordinary table that has rowids (sqlite.org/pragma.html#pragma_table_list). That pragma goes
 * through all tables there are, so it is asked only of what might be a view: something with a key
 * or a NOT NULL is a table, and its key's index tells of rowids by ending with one. */
static const char suits[] =
    "SELECT 1 FROM (VALUES (%t)) AS t WHERE CASE WHEN EXISTS (SELECT 1 FROM "
    "pragma_table_info(t.column1, 'main') WHERE pk > 0 OR \"notnull\" = 1) THEN NOT EXISTS "
    "(SELECT 1 FROM pragma_index_list(t.column1, 'main') AS l WHERE l.origin = 'pk' AND NOT EXISTS "
    "(SELECT 1 FROM pragma_index_xinfo(l.name, 'main') WHERE cid = -1)) ELSE EXISTS "
    "(SELECT 1 FROM pragma_table_list(t.column1) WHERE schema = 'main' AND type = 'table' AND "
    "wr = 0) END";

/* A text or a binary in the column, and an integer that no double holds, are told as no number at
 * all. (The plus sign: see add_misfit of the dialect.) */
static void
add_double(struct text *sql, const char *name, int power)
{
    sql_add(sql,
        "CASE WHEN +%s >= '' OR (%s NOT BETWEEN -9007199254740992 AND 9007199254740992 AND "
        "typeof(%s) = 'integer') THEN 'other' ELSE ",
        name, name, name);
    if (power > 0)
        dialect_sqlite.add_scaled(sql, name, power, GATHER_SCALED_BITS - power);
    else
        dialect_sqlite.add_read(sql, name, VALUE_FLOAT);
    text_add(sql, " END");
}

static void
add_row(struct text *sql, const struct table *t, const int *powers)
{
    struct text name = TEXT_INIT;

    text_add(sql, "json_array(");
    for (size_t i = 0; i < t->column_count; i++) {
        text_add(sql, i == 0 ? "" : ", ");
        sql_set(&name, "%n", t->columns[i].name);
        if (t->columns[i].type == VALUE_FLOAT)
            add_double(sql, text_hand_on(&name), powers[i]);
        else
            text_add(sql, text_hand_on(&name));
    }
    text_add_char(sql, ')');
    sql->failed |= name.failed;
    text_release(&name);
}

/* Names that no table's columns have. */
#define LIST "nightcube_Batches"
#define FIRST LIST ".nightcube_First"

static void
add_query(struct text *sql, const struct table *t, const struct stretch *stretch, const int *powers)
{
    (void)stretch;
    sql_add(sql,
        "WITH " LIST "(nightcube_First) AS (SELECT min(rowid) FROM main.%n UNION ALL SELECT "
        "(SELECT rowid FROM main.%n WHERE rowid > " FIRST " ORDER BY rowid LIMIT 1 OFFSET %d) "
        "FROM " LIST " WHERE " FIRST " IS NOT NULL) SELECT " FIRST
        ", (SELECT group_concat(nightcube_Row) FROM (SELECT ",
        t->name, t->name, (int64_t)BATCH_ROWS - 1);
    add_row(sql, t, powers);
    sql_add(sql,
        " AS nightcube_Row FROM main.%n WHERE rowid >= " FIRST
        " ORDER BY rowid LIMIT %d)) FROM " LIST " WHERE " FIRST " IS NOT NULL",
        t->name, (int64_t)BATCH_ROWS);
}

static void
add_rest(struct text *sql, const struct table *t, int64_t position, bool with_batch)
{
    if (with_batch)
        sql_add(sql, "rowid >= %d", position);
    else
        sql_add(sql,
            "rowid >= (SELECT rowid FROM %n WHERE rowid > %d ORDER BY rowid LIMIT 1 OFFSET %d)",
            t->name, position, (int64_t)BATCH_ROWS - 1);
}

const struct batch_kind batch_sqlite = {
    .suits = suits,
    .needs_short_rows = true,
    .keeps_identity_order = true,
    .may_fail = true,
    .taken_name = "rowid",
    .scales_doubles = true,
    .add_query = add_query,
    .take = batch_json_take,
    .add_rest = add_rest,
};
