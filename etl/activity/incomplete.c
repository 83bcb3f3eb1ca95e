#include "etl/activity/incomplete.h"

#include "config/base/moment.h"
#include "etl/activity/names.h"

enum { COLUMNS = 8 };

static const enum value_type types[COLUMNS] = {
    VALUE_TEXT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_TIME, VALUE_INT, VALUE_TEXT, VALUE_INT};

/* `online` names what has the IDs of all that is completed and online. */
static void
add_query(struct text *sql, const struct activity_names *n, const char *online,
    const struct incomplete_filter *filter)
{
    char before[MOMENT_TEXT_BYTES];

    sql_add(sql,
        "SELECT a.\"ActivityID\", a.\"IsVisible\", a.\"IsComplete\", "
        "(SELECT count(*) FROM %n AS k WHERE k.\"ParentActivityID\" = a.\"ActivityID\"), "
        "a.\"LastModified\", "
        "CASE WHEN EXISTS (SELECT 1 FROM %n AS c WHERE c.\"ActivityID\" = a.\"ActivityID\") "
        "THEN 1 ELSE 0 END, "
        "(SELECT min(k.\"ActivityID\") FROM %n AS k WHERE k.\"ParentActivityID\" = "
        "a.\"ActivityID\"), "
        "(SELECT count(*) FROM %n AS r WHERE r.\"ActivityID\" = a.\"ActivityID\") "
        "FROM %n AS a WHERE 1 = 1",
        n->continuations, online, n->continuations, n->active_relationships, n->active);
    if (filter->id != NULL)
        sql_add(sql, " AND a.\"ActivityID\" = %t", filter->id);
    if (filter->after != NULL)
        sql_add(sql, " AND a.\"ActivityID\" > %t", filter->after);
    if (filter->by_age)
        sql_add(sql, " AND a.\"LastModified\" < %t",
            moment_format_sql(filter->modified_before, before));
    text_add(sql, " ORDER BY a.\"ActivityID\"");
}

static bool
is_set(const struct value *v)
{
    return v->type == VALUE_INT && v->as.integer != 0;
}

static struct incomplete
as_incomplete(const struct value *row)
{
    return (struct incomplete){
        .id = row[0],
        .visible = is_set(&row[1]),
        .ended = is_set(&row[2]),
        .open_tokens = row[3].as.integer,
        .modified = row[4],
        .late = is_set(&row[5]),
        .token = row[6],
        .relationships = row[7].as.integer,
    };
}

int
incomplete_visit(struct db *primary, const char *activity, const struct incomplete_filter *filter,
    int (*take)(void *state, const struct incomplete *row, struct fault *f), void *state,
    struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct text sql = TEXT_INIT;
    struct stmt *s = NULL;
    struct activity_names names;
    struct value row[COLUMNS];
    int rc = -1, has_ids;

    /* A database from before there was the table has the view, which looks into each partition. */
    if (activity_names_init(&names, &memory, activity, f) != 0 ||
        (has_ids = db_table_exists(primary, names.online_ids, f)) < 0)
        goto done;
    add_query(&sql, &names, has_ids ? names.online_ids : names.completed_instances, filter);
    if (text_check(&sql, f) != 0 || (s = db_prepare(primary, text_get(&sql), f)) == NULL ||
        stmt_query(s, types, COLUMNS, f) != 0)
        goto done;
    while ((rc = stmt_fetch(s, row, f)) == 1) {
        const struct incomplete one = as_incomplete(row);

        if ((rc = take(state, &one, f)) != 0)
            break;
    }
done:
    stmt_free(s);
    text_release(&sql);
    arena_release(&memory);
    return rc >= 0 ? 0 : fault_wrap(f, "read the incomplete instances of '%s'", activity);
}
