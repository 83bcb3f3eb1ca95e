#include "etl/odbc/catalogue.h"
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
fits(const struct catalogue_types *types, const char *declared, const char *listed)
{
    return types->by_part ? strcasestr(declared, listed) != NULL : strcmp(declared, listed) == 0;
}

static void
set_type(struct table_column *column, const struct catalogue_types *types, const char *declared,
    const struct value *length)
{
    const struct catalogue_type *type = types->list;

    while (type->name != NULL && !fits(types, declared, type->name))
        type++;
    column->type = type->name == NULL ? VALUE_TEXT : type->type;
    column->length = type->name == NULL          ? 0
                     : type->length >= 0         ? type->length
                     : length->type != VALUE_INT ? 0
                                                 : (int)length->as.integer;
}

static int
take_column(const struct value *row, const struct catalogue_types *types, struct arena *memory,
    struct table *t, struct fault *f)
{
    struct table_column *column =
        arena_append(memory, &t->columns, &t->column_count, sizeof *column);
    const char *type = copy(memory, &row[1]);
    const char *expression = copy(memory, &row[4]);

    if (column == NULL || type == NULL || expression == NULL ||
        (column->name = copy(memory, &row[0])) == NULL)
        return fault_set_memory(f);
    set_type(column, types, type, &row[2]);
    column->not_null = row[3].type == VALUE_INT && row[3].as.integer != 0;
    column->default_text = row[4].type == VALUE_NULL ? NULL : constant_of(memory, expression);
    t->identity = t->identity || (row[5].type == VALUE_INT && row[5].as.integer != 0);
    return 0;
}

int
catalogue_read_columns(struct db *db, const char *sql, const struct catalogue_types *types,
    struct arena *memory, struct table *table, struct fault *f)
{
    static const enum value_type row_types[] = {
        VALUE_TEXT, VALUE_TEXT, VALUE_INT, VALUE_INT, VALUE_TEXT, VALUE_INT};
    struct value row[6];
    struct stmt *s = db_prepare(db, sql, f);
    int rc = s == NULL ? -1 : stmt_query(s, row_types, 6, f);

    while (rc == 0 && (rc = stmt_fetch(s, row, f)) == 1)
        rc = take_column(row, types, memory, table, f);
    stmt_free(s);
    if (rc == 0 && table->column_count == 0)
        rc = error_missing_table(db, table->name, f);
    return rc;
}

/* ---- many tables ---- */

int
catalogue_name_tables(struct arena *memory, struct table *tables, size_t count, struct fault *f)
{
    char buffer[SQL_NAME_BYTES];

    for (size_t i = 0; i < count; i++) {
        const char *name = arena_strdup(memory, sql_fit_name(tables[i].name, buffer));

        if (name == NULL)
            return fault_set_memory(f);
        tables[i] = (struct table){.name = name};
    }
    return 0;
}

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

int
catalogue_read_columns_of_many(struct db *db, const char *sql, const struct catalogue_types *types,
    struct arena *memory, struct table *tables, size_t count, struct fault *f)
{
    static const enum value_type row_types[] = {
        VALUE_TEXT, VALUE_TEXT, VALUE_TEXT, VALUE_INT, VALUE_INT, VALUE_TEXT, VALUE_INT};
    struct table **sorted = NULL, **found;
    struct value row[7];
    struct stmt *s = NULL;
    int rc = catalogue_name_tables(memory, tables, count, f);

    if (rc == 0 && (rc = sort_tables(memory, tables, count, &sorted, f)) == 0)
        rc = (s = db_prepare(db, sql, f)) == NULL ? -1 : stmt_query(s, row_types, 7, f);
    while (rc == 0 && (rc = stmt_fetch(s, row, f)) == 1) {
        found = bsearch(&row[0], sorted, count, sizeof *sorted, compare_name);
        rc = found == NULL ? 0 : take_column(row + 1, types, memory, *found, f);
    }
    stmt_free(s);
    return rc == 0 ? check_found(db, tables, count, f) : -1;
}

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

    if (row[1].as.integer == CATALOGUE_KEY)
        return add_name(memory, &t->key, &t->key_count, &row[2], f);
    if ((name = copy(memory, &row[0])) == NULL)
        return fault_set_memory(f);
    if (index == NULL || strcmp(index->name, name) != 0) {
        if ((index = arena_append(memory, &t->indexes, &t->index_count, sizeof *index)) == NULL)
            return fault_set_memory(f);
        index->name = name;
        index->unique = row[1].as.integer != CATALOGUE_INDEX;
    }
    return add_name(memory, &index->columns, &index->column_count, &row[2], f);
}

int
catalogue_read_indexes(
    struct db *db, const char *sql, struct arena *memory, struct table *table, struct fault *f)
{
    static const enum value_type types[] = {VALUE_TEXT, VALUE_INT, VALUE_TEXT};
    struct value row[3];
    struct stmt *s = db_prepare(db, sql, f);
    int rc = s == NULL ? -1 : stmt_query(s, types, 3, f);

    while (rc == 0 && (rc = stmt_fetch(s, row, f)) == 1)
        rc = take_index_column(row, memory, table, f);
    stmt_free(s);
    return rc;
}
