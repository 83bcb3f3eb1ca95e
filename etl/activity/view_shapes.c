#include "etl/activity/view_shapes.h"

#include "etl/activity/partition.h"
#include "etl/odbc/table_shape.h"

int
view_shapes_read(
    struct view_shapes *shapes, struct db *primary, const struct activity *a, struct fault *f)
{
    struct partition_list live;

    *shapes = (struct view_shapes){.memory = ARENA_INIT};
    if (partition_read(primary, a->name, PARTITIONS_LIVE, &shapes->memory, &live, f) != 0)
        return -1;
    shapes->tables = arena_array(&shapes->memory, live.count, sizeof *shapes->tables);
    if (shapes->tables == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < live.count; i++)
        shapes->tables[i].name = live.items[i].instances;
    shapes->count = live.count;
    return live.count == 0 ? 0
                           : table_shape_read_columns(
                                 primary, &shapes->memory, shapes->tables, shapes->count, f);
}

void
view_shapes_release(struct view_shapes *shapes)
{
    arena_release(&shapes->memory);
    *shapes = (struct view_shapes){.memory = ARENA_INIT};
}

/* Both lists go from the oldest to the newest: it mostly stands behind the last one found. */
int
view_shapes_find(const struct view_shapes *shapes, struct db *primary, const char *name,
    size_t *next, struct arena *memory, struct table *table, struct fault *f)
{
    for (size_t i = 0; i < shapes->count; i++) {
        size_t at = (*next + i) % shapes->count;

        if (sql_is_name(shapes->tables[at].name, name)) {
            *next = at + 1;
            *table = shapes->tables[at];
            return 0;
        }
    }
    return table_shape_read(primary, name, memory, table, f);
}
