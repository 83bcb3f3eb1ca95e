#include <string.h>

#include "etl/odbc/db.h"

/* ---- what is there ---- */

int
db_table_exists(struct db *db, const char *name, struct fault *f)
{
    char buffer[SQL_NAME_BYTES];
    const char *fitting = sql_fit_name(name, buffer);
    struct text sql = TEXT_INIT;
    int rc;

    sql_set(&sql, db_dialect(db)->has_relation, fitting, fitting);
    rc = text_check(&sql, f) == 0 ? db_has_row(db, text_get(&sql), f) : -1;
    text_release(&sql);
    return rc;
}

static void
add_column(struct text *sql, const struct dialect *dialect, const struct table_column *column)
{
    sql_add(sql, "%n ", column->name);
    dialect->add_type(sql, column);
    if (column->default_text != NULL)
        sql_add(sql, " DEFAULT %t", column->default_text);
    text_add(sql, column->not_null ? " NOT NULL" : " NULL");
}

static void
add_name_list(struct text *sql, const char *const *names, size_t count)
{
    text_add(sql, "(");
    for (size_t i = 0; i < count; i++)
        sql_add(sql, i == 0 ? "%n" : ", %n", names[i]);
    text_add(sql, ")");
}

static void
add_create_table(struct text *sql, const struct dialect *dialect, const struct table *table)
{
    sql_add(sql, "CREATE TABLE %n (", table->name);
    for (size_t i = 0; i < table->column_count; i++) {
        if (i > 0)
            text_add(sql, ", ");
        if (table->identity && strcmp(table->columns[i].name, table->key[0]) == 0)
            sql_add(sql, "%n %s", table->columns[i].name, dialect->identity_key);
        else
            add_column(sql, dialect, &table->columns[i]);
    }
    if (table->key_count > 0 && !table->identity) {
        text_add(sql, ", PRIMARY KEY ");
        add_name_list(sql, table->key, table->key_count);
    }
    text_add(sql, ")");
}

/* Is it a text of which an index can take only the beginning? */
static bool
is_too_long(const struct db *db, const struct table *table, const char *name)
{
    int limit = db_dialect(db)->text_index_characters;

    for (size_t i = 0; limit > 0 && i < table->column_count; i++) {
        const struct table_column *c = &table->columns[i];

        if (strcmp(c->name, name) == 0)
            return c->type == VALUE_TEXT && (c->length == 0 || c->length > limit);
    }
    return false;
}

int
db_create_index(
    struct db *db, const struct table *table, const struct table_index *index, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc;

    sql_add(&sql, "CREATE %sINDEX %n ON %n (", index->unique ? "UNIQUE " : "", index->name,
        table->name);
    for (size_t i = 0; i < index->column_count; i++) {
        sql_add(&sql, i == 0 ? "%n" : ", %n", index->columns[i]);
        if (!index->unique && is_too_long(db, table, index->columns[i]))
            text_add_format(&sql, "(%d)", db_dialect(db)->text_index_characters);
    }
    text_add(&sql, ")");
    rc = text_check(&sql, f) == 0 ? db_run_ddl(db, text_get(&sql), f) : -1;
    text_release(&sql);
    return rc == 0 ? 0 : fault_wrap(f, "create index '%s'", index->name);
}

int
db_create_table(struct db *db, const struct table *table, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = -1;

    add_create_table(&sql, db_dialect(db), table);
    if (text_check(&sql, f) == 0)
        rc = db_run_ddl(db, text_get(&sql), f);
    if (rc == 0 && table->identity)
        rc = db_dialect(db)->set_identity(db, table->name, table->identity_last, f);
    for (size_t i = 0; rc == 0 && i < table->index_count; i++)
        rc = db_create_index(db, table, &table->indexes[i], f);
    text_release(&sql);
    return rc == 0 ? 0 : fault_wrap(f, "create table '%s'", table->name);
}

/* Runs a statement about one object, naming the object in a fault. */
static int
run_about(struct db *db, struct text *sql, const char *name, struct fault *f)
{
    int rc = text_check(sql, f) == 0 ? db_run_ddl(db, text_get(sql), f) : -1;

    text_release(sql);
    return rc == 0 ? 0 : fault_wrap(f, "'%s'", name);
}

int
db_drop_index(struct db *db, const char *index, const char *table, struct fault *f)
{
    struct text sql = TEXT_INIT;

    sql_add(&sql, db_dialect(db)->drop_index, index, table);
    return run_about(db, &sql, index, f);
}

int
db_drop_table(struct db *db, const char *name, struct fault *f)
{
    struct text sql = TEXT_INIT;

    sql_add(&sql, "DROP TABLE %n", name);
    return run_about(db, &sql, name, f);
}

/* Asked first: a DROP TABLE IF EXISTS that drops nothing still commits on MariaDB. */
int
db_drop_table_if_there(struct db *db, const char *name, struct fault *f)
{
    int exists = db_table_exists(db, name, f);

    return exists == 1 ? db_drop_table(db, name, f) : exists;
}

int
db_drop_view(struct db *db, const char *name, struct fault *f)
{
    struct text sql = TEXT_INIT;

    sql_add(&sql, "DROP VIEW IF EXISTS %n", name);
    return run_about(db, &sql, name, f);
}

int
db_create_view(struct db *db, const char *name, const char *select, struct fault *f)
{
    struct text sql = TEXT_INIT;

    sql_add(&sql, "CREATE VIEW %n AS %s", name, select);
    return run_about(db, &sql, name, f);
}

int
db_replace_view(struct db *db, const char *name, const char *select, struct fault *f)
{
    struct text sql = TEXT_INIT;

    if (!db_dialect(db)->replaces_views)
        return db_drop_view(db, name, f) != 0 ? -1 : db_create_view(db, name, select, f);
    sql_add(&sql, "CREATE OR REPLACE VIEW %n AS %s", name, select);
    return run_about(db, &sql, name, f);
}

int
db_rename_table(struct db *db, const char *from, const char *to, struct fault *f)
{
    struct text sql = TEXT_INIT;

    sql_add(&sql, "ALTER TABLE %n RENAME TO %n", from, to);
    return run_about(db, &sql, from, f);
}

int
db_rename_tables(struct db *db, const struct db_rename *renames, size_t count, struct fault *f)
{
    struct text sql = TEXT_INIT;

    if (!db_dialect(db)->renames_as_one) {
        for (size_t i = 0; i < count; i++) {
            if (db_rename_table(db, renames[i].from, renames[i].to, f) != 0)
                return -1;
        }
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        sql_add(
            &sql, i == 0 ? "RENAME TABLE %n TO %n" : ", %n TO %n", renames[i].from, renames[i].to);
    return run_about(db, &sql, renames[0].from, f);
}

int
db_add_column(struct db *db, const char *table, const struct table_column *column, struct fault *f)
{
    struct text sql = TEXT_INIT;

    sql_add(&sql, "ALTER TABLE %n ADD COLUMN %n ", table, column->name);
    db_dialect(db)->add_type(&sql, column);
    return run_about(db, &sql, table, f);
}
