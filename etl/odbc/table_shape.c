#include "etl/odbc/table_shape.h"
#include "etl/odbc/error.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *
copy(struct arena *memory, const struct value *v)
{
    return arena_strndup(memory, v->as.text.bytes, v->type == VALUE_TEXT ? v->as.text.length : 0);
}

/* The text constant 'it''s' (whatever cast stands behind it) without its quotes. */
static const char *
unquote(struct arena *memory, const char *literal)
{
    char *text = arena_strdup(memory, literal);
    size_t n = 0;

    if (text == NULL)
        return NULL;
    for (const char *at = literal + 1; *at != '\0'; at++) {
        if (*at == '\'' && *++at != '\'')
            break;
        text[n++] = *at;
    }
    text[n] = '\0';
    return text;
}

/* A default that is a constant; an expression is no default of ours. */
static const char *
constant_of(struct arena *memory, const char *expression)
{
    size_t digits = strspn(expression, "+-.0123456789");

    if (expression[0] == '\'')
        return unquote(memory, expression);
    return digits > 0 && expression[digits] == '\0' ? expression : NULL;
}

/* Does a column's declared type go by a listed one? */
static bool
fits(const struct table_catalogue *c, const char *declared, const char *listed)
{
    return c->types_by_part ? strcasestr(declared, listed) != NULL : strcmp(declared, listed) == 0;
}

static void
set_type(struct table_column *column, const struct table_catalogue *c, const char *declared,
    const struct value *length)
{
    const struct table_catalogue_type *type = c->types;

    while (type->name != NULL && !fits(c, declared, type->name))
        type++;
    column->type = type->name == NULL ? VALUE_TEXT : type->type;
    column->length = type->name == NULL          ? 0
                     : type->length >= 0         ? type->length
                     : length->type != VALUE_INT ? 0
                                                 : (int)length->as.integer;
}

static int
take_column(const struct value *row, const struct table_catalogue *c, struct arena *memory,
    struct table *t, struct fault *f)
{
    struct table_column *column =
        arena_append(memory, &t->columns, &t->column_count, sizeof *column);
    const char *type = copy(memory, &row[1]);
    const char *expression = copy(memory, &row[4]);

    if (column == NULL || type == NULL || expression == NULL ||
        (column->name = copy(memory, &row[0])) == NULL)
        return fault_set_memory(f);
    set_type(column, c, type, &row[2]);
    column->not_null = row[3].type == VALUE_INT && row[3].as.integer != 0;
    column->default_text = row[4].type == VALUE_NULL ? NULL : constant_of(memory, expression);
    t->identity = t->identity || (row[5].type == VALUE_INT && row[5].as.integer != 0);
    return 0;
}

/* Adds the columns to a table that has its name and nothing else. */
static int
read_columns(struct db *db, struct arena *memory, struct table *table, struct fault *f)
{
    static const enum value_type types[] = {
        VALUE_TEXT, VALUE_TEXT, VALUE_INT, VALUE_INT, VALUE_TEXT, VALUE_INT};
    const struct table_catalogue *c = db_dialect(db)->catalogue;
    struct value row[6];
    struct text sql = TEXT_INIT;
    struct stmt *s = db_prepare(db, sql_set(&sql, c->columns, table->name, table->name), f);
    int rc = s == NULL ? -1 : stmt_query(s, types, 6, f);

    while (rc == 0 && (rc = stmt_fetch(s, row, f)) == 1)
        rc = take_column(row, c, memory, table, f);
    stmt_free(s);
    text_release(&sql);
    if (rc == 0 && table->column_count == 0)
        rc = error_missing_table(db, table->name, f);
    return rc;
}

/* As table_shape.h numbers them. */
enum { INDEX, UNIQUE, KEY };

static int
add_name(struct arena *memory, const char ***names, size_t *count, const struct value *name,
    struct fault *f)
{
    const char **slot = arena_append(memory, names, count, sizeof *slot);

    return slot == NULL || (*slot = copy(memory, name)) == NULL ? fault_set_memory(f) : 0;
}

/* A new index begins where the name changes. */
static int
take_index_column(const struct value *row, struct arena *memory, struct table *t, struct fault *f)
{
    struct table_index *index = t->index_count > 0 ? &t->indexes[t->index_count - 1] : NULL;
    const char *name;

    if (row[1].as.integer == KEY)
        return add_name(memory, &t->key, &t->key_count, &row[2], f);
    if ((name = copy(memory, &row[0])) == NULL)
        return fault_set_memory(f);
    if (index == NULL || strcmp(index->name, name) != 0) {
        if ((index = arena_append(memory, &t->indexes, &t->index_count, sizeof *index)) == NULL)
            return fault_set_memory(f);
        index->name = name;
        index->unique = row[1].as.integer != INDEX;
    }
    return add_name(memory, &index->columns, &index->column_count, &row[2], f);
}

