#include "etl/activity/online.h"

#include "config/base/interrupt.h"
#include "etl/activity/names.h"
#include "etl/activity/schema.h"

/* How many leave in one transaction: a few milliseconds. */
enum { IDS_AT_ONCE = 2000 };

/* ---- putting in ---- */

static int
put_in(struct db *primary, const char *online, const char *table, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc;

    sql_add(&sql,
        "INSERT INTO %n(\"ActivityID\") SELECT t.\"ActivityID\" FROM %n AS t WHERE NOT EXISTS "
        "(SELECT 1 FROM %n AS o WHERE o.\"ActivityID\" = t.\"ActivityID\")",
        online, table, online);
    rc = text_check(&sql, f) == 0 ? db_run(primary, text_get(&sql), NULL, f) : -1;
    text_release(&sql);
    return rc;
}

int
online_exists(struct db *primary, const struct activity *a, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct activity_names n;
    int rc = activity_names_init(&n, &memory, a->name, f);

    if (rc == 0)
        rc = db_table_exists(primary, n.online_ids, f);
    arena_release(&memory);
    return rc;
}

/* What a former try left where DDL commits is made anew. */
static int
create_incoming(struct db *primary, const struct activity *a, struct arena *memory, struct table *t,
    struct fault *f)
{
    if (schema_online_ids(a, memory, t, f) != 0)
        return -1;
    if ((t->name = incoming_name(memory, t->name)) == NULL)
        return fault_set_memory(f);
    return db_drop_table_if_there(primary, t->name, f) == 0 ? db_create_table(primary, t, f) : -1;
}

int
online_make(struct db *primary, const struct activity *a, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct partition_list live;
    struct activity_names n;
    struct table t;
    int rc = activity_names_init(&n, &memory, a->name, f);

    if (rc == 0)
        rc = create_incoming(primary, a, &memory, &t, f);
    if (rc == 0)
        rc = partition_read(primary, a->name, PARTITIONS_LIVE, &memory, &live, f);
    if (rc == 0)
        rc = put_in(primary, t.name, n.completed, f);
    for (size_t i = 0; rc == 0 && i < live.count; i++)
        rc = put_in(primary, t.name, live.items[i].instances, f);
    if (rc == 0)
        rc = db_rename_table(primary, t.name, n.online_ids, f);
    arena_release(&memory);
    return rc == 0 ? 0 : fault_wrap(f, "gather the IDs of '%s' that are online", a->name);
}

/* They leave in the order of the RecordIDs: as long as the first one is there, all are. Not if it
 * is there for another's sake: it may have been completed again since it left. */
static int
is_first_in(
    struct db *primary, const struct activity_names *n, const struct partition *p, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc;

    sql_add(&sql,
        "SELECT 1 FROM %n AS o WHERE o.\"ActivityID\" = (SELECT \"ActivityID\" FROM %n ORDER BY "
        "\"RecordID\" LIMIT 1) AND NOT EXISTS (SELECT 1 FROM %n AS c WHERE c.\"ActivityID\" = "
        "o.\"ActivityID\")",
        n->online_ids, p->instances, n->completed);
    rc = text_check(&sql, f) == 0 ? db_has_row(primary, text_get(&sql), f) : -1;
    text_release(&sql);
    return rc;
}

int
online_put_back(
    struct db *primary, const struct activity *a, const struct partition *p, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct activity_names n;
    int rc = activity_names_init(&n, &memory, a->name, f);

    if (rc == 0 && (rc = is_first_in(primary, &n, p, f)) == 0)
        rc = put_in(primary, n.online_ids, p->instances, f);
    arena_release(&memory);
    return rc < 0 ? fault_wrap(f, "put back the IDs of '%s'", p->instances) : 0;
}

/* ---- taking out ---- */

struct leaving {
    struct db *primary;
    const char *online, *partition, *completed;
    int64_t after, until; /* RecordIDs */
};

/* The RecordID of the last of the next ones; 0 when there are none. */
static int
look_ahead(struct leaving *l, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc;

    sql_add(&sql,
        "SELECT max(\"RecordID\") FROM (SELECT \"RecordID\" FROM %n WHERE \"RecordID\" > %d "
        "ORDER BY \"RecordID\" LIMIT %d) AS next",
        l->partition, l->after, (int64_t)IDS_AT_ONCE);
    rc = text_check(&sql, f) == 0 ? db_get_int(l->primary, text_get(&sql), 0, &l->until, f) : -1;
    text_release(&sql);
    return rc;
}

/* One that was completed again since a former try stays: it is in Completed now. */
static int
take_some_out(void *state, struct fault *f)
{
    const struct leaving *l = state;
    struct text query = TEXT_INIT, sql = TEXT_INIT;
    int rc;

    sql_add(&query,
        "SELECT t.\"ActivityID\" FROM %n AS t WHERE t.\"RecordID\" > %d AND t.\"RecordID\" <= %d "
        "AND NOT EXISTS (SELECT 1 FROM %n AS c WHERE c.\"ActivityID\" = t.\"ActivityID\")",
        l->partition, l->after, l->until, l->completed);
    if ((rc = text_check(&query, f)) == 0) {
        db_dialect(l->primary)->add_delete(&sql, l->online, "ActivityID", text_get(&query));
        rc = text_check(&sql, f) == 0 ? db_run(l->primary, text_get(&sql), NULL, f) : -1;
    }
    text_release(&query);
    text_release(&sql);
    return rc;
}

int
online_take_out(
    struct db *primary, const struct activity *a, const struct partition *p, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct leaving l = {.primary = primary, .partition = p->instances};
    struct activity_names n;
    int rc = activity_names_init(&n, &memory, a->name, f);

    l.online = n.online_ids;
    l.completed = n.completed;
    while (rc == 0 && (rc = look_ahead(&l, f)) == 0 && l.until > l.after) {
        if ((rc = interrupt_check(f)) == 0)
            rc = db_transact(primary, DB_BRIEF, take_some_out, &l, f);
        l.after = l.until;
    }
    arena_release(&memory);
    return rc == 0 ? 0 : fault_wrap(f, "take out the IDs of '%s'", p->instances);
}
