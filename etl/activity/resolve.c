#include "etl/activity/resolve.h"

#include <string.h>

#include "config/base/arena.h"
#include "config/base/interrupt.h"
#include "config/base/progress.h"
#include "etl/activity/hold.h"
#include "etl/activity/names.h"
#include "etl/activity/storage.h"
#include "etl/odbc/table_shape.h"

/* A batch is a transaction: large enough to be quick, small enough not to hold writers up. */
enum { BATCH_INSTANCES = 4000, TABLES = 3 };

struct resolving {
    struct db *primary;
    const struct activity *activity;
    const struct resolve_options *options;
    struct resolve_result *result;
    struct arena memory; /* of the run */
    struct activity_names names;
    const char *from[TABLES];    /* Active, its relationships, continuations */
    const char *to[TABLES];      /* where removed rows are kept; NULL: nowhere */
    struct text columns[TABLES]; /* of these: "A", "B" ... */
    /* of the batch */
    struct arena batch;
    struct value *ids;
    size_t count;
    size_t seen;       /* late ones too */
    const char *after; /* the last ID looked at, in the batch's arena */
};

/* ---- choosing ---- */

static int
take_id(void *state, const struct incomplete *row, struct fault *f)
{
    struct resolving *r = state;
    const char *id = arena_strndup(&r->batch, row->id.as.text.bytes, row->id.as.text.length);
    struct value *place;

    if (id == NULL)
        return fault_set_memory(f);
    r->after = id;
    r->seen++;
    if (!row->late || r->options->remove) {
        if ((place = arena_append(&r->batch, &r->ids, &r->count, sizeof *place)) == NULL)
            return fault_set_memory(f);
        *place = value_text(id);
    }
    return r->seen >= BATCH_INSTANCES;
}

static int
choose(struct resolving *r, const char *after, struct fault *f)
{
    struct incomplete_filter filter = r->options->filter;

    filter.after = after;
    return incomplete_visit(r->primary, r->activity->name, &filter, take_id, r, f);
}

/* ---- completing ---- */

static int
complete_set(struct resolving *r, struct instance_set *set, struct fault *f)
{
    for (size_t i = 0; i < r->count; i++) {
        struct instance *one = instance_set_add(set, &r->ids[i]);

        if (one == NULL)
            return fault_set_memory(f);
        if (one->fate == FATE_KEPT && instance_set_complete(set, one, f) != 0)
            return -1;
    }
    return 0;
}

static int
complete_batch(struct resolving *r, struct fault *f)
{
    struct storage *storage = storage_new(r->primary, r->activity, f);
    struct instance_set set;
    int rc = -1;

    if (storage == NULL || instance_set_init(&set, r->activity, f) != 0) {
        storage_free(storage);
        return -1;
    }
    for (size_t i = 0; i < r->count; i++) {
        if (instance_set_add(&set, &r->ids[i]) == NULL) {
            fault_set_memory(f);
            goto done;
        }
    }
    if (storage_load(storage, &set, f) == 0 && complete_set(r, &set, f) == 0)
        rc = storage_save(storage, &set, f);
done:
    instance_set_release(&set);
    storage_free(storage);
    return rc;
}

/* ---- removing ---- */

/* Rows of an instance: its own in the first two tables; as a token or as the owner of tokens in the
 * third. */
static const char *const of_instance[TABLES] = {
    "\"ActivityID\" = %t",
    "\"ActivityID\" = %t",
    "%t IN (\"ActivityID\", \"ParentActivityID\")",
};

static int
remove_rows(struct resolving *r, int table, const char *id, struct fault *f)
{
    struct text sql = TEXT_INIT, where = TEXT_INIT;
    int rc = 0;

    sql_add(&where, of_instance[table], id);
    if (r->to[table] != NULL)
        rc = db_run(r->primary,
            sql_set(&sql, "INSERT INTO %n(%s) SELECT %s FROM %n WHERE %s", r->to[table],
                text_hand_on(&r->columns[table]), text_hand_on(&r->columns[table]), r->from[table],
                text_hand_on(&where)),
            NULL, f);
    if (rc == 0)
        rc = db_run(r->primary,
            sql_set(&sql, "DELETE FROM %n WHERE %s", r->from[table], text_hand_on(&where)), NULL,
            f);
    text_release(&where);
    text_release(&sql);
    return rc;
}

static int
remove_batch(struct resolving *r, struct fault *f)
{
    for (size_t i = 0; i < r->count; i++) {
        for (int table = 0; table < TABLES; table++) {
            if (remove_rows(r, table, r->ids[i].as.text.bytes, f) != 0)
                return -1;
        }
    }
    return 0;
}

/* ---- where removed rows are kept ---- */

static bool
same_columns(const struct table *a, const struct table *b)
{
    if (a->column_count != b->column_count)
        return false;
    for (size_t i = 0; i < a->column_count; i++) {
        if (strcmp(a->columns[i].name, b->columns[i].name) != 0)
            return false;
    }
    return true;
}

