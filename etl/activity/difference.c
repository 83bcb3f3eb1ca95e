#include "etl/activity/difference.h"

#include <string.h>

#include "etl/activity/names.h"
#include "etl/activity/partition.h"
#include "etl/activity/schema.h"
#include "etl/odbc/table_shape.h"

#define BESIDE                                                                                     \
    "its rows are in the backups: nightcube restore FILE --database PrimaryImport --as NAME"

#define IDS_COME_BACK "it is made anew by the next: nightcube maintain"

struct search {
    struct db *primary;
    struct arena memory;
    difference_take take;
    void *state;
    bool with_indexes;
};

/* ---- one table ---- */

static const struct table_column *
find_column(const struct table *t, const char *name)
{
    char buffer[SQL_NAME_BYTES];

    name = sql_fit_name(name, buffer);
    for (size_t i = 0; i < t->column_count; i++) {
        if (strcmp(t->columns[i].name, name) == 0)
            return &t->columns[i];
    }
    return NULL;
}

static bool
has_index(const struct table *t, const struct table_index *wanted)
{
    char buffer[SQL_NAME_BYTES];

    for (size_t i = 0; i < t->index_count; i++) {
        const struct table_index *index = &t->indexes[i];
        size_t same = 0;

        if (index->column_count != wanted->column_count || (wanted->unique && !index->unique))
            continue;
        while (same < wanted->column_count &&
               strcmp(index->columns[same], sql_fit_name(wanted->columns[same], buffer)) == 0)
            same++;
        if (same == wanted->column_count)
            return true;
    }
    return false;
}

static void
tell_column(struct search *s, const struct table *wanted, const struct table_column *c,
    const struct table_column *found)
{
    struct text object = TEXT_INIT, what = TEXT_INIT, cure = TEXT_INIT, type = TEXT_INIT;

    db_dialect(s->primary)->add_type(&type, c);
    text_add_format(&object, "table '%s', column '%s'", wanted->name, c->name);
    if (found == NULL) {
        text_add(&what, "is missing");
        sql_add(&cure, "ALTER TABLE %n ADD COLUMN %n %s; %s", wanted->name, c->name,
            text_get(&type), BESIDE);
    } else {
        text_add_format(&what, "is %s, and was deployed as %s", value_type_name(found->type),
            value_type_name(c->type));
        if (c->length > 0)
            text_add_format(&what, " of %d (now %d)", c->length, found->length);
        sql_add(&cure, "make %n in %n %s again", c->name, wanted->name, text_get(&type));
    }
    s->take(s->state, text_get(&object), text_get(&what), text_get(&cure), false);
    text_release(&object);
    text_release(&what);
    text_release(&cure);
    text_release(&type);
}

/* A column may be longer than it was deployed: it keeps all the same. */
static bool
keeps_the_same(const struct table_column *wanted, const struct table_column *found)
{
    if (found == NULL || found->type != wanted->type)
        return false;
    if (wanted->type == VALUE_TEXT && found->length > 0)
        return wanted->length > 0 && found->length >= wanted->length;
    return true;
}

static void
tell_index(struct search *s, const struct table *wanted, const struct table_index *index)
{
    struct text what = TEXT_INIT, cure = TEXT_INIT, object = TEXT_INIT;

    text_add_format(&object, "table '%s'", wanted->name);
    text_add(&what, "has no index over ");
    sql_add(&cure, "CREATE %sINDEX %n ON %n (", index->unique ? "UNIQUE " : "", index->name,
        wanted->name);
    for (size_t i = 0; i < index->column_count; i++) {
        text_add_format(&what, "%s'%s'", i == 0 ? "" : ", ", index->columns[i]);
        sql_add(&cure, i == 0 ? "%n" : ", %n", index->columns[i]);
    }
    text_add_char(&cure, ')');
    s->take(s->state, text_get(&object), text_get(&what), text_get(&cure), !index->unique);
    text_release(&what);
    text_release(&cure);
    text_release(&object);
}

/* Two of the same key would be taken, and events of one instance would make two. */
static void
compare_key(struct search *s, const struct table *wanted, const struct table *found)
{
    struct text object = TEXT_INIT, cure = TEXT_INIT;

    if (found->key_count != wanted->key_count) {
        text_add_format(&object, "table '%s'", wanted->name);
        sql_add(&cure, "ALTER TABLE %n ADD PRIMARY KEY (", wanted->name);
        for (size_t i = 0; i < wanted->key_count; i++)
            sql_add(&cure, i == 0 ? "%n" : ", %n", wanted->key[i]);
        text_add_char(&cure, ')');
        s->take(s->state, text_get(&object), "has not the key it was deployed with",
            text_get(&cure), false);
    }
    text_release(&object);
    text_release(&cure);
}

static void
tell_missing(struct search *s, const char *kind, const char *name, const char *cure)
{
    struct text object = TEXT_INIT;

    text_add_format(&object, "%s '%s'", kind, name);
    s->take(s->state, text_get(&object), "is missing", cure, false);
    text_release(&object);
}

/* What is described as FAULT_DATA is not there. */
static int
compare_table(
    struct search *s, const struct table *wanted, const char *when_missing, struct fault *f)
{
    struct fault why = FAULT_INIT;
    struct table found;
    int rc = table_shape_read(s->primary, wanted->name, &s->memory, &found, &why);

