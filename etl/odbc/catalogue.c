#include "etl/odbc/catalogue.h"
#include "etl/odbc/error.h"

#include <ctype.h>
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

static void
set_type(struct table_column *column, const struct catalogue_type *types, const char *name,
    const struct value *length)
{
    while (types->name != NULL && strcmp(types->name, name) != 0)
        types++;
    column->type = types->name == NULL ? VALUE_TEXT : types->type;
    column->length = types->name == NULL         ? 0
                     : types->length >= 0        ? types->length
                     : length->type != VALUE_INT ? 0
                                                 : (int)length->as.integer;
}

static int
take_column(const struct value *row, const struct catalogue_type *types, struct arena *memory,
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
catalogue_read_columns(struct db *db, const char *sql, const struct catalogue_type *types,
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

int
catalogue_read_key(
    struct db *db, const char *sql, struct arena *memory, struct table *table, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct value v;
    struct stmt *s = db_prepare(db, sql, f);
    int rc = s == NULL ? -1 : stmt_query(s, &type, 1, f);

    while (rc == 0 && (rc = stmt_fetch(s, &v, f)) == 1) {
        const char **slot = arena_append(memory, &table->key, &table->key_count, sizeof *slot);

        rc = slot == NULL || (*slot = copy(memory, &v)) == NULL ? fault_set_memory(f) : 0;
    }
    stmt_free(s);
    return rc;
}

/* A new index begins where the name changes. */
static int
take_index_column(const struct value *row, struct arena *memory, struct table *t, struct fault *f)
{
    struct table_index *index = t->index_count > 0 ? &t->indexes[t->index_count - 1] : NULL;
    const char *name = copy(memory, &row[0]);
    const char **slot;

    if (name == NULL)
        return fault_set_memory(f);
    if (index == NULL || strcmp(index->name, name) != 0) {
        if ((index = arena_append(memory, &t->indexes, &t->index_count, sizeof *index)) == NULL)
            return fault_set_memory(f);
        index->name = name;
        index->unique = row[1].as.integer != 0;
    }
    slot = arena_append(memory, &index->columns, &index->column_count, sizeof *slot);
    return slot == NULL || (*slot = copy(memory, &row[2])) == NULL ? fault_set_memory(f) : 0;
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
