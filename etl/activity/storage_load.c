#include "etl/activity/storage_load.h"

#include <stdlib.h>

#include "etl/activity/lookup.h"

struct load {
    struct db *primary;
    const struct activity_names *names;
    struct instance_set *set;
};

/* Looks the set's instances from `first` on up, of those that lie between what the table holds in
 * `column`. */
static int
load_from(struct load *l, size_t first, const char *table, const char *column, const char *select,
    const enum value_type *types, size_t columns, lookup_take take, struct fault *f)
{
    struct id_list list;
    int rc = id_list_init(&list, l->set->count - first, f);

    for (size_t i = first; rc == 0 && i < l->set->count; i++)
        list.ids[list.count++] = &l->set->instances[i]->id;
    if (rc == 0)
        rc = id_list_narrow(&list, l->primary, table, column, f);
    if (rc == 0)
        rc = lookup_rows(l->primary, &list, select, types, columns, take, l, f);
    free(list.ids);
    return rc;
}

/* ---- continuations ---- */

static int
take_continuation(void *state, const struct value *row, struct fault *f)
{
    struct load *l = state;
    struct instance *token = instance_set_add(l->set, &row[0]);
    struct instance *parent = instance_set_add(l->set, &row[1]);

    if (token == NULL || parent == NULL)
        return fault_set_memory(f);
    if (token->stored_parent == NULL) {
        token->parent = token->stored_parent = parent;
        parent->open_tokens++;
    }
    return 0;
}

static int
load_continuations_by(struct load *l, size_t first, const char *column, struct fault *f)
{
    static const enum value_type types[] = {VALUE_TEXT, VALUE_TEXT};
    struct text select = TEXT_INIT;
    int rc = load_from(l, first, l->names->continuations, column,
        sql_set(&select, "SELECT \"ActivityID\", \"ParentActivityID\" FROM %n WHERE %n",
            l->names->continuations, column),
        types, 2, take_continuation, f);

    text_release(&select);
    return rc;
}

/* Continuations lead to further instances (roots, tokens of the same root), and these to others. */
static int
load_continuations(struct load *l, struct fault *f)
{
    for (size_t first = 0; first < l->set->count;) {
        size_t end = l->set->count;

        if (load_continuations_by(l, first, "ActivityID", f) != 0 ||
            load_continuations_by(l, first, "ParentActivityID", f) != 0)
            return -1;
        first = end;
    }
    return 0;
}

/* ---- active instances ---- */

static int
take_active(void *state, const struct value *row, struct fault *f)
{
    struct load *l = state;
    struct instance *i = instance_set_add(l->set, &row[0]);

    if (i == NULL)
        return fault_set_memory(f);
    for (size_t k = 0; k < l->set->activity->checkpoint_count; k++) {
        if (instance_set_value(l->set, i, k, &row[k + 3], f) != 0)
            return -1;
    }
    i->present = i->stored = true;
    i->changed = false;
    i->visible = row[1].type == VALUE_INT && row[1].as.integer != 0;
    i->ended = row[2].type == VALUE_INT && row[2].as.integer != 0;
    return 0;
}

static void
add_active_select(struct text *sql, const struct load *l)
{
    const struct activity *a = l->set->activity;
    struct text name = TEXT_INIT;

    text_add(sql, "SELECT \"ActivityID\", \"IsVisible\", \"IsComplete\"");
    for (size_t i = 0; i < a->checkpoint_count; i++) {
        text_add(sql, ", ");
        db_dialect(l->primary)
            ->add_read(sql, sql_set(&name, "%n", a->checkpoints[i].name), a->checkpoints[i].type);
    }
    sql_add(sql, " FROM %n WHERE \"ActivityID\"", l->names->active);
    text_release(&name);
}

static int
load_active(struct load *l, struct fault *f)
{
    size_t columns = l->set->activity->checkpoint_count + 3;
    enum value_type *types = calloc(columns, sizeof *types);
    struct text select = TEXT_INIT;
    int rc = -1;

    if (types == NULL)
        return fault_set_memory(f);
    types[0] = VALUE_TEXT;
    types[1] = types[2] = VALUE_INT;
    for (size_t i = 3; i < columns; i++)
        types[i] = l->set->activity->checkpoints[i - 3].type;
    add_active_select(&select, l);
    if (text_check(&select, f) == 0)
        rc = load_from(l, 0, l->names->active, "ActivityID", text_get(&select), types, columns,
            take_active, f);
    text_release(&select);
    free(types);
    return rc;
}

/* ---- completed instances ---- */

static int
take_completed(void *state, const struct value *row, struct fault *f)
{
    struct load *l = state;
    struct instance *i = instance_set_add(l->set, &row[0]);

    if (i == NULL)
        return fault_set_memory(f);
    i->completed_online = true;
    return 0;
}

static int
load_completed(struct load *l, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct text select = TEXT_INIT;
    int rc = load_from(l, 0, l->names->online_ids, "ActivityID",
        sql_set(
            &select, "SELECT \"ActivityID\" FROM %n WHERE \"ActivityID\"", l->names->online_ids),
        &type, 1, take_completed, f);

    text_release(&select);
    return rc;
}

int
storage_load_set(
    struct db *primary, const struct activity_names *names, struct instance_set *b, struct fault *f)
{
    struct load l = {primary, names, b};

    if (load_continuations(&l, f) != 0 || load_active(&l, f) != 0)
        return -1;
    return load_completed(&l, f);
}
