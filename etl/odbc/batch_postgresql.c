/*
 * Batches of PostgreSQL: the rows of a block each, which it finds by their addresses, without going
 * through the others (postgresql.org/docs/14/release-14.html, "TID range scans"). Its tables keep
 * what is too long for a block elsewhere; where that place is empty, a block's rows are short.
 */
#include "etl/odbc/batch_marks.h"
#include "etl/odbc/dialect.h"
#include "etl/odbc/row_text_postgresql.h"

#define BLOCK_SIZE "CAST(current_setting('block_size') AS bigint)"

/* A smaller table is read as quickly row by row. */
#define BLOCKS_MIN "16"

/* An ordinary table in blocks of this server, with no others that inherit from it: blocks of
 * another kind of storage, or on other machines, are not numbered so. */
static const char suits[] =
    "SELECT 1 FROM pg_class AS c JOIN pg_am AS m ON m.oid = c.relam AND m.amname = 'heap' "
    "WHERE c.relkind = 'r' AND c.relname = %t AND c.relnamespace = "
    "(SELECT oid FROM pg_namespace WHERE nspname = current_schema()) "
    "AND pg_relation_size(c.oid) >= " BLOCKS_MIN " * " BLOCK_SIZE
    " AND (c.reltoastrelid = 0 OR pg_relation_size(c.reltoastrelid) = 0) "
    "AND NOT EXISTS (SELECT 1 FROM pg_inherits AS i WHERE i.inhparent = c.oid) "
    "AND NOT EXISTS (SELECT 1 FROM pg_extension AS e WHERE e.extname = 'citus')";

/* ---- a row ---- */

/* A function takes 100 arguments at most; and one NULL among them makes the others dearer. */
enum { GROUP_COLUMNS = 16 };

/* One call for all columns from `at` to below `end`, when none of them is NULL. */
static void
add_whole(struct text *sql, const struct table *t, size_t at, size_t end)
{
    sql_add(sql, "concat_ws(chr(%d)", (int64_t)BATCH_MARK);
    for (; at < end; at++) {
        text_add(sql, ", ");
        row_text_postgresql_add_cell(sql, &t->columns[at]);
    }
    text_add(sql, ", '')");
}

/* Any of them may be; a function that joins texts takes NULL as nothing. */
static void
add_broken(struct text *sql, const struct table *t, size_t at, size_t end)
{
    text_add(sql, "concat(");
    for (size_t i = at; i < end; i++) {
        const struct table_column *c = &t->columns[i];

        text_add(sql, i == at ? "" : ", ");
        row_text_postgresql_add_cell(sql, c);
        if (c->not_null)
            sql_add(sql, ", chr(%d)", (int64_t)BATCH_MARK);
        else
            sql_add(sql, ", CASE WHEN ROW(%n) IS NULL THEN chr(%d) ELSE chr(%d) END", c->name,
                (int64_t)BATCH_NULL, (int64_t)BATCH_MARK);
    }
    text_add_char(sql, ')');
}

/* ROW(...) IS NOT NULL is true when none of its columns is NULL, whatever is inside of them. */
static void
add_group(struct text *sql, const struct table *t, size_t at, size_t end)
{
    bool nullable = false;

    for (size_t i = at; i < end; i++) {
        if (!t->columns[i].not_null)
            sql_add(sql, nullable ? ", %n" : "CASE WHEN ROW(%n", t->columns[i].name);
        nullable = nullable || !t->columns[i].not_null;
    }
    text_add(sql, nullable ? ") IS NOT NULL THEN " : "");
    add_whole(sql, t, at, end);
    if (!nullable)
        return;
    text_add(sql, " ELSE ");
    add_broken(sql, t, at, end);
    text_add(sql, " END");
}

static void
add_row(struct text *sql, const struct table *t)
{
    for (size_t at = 0; at < t->column_count; at += GROUP_COLUMNS) {
        size_t end = at + GROUP_COLUMNS < t->column_count ? at + GROUP_COLUMNS : t->column_count;

        text_add(sql, at == 0 ? "" : " || ");
        add_group(sql, t, at, end);
    }
}

/* ---- the query ---- */

#define BLOCK "nightcube_Batches.nightcube_Block"

static void
add_query(struct text *sql, const struct table *t, const struct stretch *stretch, const int *powers)
{
    struct text name = TEXT_INIT;

    (void)powers;
    sql_set(&name, "%n", t->name);
    sql_add(sql,
        "SELECT " BLOCK ", b.batch FROM generate_series(%d, LEAST(%d, pg_relation_size(CAST("
        "%t AS regclass)) / " BLOCK_SIZE ") - 1) AS nightcube_Batches(nightcube_Block) "
        "CROSS JOIN LATERAL (SELECT concat(count(*), chr(%d), string_agg(",
        stretch->from, stretch->to, text_hand_on(&name), (int64_t)BATCH_MARK);
    add_row(sql, t);
    sql_add(sql,
        ", '')) FROM %n WHERE ctid >= CAST('(' || " BLOCK " || ',0)' AS tid) AND "
        "ctid < CAST('(' || " BLOCK " + 1 || ',0)' AS tid)) AS b(batch)",
        t->name);
    sql->failed = sql->failed || name.failed;
    text_release(&name);
}

static void
add_rest(struct text *sql, const struct table *t, int64_t position, bool with_batch)
{
    (void)t;
    sql_add(sql, dialect_postgresql.from_block, with_batch ? position : position + 1);
}

const struct batch_kind batch_postgresql = {
    .suits = suits,
    .taken_name = "",
    .add_query = add_query,
    .take = batch_marks_take,
    .add_rest = add_rest,
};