static int
read_indexes(struct db *db, struct arena *memory, struct table *table, struct fault *f)
{
    static const enum value_type types[] = {VALUE_TEXT, VALUE_INT, VALUE_TEXT};
    struct value row[3];
    struct text sql = TEXT_INIT;
    struct stmt *s = db_prepare(
        db, sql_set(&sql, db_dialect(db)->catalogue->indexes, table->name, table->name), f);
    int rc = s == NULL ? -1 : stmt_query(s, types, 3, f);

    while (rc == 0 && (rc = stmt_fetch(s, row, f)) == 1)
        rc = take_index_column(row, memory, table, f);
    stmt_free(s);
    text_release(&sql);
    return rc;
}

static int
name_table(struct arena *memory, const char *name, struct table *table, struct fault *f)
{
    char buffer[SQL_NAME_BYTES];

    *table = (struct table){.name = arena_strdup(memory, sql_fit_name(name, buffer))};
    return table->name == NULL ? fault_set_memory(f) : 0;
}

int
table_shape_read(
    struct db *db, const char *name, struct arena *memory, struct table *table, struct fault *f)
{
    if (name_table(memory, name, table, f) != 0 || read_columns(db, memory, table, f) != 0)
        return -1;
    return read_indexes(db, memory, table, f);
}

/* ---- many tables ---- */

static int
compare_tables(const void *a, const void *b)
{
    const struct table *const *left = a, *const *right = b;

    return strcmp((*left)->name, (*right)->name);
}

static int
compare_name(const void *key, const void *item)
{
    const struct value *name = key;
    const struct table *const *t = item;
    int order = strncmp(name->as.text.bytes, (*t)->name, name->as.text.length);

    return order != 0 || (*t)->name[name->as.text.length] == '\0' ? order : -1;
}

/* The tables in order of their names. */
static int
sort_tables(struct arena *memory, struct table *tables, size_t count, struct table ***sorted,
    struct fault *f)
{
    if ((*sorted = arena_array(memory, count + 1, sizeof **sorted)) == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < count; i++)
        (*sorted)[i] = &tables[i];
    qsort(*sorted, count, sizeof **sorted, compare_tables);
    return 0;
}

static int
check_found(struct db *db, const struct table *tables, size_t count, struct fault *f)
{
    for (size_t i = 0; i < count; i++) {
        if (tables[i].column_count == 0)
            return error_missing_table(db, tables[i].name, f);
    }
    return 0;
}

/* Rows that have the table's name in front; other tables' are skipped. */
static int
take_rows(struct db *db, const char *sql, struct table **sorted, size_t count, struct arena *memory,
    struct fault *f)
{
    static const enum value_type types[] = {
        VALUE_TEXT, VALUE_TEXT, VALUE_TEXT, VALUE_INT, VALUE_INT, VALUE_TEXT, VALUE_INT};
    const struct table_catalogue *c = db_dialect(db)->catalogue;
    struct value row[7];
    struct stmt *s = db_prepare(db, sql, f);
    int rc = s == NULL ? -1 : stmt_query(s, types, 7, f);

    while (rc == 0 && (rc = stmt_fetch(s, row, f)) == 1) {
        struct table **found = bsearch(&row[0], sorted, count, sizeof *sorted, compare_name);

        rc = found == NULL ? 0 : take_column(row + 1, c, memory, *found, f);
    }
    stmt_free(s);
    return rc;
}

static int
read_together(
    struct db *db, struct arena *memory, struct table *tables, size_t count, struct fault *f)
{
    struct text names = TEXT_INIT, sql = TEXT_INIT;
    struct table **sorted = NULL;
    int rc = sort_tables(memory, tables, count, &sorted, f);

    for (size_t i = 0; i < count; i++)
        sql_add(&names, i == 0 ? "(%t)" : ", (%t)", tables[i].name);
    if (rc == 0 && (rc = text_check(&names, f)) == 0) {
        sql_add(&sql, db_dialect(db)->catalogue->columns_of_many, text_get(&names));
        rc =
            text_check(&sql, f) == 0 ? take_rows(db, text_get(&sql), sorted, count, memory, f) : -1;
    }
    text_release(&names);
    text_release(&sql);
    return rc == 0 ? check_found(db, tables, count, f) : -1;
}

int
table_shape_read_columns(
    struct db *db, struct arena *memory, struct table *tables, size_t count, struct fault *f)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = name_table(memory, tables[i].name, &tables[i], f);
    if (rc == 0 && count > 0 && db_dialect(db)->catalogue->columns_of_many != NULL)
        return read_together(db, memory, tables, count, f);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = read_columns(db, memory, &tables[i], f);
    return rc;
}
