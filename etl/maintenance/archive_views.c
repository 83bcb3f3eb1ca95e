#include "etl/maintenance/archive_views.h"

#include <string.h>

#include "config/table/table.h"
#include "etl/activity/names.h"
#include "etl/activity/union_view.h"
#include "etl/odbc/table_shape.h"

static int
take_name(struct arena *memory, const struct value *v, const char ***names, size_t *count,
    struct fault *f)
{
    const char **slot = arena_append(memory, names, count, sizeof *slot);

    if (slot == NULL ||
        (*slot = arena_strndup(memory, v->as.text.bytes, v->as.text.length)) == NULL)
        return fault_set_memory(f);
    return 0;
}

/* Does a word stand in a name, at its start or behind a '_'? */
static bool
has_word(const char *name, const char *word)
{
    for (const char *at = strstr(name, word); at != NULL; at = strstr(at + 1, word)) {
        if (at == name || at[-1] == '_')
            return true;
    }
    return false;
}

/*
 * Is it a partition's copy, by what stands behind the prefix, from the '_' that ends it? Not the
 * tables of an activity whose name goes on with it ("Order_Instances" behind "Order"), not one that
 * is on its way in, and not one that was put aside under a longer name.
 */
static bool
is_copy(const char *tail)
{
    const char *stamp = tail + 1;
    char start[1 + PARTITION_STAMP_BYTES + 1] = "";

    if (has_word(stamp, "Instances_") || has_word(stamp, "Relationships_") ||
        has_word(stamp, "Incoming"))
        return false;
    memcpy(start, tail, strnlen(tail, sizeof start - 1));
    return partition_stamp(start) == NULL || partition_stamp(tail) == stamp;
}

/* Names of the archive's tables that begin with a prefix and are complete, in order. */
static int
list_tables(struct db *archive, const char *prefix, struct arena *memory, const char ***names,
    size_t *count, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct text sql = TEXT_INIT;
    struct value v;
    struct stmt *s = db_prepare(archive,
        sql_set(&sql, "SELECT name FROM (%s) AS t ORDER BY name", db_dialect(archive)->list_tables),
        f);
    int rc = s == NULL ? -1 : stmt_query(s, &type, 1, f);

    while (rc == 0 && (rc = stmt_fetch(s, &v, f)) == 1) {
        size_t head = strlen(prefix);

        rc = 0;
        if (v.as.text.length > head && memcmp(v.as.text.bytes, prefix, head) == 0 &&
            is_copy(v.as.text.bytes + head - 1))
            rc = take_name(memory, &v, names, count, f);
    }
    stmt_free(s);
    text_release(&sql);
    return rc;
}

/* All columns that any of the tables has, in order of first sight: tables of before an update lack
 * some. */
static int
unite_columns(struct arena *memory, const struct table *tables, size_t count,
    struct table_column **columns, size_t *column_count, struct fault *f)
{
    for (size_t i = count; i-- > 0;) {
        for (size_t k = 0; k < tables[i].column_count; k++) {
            bool known = false;
            struct table_column *slot;

            for (size_t n = 0; n < *column_count; n++)
                known = known || strcmp((*columns)[n].name, tables[i].columns[k].name) == 0;
            if (known)
                continue;
            if ((slot = arena_append(memory, columns, column_count, sizeof *slot)) == NULL)
                return fault_set_memory(f);
            *slot = tables[i].columns[k];
        }
    }
    return 0;
}

static int
add_table(struct union_view *u, const struct table *t, const struct table_column *columns,
    size_t count, struct fault *f)
{
    struct text select = TEXT_INIT;
    int rc;

    text_add(&select, "SELECT ");
    for (size_t i = 0; i < count; i++) {
        bool there = false;

        for (size_t k = 0; k < t->column_count; k++)
            there = there || strcmp(t->columns[k].name, columns[i].name) == 0;
        text_add(&select, i == 0 ? "" : ", ");
        if (!there) {
            db_dialect(u->db)->add_null(&select, columns[i].type);
            text_add(&select, " AS ");
        }
        sql_add(&select, "%n", columns[i].name);
    }
    sql_add(&select, " FROM %n", t->name);
    rc = text_check(&select, f) == 0 ? union_view_add(u, text_get(&select), f) : -1;
    text_release(&select);
    return rc;
}

static int
rebuild_view(struct db *archive, const char *view, const char *prefix, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    const char **names = NULL;
    struct table_column *columns = NULL;
    size_t count = 0, column_count = 0;
    struct table *tables = NULL;
    struct union_view u;
    int rc = list_tables(archive, prefix, &memory, &names, &count, f);

    union_view_init(&u, archive, view);
    if (rc == 0 && (tables = arena_array(&memory, count, sizeof *tables)) == NULL)
        rc = fault_set_memory(f);
    for (size_t i = 0; rc == 0 && i < count; i++)
        tables[i].name = names[i];
    if (rc == 0 && count > 0)
        rc = table_shape_read_columns(archive, &memory, tables, count, f);
    if (rc == 0)
        rc = unite_columns(&memory, tables, count, &columns, &column_count, f);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = add_table(&u, &tables[i], columns, column_count, f);
    if (rc == 0)
        rc = count > 0 ? union_view_finish(&u, f) : union_view_drop(archive, view, f);
    union_view_release(&u);
    arena_release(&memory);
    return rc;
}

int
archive_views_rebuild(struct db *archive, const char *activity, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct activity_names n;
    const char *instances = archive_prefix(&memory, activity, ARCHIVE_INSTANCES);
    const char *relationships = archive_prefix(&memory, activity, ARCHIVE_RELATIONSHIPS);
    int rc = -1;

    if (instances == NULL || relationships == NULL)
        fault_set_memory(f);
    else if (activity_names_init(&n, &memory, activity, f) == 0 && db_begin(archive, f) == 0) {
        rc = rebuild_view(archive, n.archive_instances_view, instances, f);
        if (rc == 0)
            rc = rebuild_view(archive, n.archive_relationships_view, relationships, f);
        rc = db_end(archive, rc, f);
    }
    arena_release(&memory);
    return rc == 0 ? 0 : fault_wrap(f, "rebuild the archive's views of '%s'", activity);
}
