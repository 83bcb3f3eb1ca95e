/*
 * selection: which tables and views of a backup are wanted: those of one activity, one cube, one
 * table, or of a shell pattern.
 */
#ifndef ETL_DUMP_SELECTION_H
#define ETL_DUMP_SELECTION_H

#include <stdbool.h>

#include "etl/activity/names.h"

struct selection {
    const char *only; /* borrowed; NULL: everything */
    struct arena memory;
    struct activity_names names;
};

#define SELECTION_INIT                                                                             \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

/*
 * `only` is the name of an activity, a cube or a table, or a pattern (fnmatch) of names of tables.
 * An activity is its tables, partitions and relationships, their copies in the archive, and the
 * views over them; a cube is its facts and dimensions in the star schema and its snapshot in the
 * primary import. Released by the caller in any case.
 */
int selection_init(struct selection *s, const char *only, struct fault *f);
void selection_release(struct selection *s);

/* Is the table or view of that database wanted? */
bool selection_wants(struct selection *s, const char *database, const char *name);

#endif
