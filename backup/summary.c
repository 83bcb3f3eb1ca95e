#include "backup/summary.h"

#include <string.h>

int
summary_add_table(struct container_summary *s, const char *name, const struct rowsum *sum,
    uint64_t chunks, uint64_t bytes, struct fault *f)
{
    struct container_table *table =
        arena_append(&s->memory, &s->tables, &s->table_count, sizeof *table);
    size_t size = sum->column_count * sizeof *sum->columns;

    if (table == NULL || (table->name = arena_strdup(&s->memory, name)) == NULL)
        return fault_set_memory(f);
    table->sum = *sum;
    if ((table->sum.columns = arena_alloc(&s->memory, size)) == NULL)
        return fault_set_memory(f);
    memcpy(table->sum.columns, sum->columns, size);
    table->chunks = chunks;
    table->bytes = bytes;
    s->rows += sum->rows;
    return 0;
}

void
container_summary_release(struct container_summary *s)
{
    arena_release(&s->memory);
    *s = (struct container_summary)CONTAINER_SUMMARY_INIT;
}