/* The same columns without key and indexes: what is moved twice is kept twice. */
static int
prepare_kept(struct resolving *r, int i, struct fault *f)
{
    int exists = db_table_exists(r->primary, r->to[i], f);
    struct table from = {.name = NULL}, kept = {.name = NULL};

    if (exists < 0 || table_shape_read(r->primary, r->from[i], &r->memory, &from, f) != 0)
        return -1;
    for (size_t c = 0; c < from.column_count; c++)
        sql_add(&r->columns[i], c == 0 ? "%n" : ", %n", from.columns[c].name);
    if (exists == 0) {
        from.name = r->to[i];
        from.key_count = from.index_count = 0;
        from.identity = false;
        return db_create_table(r->primary, &from, f);
    }
    if (table_shape_read(r->primary, r->to[i], &r->memory, &kept, f) != 0)
        return -1;
    if (same_columns(&from, &kept))
        return 0;
    fault_set(f, FAULT_DATA, "table '%s' exists with other columns", r->to[i]);
    return fault_hint(f, "say another extension");
}

static int
check_extension(const char *extension, struct fault *f)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    size_t length = strlen(extension);

    if (length > 0 && length <= RESOLVE_EXTENSION_MAX && strspn(extension, letters) == length)
        return 0;
    return fault_set(f, FAULT_DATA,
        "'%s' is no extension: 1 to %d letters, digits and '_' of ASCII", extension,
        RESOLVE_EXTENSION_MAX);
}

static int
prepare(struct resolving *r, struct fault *f)
{
    const char *extension = r->options->move_to;

    if (activity_names_init(&r->names, &r->memory, r->activity->name, f) != 0)
        return -1;
    r->from[0] = r->names.active;
    r->from[1] = r->names.active_relationships;
    r->from[2] = r->names.continuations;
    if (extension == NULL)
        return 0;
    if (check_extension(extension, f) != 0)
        return -1;
    for (int i = 0; i < TABLES; i++) {
        if ((r->to[i] = arena_printf(&r->memory, "%s_%s", r->from[i], extension)) == NULL)
            return fault_set_memory(f);
    }
    return 0;
}

static int
prepare_all_kept(struct resolving *r, struct fault *f)
{
    int rc = 0;

    if (r->options->move_to == NULL)
        return 0;
    if (db_begin(r->primary, f) != 0)
        return -1;
    for (int i = 0; rc == 0 && i < TABLES; i++)
        rc = prepare_kept(r, i, f);
    return db_end(r->primary, rc, f);
}

/* ---- running ---- */

struct batch {
    struct resolving *resolving;
    const char *after; /* where it begins */
};

static int
batch_step(void *state, struct fault *f)
{
    const struct batch *b = state;
    struct resolving *r = b->resolving;
    struct hold hold;

    arena_release(&r->batch);
    r->ids = NULL;
    r->count = r->seen = 0;
    if (hold_begin(&hold, r->primary, r->activity->name, HOLD_TRANSACTION, f) != 0 ||
        choose(r, b->after, f) != 0)
        return -1;
    if (r->count == 0)
        return 0;
    return r->options->remove ? remove_batch(r, f) : complete_batch(r, f);
}

/* One transaction. Returns 1 when there may be more, 0 at the end, -1 with a fault. */
static int
run_batch(struct resolving *r, struct fault *f)
{
    struct arena before = r->batch; /* `after` lives in it */
    struct batch b = {r, r->after};
    int rc;

    r->batch = (struct arena)ARENA_INIT;
    rc = db_transact(r->primary, DB_PATIENT, batch_step, &b, f);
    arena_release(&before);
    if (rc != 0)
        return -1;
    *(r->options->remove ? &r->result->removed : &r->result->completed) += r->count;
    r->result->late += r->seen - r->count;
    return r->seen >= BATCH_INSTANCES;
}

static int
check_wanted(const struct resolving *r, struct fault *f)
{
    const char *id = r->options->filter.id;

    if (id == NULL || r->result->completed + r->result->removed > 0)
        return 0;
    if (r->result->late == 0)
        return fault_set(f, FAULT_DATA, "there is no incomplete instance '%s'%s", id,
            r->options->filter.by_age ? " of that age" : "");
    fault_set(f, FAULT_DATA, "instance '%s' is completed already and still online", id);
    return fault_hint(f, "what came late can be removed: --remove");
}

int
resolve_run(struct db *primary, const struct activity *a, const struct resolve_options *options,
    struct resolve_result *result, struct fault *f)
{
    struct resolving r = {.primary = primary, .activity = a, .options = options, .result = result};
    int rc = -1;

    *result = (struct resolve_result){0};
    progress_begin("resolve", "instances", 0);
    if (prepare(&r, f) != 0 || prepare_all_kept(&r, f) != 0)
        goto done;
    while ((rc = interrupt_check(f)) == 0 && (rc = run_batch(&r, f)) == 1)
        progress_step(result->completed + result->removed);
    if (rc == 0)
        rc = check_wanted(&r, f);
done:
    progress_finish();
    for (int i = 0; i < TABLES; i++)
        text_release(&r.columns[i]);
    arena_release(&r.batch);
    arena_release(&r.memory);
    return rc == 0 ? 0 : fault_wrap(f, "resolve instances of activity '%s'", a->name);
}
