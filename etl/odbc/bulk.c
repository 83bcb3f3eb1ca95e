#include "etl/odbc/bulk.h"

#include <string.h>

bool
bulk_is_key(const struct bulk_order *order, size_t column)
{
    for (size_t i = 0; order->change != BULK_INSERT && i < order->table->key_count; i++) {
        if (strcmp(order->table->key[i], order->columns[column]->name) == 0)
            return true;
    }
    return false;
}

static void
add_insert(struct text *sql, const struct bulk_order *order, const char *values)
{
    sql_add(sql, "INSERT INTO %n(", order->table->name);
    for (size_t i = 0; i < order->column_count; i++)
        sql_add(sql, i == 0 ? "%n" : ", %n", order->columns[i]->name);
    text_add_format(sql, ") %s", values);
}

/* "WHERE t.k = v.column1 AND ..." */
static void
add_condition(struct text *sql, const struct bulk_order *order)
{
    const char *before = " WHERE";

    for (size_t i = 0; i < order->column_count; i++) {
        if (!bulk_is_key(order, i))
            continue;
        sql_add(sql, "%s %n.%n = v.column%d", before, order->table->name, order->columns[i]->name,
            (int64_t)i + 1);
        before = " AND";
    }
}

static void
add_update(struct text *sql, const struct bulk_order *order, const char *values, const char *alias)
{
    const char *before = " SET";

    sql_add(sql, "UPDATE %n", order->table->name);
    for (size_t i = 0; i < order->column_count; i++) {
        if (bulk_is_key(order, i))
            continue;
        sql_add(sql, "%s %n = v.column%d", before, order->columns[i]->name, (int64_t)i + 1);
        before = ",";
    }
    text_add_format(sql, " FROM (%s) AS %s", values, alias);
    add_condition(sql, order);
}

static void
add_delete(struct text *sql, const struct bulk_order *order, const char *values)
{
    sql_add(sql, "DELETE FROM %n WHERE (", order->table->name);
    for (size_t i = 0; i < order->column_count; i++)
        sql_add(sql, i == 0 ? "%n" : ", %n", order->columns[i]->name);
    text_add_format(sql, ") IN (%s)", values);
}

void
bulk_add_sql(
    struct text *sql, const struct bulk_order *order, const char *values, const char *alias)
{
    switch (order->change) {
    case BULK_INSERT:
        add_insert(sql, order, values);
        break;
    case BULK_UPDATE:
        add_update(sql, order, values, alias);
        break;
    case BULK_DELETE:
        add_delete(sql, order, values);
    }
}