    if (rc != 0 && why.kind != FAULT_DATA) {
        *f = why;
        return -1;
    }
    if (rc != 0) {
        tell_missing(s, "table", wanted->name, when_missing);
        return 0;
    }
    for (size_t i = 0; i < wanted->column_count; i++) {
        const struct table_column *column = find_column(&found, wanted->columns[i].name);

        if (!keeps_the_same(&wanted->columns[i], column))
            tell_column(s, wanted, &wanted->columns[i], column);
    }
    compare_key(s, wanted, &found);
    for (size_t i = 0; s->with_indexes && i < wanted->index_count; i++) {
        if (!has_index(&found, &wanted->indexes[i]))
            tell_index(s, wanted, &wanted->indexes[i]);
    }
    return 0;
}

/* ---- all of an activity ---- */

static int
compare_tables(struct search *s, const struct activity *a, struct fault *f)
{
    struct table tables[6];

    if (schema_active(a, &s->memory, &tables[0], f) != 0 ||
        schema_completed(a, 0, &s->memory, &tables[1], f) != 0 ||
        schema_active_relationships(a, &s->memory, &tables[2], f) != 0 ||
        schema_completed_relationships(a, 0, &s->memory, &tables[3], f) != 0 ||
        schema_continuations(a, &s->memory, &tables[4], f) != 0 ||
        schema_online_ids(a, &s->memory, &tables[5], f) != 0)
        return -1;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        bool is_derived = i + 1 == sizeof tables / sizeof *tables;

        if (compare_table(s, &tables[i], is_derived ? IDS_COME_BACK : BESIDE, f) != 0)
            return -1;
    }
    return 0;
}

static int
expect(struct search *s, const char *kind, const char *name, const char *cure, struct fault *f)
{
    int there = db_table_exists(s->primary, name, f);

    if (there == 0)
        tell_missing(s, kind, name, cure);
    return there < 0 ? -1 : 0;
}

static int
expect_partitions(struct search *s, const struct activity *a, struct fault *f)
{
    struct partition_list live = {0};
    int rc = partition_read(s->primary, a->name, PARTITIONS_LIVE, &s->memory, &live, f);

    for (size_t i = 0; rc == 0 && i < live.count; i++) {
        rc = expect(s, "partition", live.items[i].instances, BESIDE, f);
        if (rc == 0)
            rc = expect(s, "partition", live.items[i].relationships, BESIDE, f);
    }
    return rc;
}

#define VIEWS_COME_BACK "views are made anew by the next: nightcube maintain"

static int
expect_views(
    struct search *s, const struct definition *d, const struct activity *a, struct fault *f)
{
    struct activity_names n;
    int rc = activity_names_init(&n, &s->memory, a->name, f);
    const char *const own[] = {
        n.active_instances, n.completed_instances, n.all_instances, n.all_relationships};

    for (size_t i = 0; rc == 0 && i < sizeof own / sizeof *own; i++)
        rc = expect(s, "view", own[i], VIEWS_COME_BACK, f);
    for (size_t i = 0; rc == 0 && i < d->view_count; i++) {
        for (size_t k = 0; rc == 0 && k < d->views[i].activity_view_count; k++) {
            const struct activity_view *v = &d->views[i].activity_views[k];
            struct view_names names;

            if (&d->activities[v->activity] != a)
                continue;
            rc = view_names_init(&names, &s->memory, d->views[i].name, v->name, f);
            if (rc == 0)
                rc = expect(s, "view", names.both, VIEWS_COME_BACK, f);
        }
    }
    return rc;
}

int
difference_find(struct db *primary, const struct definition *d, const struct activity *a,
    difference_take take, void *state, struct fault *f)
{
    struct search s = {.primary = primary,
        .memory = ARENA_INIT,
        .take = take,
        .state = state,
        .with_indexes = true};
    int rc = compare_tables(&s, a, f);

    if (rc == 0)
        rc = expect_partitions(&s, a, f);
    if (rc == 0)
        rc = expect_views(&s, d, a, f);
    arena_release(&s.memory);
    return rc;
}

/* ---- before writing ---- */

static void
take_first(void *state, const char *object, const char *what, const char *cure, bool harmless)
{
    struct fault *f = state;

    if (harmless || f->kind != FAULT_NONE)
        return;
    fault_set(f, FAULT_DATA, "%s %s", object, what);
    fault_hint(f, "%s", cure);
}

int
difference_check(struct db *primary, const struct activity *a, struct fault *f)
{
    struct fault first = FAULT_INIT;
    struct search s = {
        .primary = primary, .memory = ARENA_INIT, .take = take_first, .state = &first};
    struct table active, completed;
    int rc = schema_active(a, &s.memory, &active, f);

    if (rc == 0)
        rc = schema_completed(a, 0, &s.memory, &completed, f);
    if (rc == 0)
        rc = compare_table(&s, &active, BESIDE, f);
    if (rc == 0)
        rc = compare_table(&s, &completed, BESIDE, f);
    arena_release(&s.memory);
    if (rc != 0 || first.kind == FAULT_NONE)
        return rc;
    *f = first;
    return -1;
}
