#include "backup/table_xml.h"

#include <limits.h>
#include <string.h>

#include "backup/document.h"

#define TABLE_XML_URI "urn:nightcube:table:1"

static void
write_column(struct markup_writer *w, const struct table_column *column)
{
    markup_open(w, "Column", NULL);
    markup_set(w, "Name", column->name);
    markup_set(w, "Type", value_type_name(column->type));
    if (column->length != 0)
        markup_set_format(w, "Length", "%d", column->length);
    if (column->not_null)
        document_set_bool(w, "NotNull", true);
    if (column->default_text != NULL)
        markup_set(w, "Default", column->default_text);
    markup_close(w, "Column");
}

static void
write_names(struct markup_writer *w, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        markup_open(w, "Part", NULL);
        markup_set(w, "Column", names[i]);
        markup_close(w, "Part");
    }
}

static void
write_key(struct markup_writer *w, const struct table *table)
{
    if (table->key_count == 0)
        return;
    markup_open(w, "Key", NULL);
    if (table->identity)
        markup_set_format(w, "IdentityLast", "%lld", (long long)table->identity_last);
    write_names(w, table->key, table->key_count);
    markup_close(w, "Key");
}

static void
write_index(struct markup_writer *w, const struct table_index *index)
{
    markup_open(w, "Index", NULL);
    markup_set(w, "Name", index->name);
    document_set_bool(w, "Unique", index->unique);
    write_names(w, index->columns, index->column_count);
    markup_close(w, "Index");
}

int
table_xml_write(struct text *t, const struct table *table, struct fault *f)
{
    struct markup_writer w;

    if (table->column_count == 0 || table->column_count > TABLE_XML_COLUMNS_MAX ||
        table->index_count > TABLE_XML_INDEXES_MAX)
        return fault_set(f, FAULT_DATA, "%zu columns and %zu indexes: 1 to %d and 0 to %d allowed",
            table->column_count, table->index_count, TABLE_XML_COLUMNS_MAX, TABLE_XML_INDEXES_MAX);
    markup_begin(&w, t);
    markup_open(&w, "Table", TABLE_XML_URI);
    markup_set(&w, "Name", table->name);
    for (size_t i = 0; i < table->column_count; i++)
        write_column(&w, &table->columns[i]);
    write_key(&w, table);
    for (size_t i = 0; i < table->index_count; i++)
        write_index(&w, &table->indexes[i]);
    markup_close(&w, "Table");
    return markup_finish(&w, f);
}

static int
read_column(const xmlNode *e, struct arena *a, struct table_column *column, struct fault *f)
{
    const char *type = NULL;
    int64_t length = 0;

    if (document_get_text(e, "Name", a, &column->name, f) != 0 ||
        document_get_text(e, "Type", a, &type, f) != 0 ||
        document_get_optional(e, "Default", a, &column->default_text, f) != 0)
        return -1;
    column->type = value_type_find(type);
    if (column->type == VALUE_NULL || column->type == VALUE_TYPE_COUNT)
        return fault_set(f, FAULT_DATA, "line %d: unknown type '%.80s'", markup_line(e), type);
    if (markup_attribute(e, "Length") != NULL && document_get_int(e, "Length", &length, f) != 0)
        return -1;
    if (length < 0 || length > INT_MAX)
        return fault_set(f, FAULT_DATA, "line %d: a length out of range", markup_line(e));
    column->length = (int)length;
    return markup_attribute(e, "NotNull") == NULL
               ? 0
               : document_get_bool(e, "NotNull", &column->not_null, f);
}

static int
read_columns(const xmlNode *root, struct arena *a, struct table *table, struct fault *f)
{
    struct table_column *column;

    table->column_count = document_count(root, "Column");
    if (table->column_count == 0 || table->column_count > TABLE_XML_COLUMNS_MAX)
        return fault_set(f, FAULT_DATA, "%zu columns", table->column_count);
    if ((table->columns = arena_array(a, table->column_count, sizeof *column)) == NULL)
        return fault_set_memory(f);
    column = table->columns;
    for (const xmlNode *e = document_first(root, "Column"); e != NULL; e = document_next(e)) {
        if (read_column(e, a, column++, f) != 0)
            return -1;
    }
    return 0;
}

static bool
has_column(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, name) == 0)
            return true;
    }
    return false;
}

/* The <Part Column="..."/> children as an array of names that the table has. */
static int
read_names(const xmlNode *parent, struct arena *a, const struct table *table, const char ***names,
    size_t *count, struct fault *f)
{
    static const char *const children[] = {"Part", NULL};
    const char **name;

    if (document_check_children(parent, children, f) != 0)
        return -1;
    *count = document_count(parent, "Part");
    if (*count == 0 || *count > TABLE_XML_COLUMNS_MAX)
        return fault_set(f, FAULT_DATA, "line %d: %zu columns", markup_line(parent), *count);
    if ((name = *names = arena_array(a, *count, sizeof **names)) == NULL)
        return fault_set_memory(f);
    for (const xmlNode *e = document_first(parent, "Part"); e != NULL; e = document_next(e)) {
        if (document_get_text(e, "Column", a, name, f) != 0)
            return -1;
        if (!has_column(table, *name))
            return fault_set(
                f, FAULT_DATA, "line %d: there is no column '%.80s'", markup_line(e), *name);
        name++;
    }
    return 0;
}

static int
read_key(const xmlNode *root, struct arena *a, struct table *table, struct fault *f)
{
    const xmlNode *e = document_first(root, "Key");

    if (e == NULL)
        return 0;
    table->identity = markup_attribute(e, "IdentityLast") != NULL;
    if (table->identity && document_get_int(e, "IdentityLast", &table->identity_last, f) != 0)
        return -1;
    return read_names(e, a, table, &table->key, &table->key_count, f);
}

static int
read_indexes(const xmlNode *root, struct arena *a, struct table *table, struct fault *f)
{
    struct table_index *index;

    table->index_count = document_count(root, "Index");
    if (table->index_count > TABLE_XML_INDEXES_MAX)
        return fault_set(f, FAULT_DATA, "%zu indexes", table->index_count);
    if ((table->indexes = arena_array(a, table->index_count, sizeof *index)) == NULL)
        return fault_set_memory(f);
    index = table->indexes;
    for (const xmlNode *e = document_first(root, "Index"); e != NULL; e = document_next(e)) {
        if (document_get_text(e, "Name", a, &index->name, f) != 0 ||
            document_get_bool(e, "Unique", &index->unique, f) != 0 ||
            read_names(e, a, table, &index->columns, &index->column_count, f) != 0)
            return -1;
        index++;
    }
    return 0;
}

int
table_xml_read(const struct text *xml, struct arena *a, struct table *table, struct fault *f)
{
    static const char *const children[] = {"Column", "Key", "Index", NULL};
    xmlDoc *document = document_read(xml, "schema", "Table", TABLE_XML_URI, f);
    const xmlNode *root;
    int rc = -1;

    *table = (struct table){.name = NULL};
    if (document == NULL)
        return -1;
    root = markup_root(document);
    if (document_check_children(root, children, f) == 0 &&
        document_get_text(root, "Name", a, &table->name, f) == 0 &&
        read_columns(root, a, table, f) == 0 && read_key(root, a, table, f) == 0 &&
        read_indexes(root, a, table, f) == 0)
        rc = 0;
    markup_free(document);
    return rc;
}
