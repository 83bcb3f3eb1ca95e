#include "etl/odbc/batch_sqlite.h"

#include "etl/odbc/batch.h"
#include "etl/odbc/dialect.h"
#include "etl/odbc/gather_plan.h"

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
            add_double(sql, text_get(&name), powers[i]);
        else
            text_add(sql, text_get(&name));
    }
    text_add_char(sql, ')');
    sql->failed |= name.failed;
    text_release(&name);
}

/* Names that no table's columns have. */
#define LIST "nightcube_Batches"
#define FIRST LIST ".nightcube_First"

void
batch_sqlite_add(struct text *sql, const struct table *t, const int *powers)
{
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
