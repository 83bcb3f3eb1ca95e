#include "etl/maintenance/heal.h"

#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "etl/activity/names.h"
#include "etl/activity/partition.h"
#include "etl/activity/views.h"

struct heal {
    struct db *primary;
    const struct activity *activity;
    struct arena memory;
    struct activity_names names;
    struct partition_list partitions; /* all that are written down */
    const char **tables;              /* all there are */
    size_t table_count;
};

static int
list_tables(struct heal *h, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct value v;
    struct stmt *s = db_prepare(h->primary, db_dialect(h->primary)->list_names, f);
    int rc = s == NULL ? -1 : stmt_query(s, &type, 1, f);

    while (rc == 0 && (rc = stmt_fetch(s, &v, f)) == 1) {
        const char **slot = arena_append(&h->memory, &h->tables, &h->table_count, sizeof *slot);

        rc = 0;
        if (slot == NULL ||
            (*slot = arena_strndup(&h->memory, v.as.text.bytes, v.as.text.length)) == NULL)
            rc = fault_set_memory(f);
    }
    stmt_free(s);
    return rc;
}

static bool
is_there(const struct heal *h, const char *table)
{
    for (size_t i = 0; i < h->table_count; i++) {
        if (strcmp(h->tables[i], table) == 0)
            return true;
    }
    return false;
}

static int
drop(struct heal *h, const char *table, struct fault *f)
{
    if (table == NULL)
        return fault_set_memory(f);
    if (!is_there(h, table))
        return 0;
    log_warning("table %s was left behind by a step that died: dropped", table);
    return db_drop_table(h->primary, table, f);
}

static int
drop_dropped(struct heal *h, struct fault *f)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < h->partitions.count; i++) {
        const struct partition *p = &h->partitions.items[i];

        if (p->dropped && (rc = drop(h, p->instances, f)) == 0)
            rc = drop(h, p->relationships, f);
    }
    return rc;
}

/* ---- partitions that nobody wrote down ---- */

/* Is it a partition of this activity that is not written down? */
static bool
is_orphan(struct heal *h, const char *table)
{
    const char *stamp = partition_stamp(table);
    const char *name = stamp == NULL ? NULL : partition_name(&h->memory, h->activity->name, stamp);

    if (name == NULL || strcmp(name, table) != 0)
        return false;
    for (size_t i = 0; i < h->partitions.count; i++) {
        if (strcmp(h->partitions.items[i].instances, table) == 0)
            return false;
    }
    return true;
}

static int
adopt(struct heal *h, const char *table, struct fault *f)
{
    struct partition p = {.activity = h->activity->name,
        .instances = table,
        .relationships = partition_relationships_name(&h->memory, table),
        .created = clock_now()};
    struct text sql = TEXT_INIT;
    int rc = p.relationships == NULL ? fault_set_memory(f) : 0;

    if (rc == 0 && !is_there(h, p.relationships))
        return 0;
    log_warning("partition %s was swapped out and not written down: it is now", table);
    if (rc == 0)
        rc = db_get_int(h->primary, sql_set(&sql, "SELECT min(\"RecordID\") FROM %n", table), 0,
            &p.min_record, f);
    if (rc == 0)
        rc = db_get_int(h->primary, sql_set(&sql, "SELECT max(\"RecordID\") FROM %n", table), 0,
            &p.max_record, f);
    if (rc == 0)
        rc = partition_record(h->primary, &p, f);
    text_release(&sql);
    return rc;
}

static int
adopt_orphans(struct heal *h, struct fault *f)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < h->table_count; i++) {
        if (is_orphan(h, h->tables[i]))
            rc = adopt(h, h->tables[i], f);
    }
    return rc;
}

/* ---- all ---- */

static int
heal(struct heal *h, struct fault *f)
{
    const char *activity = h->activity->name;

    if (activity_names_init(&h->names, &h->memory, activity, f) != 0 || list_tables(h, f) != 0 ||
        partition_read(h->primary, activity, PARTITIONS_ALL, &h->memory, &h->partitions, f) != 0 ||
        drop(h, incoming_name(&h->memory, h->names.completed), f) != 0 ||
        drop(h, incoming_name(&h->memory, h->names.completed_relationships), f) != 0 ||
        drop_dropped(h, f) != 0)
        return -1;
    return adopt_orphans(h, f);
}

int
heal_activity(struct db *primary, const struct definition *d, const struct activity *a,
    const struct view_shapes *shapes, struct fault *f)
{
    struct heal h = {.primary = primary, .activity = a, .memory = ARENA_INIT};
    int rc = 0;

    if (db_dialect(primary)->transactional_ddl)
        return 0;
    if ((rc = heal(&h, f)) == 0)
        rc = views_regenerate_from(primary, d, a, shapes, f);
    arena_release(&h.memory);
    return rc == 0 ? 0 : fault_wrap(f, "put '%s' right", a->name);
}

struct whole {
    struct db *primary;
    const struct definition *definition;
    const struct activity *activity;
    struct view_shapes shapes;
};

static int
heal_step(void *state, struct fault *f)
{
    const struct whole *w = state;

    return heal_activity(w->primary, w->definition, w->activity, &w->shapes, f);
}

int
heal_before_reading(
    struct db *primary, const struct definition *d, const struct activity *a, struct fault *f)
{
    struct whole w = {.primary = primary, .definition = d, .activity = a};
    int rc;

    if (db_dialect(primary)->transactional_ddl)
        return 0;
    if ((rc = view_shapes_read(&w.shapes, primary, a, f)) == 0)
        rc = db_transact(primary, DB_BRIEF, heal_step, &w, f);
    view_shapes_release(&w.shapes);
    return rc;
}
