#include "etl/dump/trace.h"

#include <stdlib.h>
#include <string.h>

static int
compare(const void *a, const void *b)
{
    return strcmp(((const struct trace *)a)->table, ((const struct trace *)b)->table);
}

static int
add(struct trace_list *list, struct arena *memory, const struct value row[2], struct fault *f)
{
    struct trace *t;

    if (row[1].type != VALUE_TEXT)
        return 0;
    if ((t = arena_append(memory, &list->items, &list->count, sizeof *t)) == NULL)
        return fault_set_memory(f);
    t->table = arena_strndup(memory, row[0].as.text.bytes, row[0].as.text.length);
    t->text = arena_strndup(memory, row[1].as.text.bytes, row[1].as.text.length);
    return t->table != NULL && t->text != NULL ? 0 : fault_set_memory(f);
}

int
trace_read(struct db *db, struct arena *memory, struct trace_list *list, struct fault *f)
{
    static const enum value_type types[] = {VALUE_TEXT, VALUE_TEXT};
    const char *query = db_dialect(db)->list_traces;
    struct value row[2];
    struct stmt *s;
    int rc;

    *list = (struct trace_list){.items = NULL};
    if (query == NULL)
        return 0;
    s = db_prepare(db, query, f);
    rc = s == NULL ? -1 : stmt_query(s, types, 2, f);
    while (rc == 0 && (rc = stmt_fetch(s, row, f)) == 1)
        rc = add(list, memory, row, f);
    stmt_free(s);
    if (rc == 0 && list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, compare);
    return rc;
}

const char *
trace_find(const struct trace_list *list, const char *table)
{
    const struct trace key = {.table = table};
    const struct trace *found =
        list->count == 0 ? NULL : bsearch(&key, list->items, list->count, sizeof key, compare);

    return found == NULL ? NULL : found->text;
}
