/*
 * schema: the shapes of an activity's tables in the primary import, as BAM has them (tables.h makes
 * them).
 */
#ifndef ETL_ACTIVITY_SCHEMA_H
#define ETL_ACTIVITY_SCHEMA_H

#include "config/base/arena.h"
#include "config/definition/definition.h"
#include "config/table/table.h"

/*
 * The shapes; everything is allocated in `memory`. 0, or -1 when it runs out.
 *
 * The tables of completed instances are renamed away by each swap and keep their indexes, whose
 * names are unique in a database: `last_record`, the last RecordID given before this table, makes
 * them so.
 */
int schema_active(const struct activity *a, struct arena *memory, struct table *t, struct fault *f);
int schema_completed(const struct activity *a, int64_t last_record, struct arena *memory,
    struct table *t, struct fault *f);
int schema_active_relationships(
    const struct activity *a, struct arena *memory, struct table *t, struct fault *f);
int schema_completed_relationships(const struct activity *a, int64_t last_record,
    struct arena *memory, struct table *t, struct fault *f);
int schema_continuations(
    const struct activity *a, struct arena *memory, struct table *t, struct fault *f);
int schema_online_ids(const struct activity *a, struct arena *memory, struct table *t,
    struct fault *f); /* online.h */

struct table_column schema_checkpoint_column(const struct checkpoint *c);

#endif
