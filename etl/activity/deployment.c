#include "etl/activity/deployment.h"

#include "config/base/log.h"
#include "etl/activity/account.h"
#include "etl/activity/definition_rows.h"
#include "etl/activity/metadata.h"
#include "etl/activity/names.h"
#include "etl/activity/tables.h"
#include "etl/activity/views.h"
#include "etl/writer/writer.h"

/* ---- what is deployed ---- */

static int
read_document(struct db *primary, struct text *xml, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct stmt *s = db_prepare(
        primary, "SELECT \"Xml\" FROM \"nightcube_Definition\" WHERE \"Version\" = 1", f);
    struct value v = value_null();
    int rc = s == NULL ? -1 : stmt_query(s, &type, 1, f);

    if (rc == 0)
        rc = stmt_fetch(s, &v, f);
    if (rc == 1 && v.type == VALUE_TEXT)
        text_add_bytes(xml, v.as.text.bytes, v.as.text.length);
    stmt_free(s);
    return rc < 0 ? -1 : text_check(xml, f);
}

int
deployment_read(struct db *primary, struct definition *d, struct fault *f)
{
    struct findings list = FINDINGS_INIT("the deployed definition");
    struct text xml = TEXT_INIT;
    int rc = -1;

    if (metadata_check(primary, f) != 0 || read_document(primary, &xml, f) != 0)
        goto done;
    if (xml.length == 0)
        rc = 0;
    else if ((rc = definition_read_text(d, text_get(&xml), xml.length, &list, f)) != 0)
        fault_wrap(f, "%s: %s", db_name(primary), text_get(&list.lines));
done:
    text_release(&xml);
    findings_release(&list);
    return rc;
}

/* ---- changing ---- */

struct change {
    struct db *primary;
    const struct definition *before;
    const struct definition *after;
    int64_t operation;
};

static int
note(const struct change *c, const char *event, const char *type, const char *name, struct fault *f)
{
    return metadata_add_event(c->primary, c->operation, event, type, name, f);
}

/* RecordIDs go on where a removed activity of that name stopped: the archive and old backups hold
 * the others. */
static int
create_tables(const struct change *c, const struct activity *a, struct fault *f)
{
    int64_t last;

    if (metadata_get_last_record(c->primary, a->name, &last, f) != 0)
        return -1;
    return tables_create(c->primary, a, last, f);
}

static int
drop_tables(const struct change *c, const struct activity *a, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct activity_names n;
    int64_t last = 0;
    int rc = activity_names_init(&n, &memory, a->name, f);

    if (rc == 0 && (rc = db_table_exists(c->primary, n.completed, f)) == 1)
        rc = db_dialect(c->primary)->get_identity(c->primary, n.completed, &last, f);
    arena_release(&memory);
    if (rc == 0 && last > 0)
        rc = metadata_keep_last_record(c->primary, a->name, last, f);
    return rc == 0 ? tables_drop(c->primary, a, f) : -1;
}

/* Creates, extends or drops tables: whatever turns the activities of before into those of after. */
static int
change_tables(const struct change *c, struct fault *f)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < c->after->activity_count; i++) {
        const struct activity *a = &c->after->activities[i];
        const struct activity *old = definition_find_activity(c->before, a->name);

        rc = old == NULL ? create_tables(c, a, f) : tables_extend(c->primary, old, a, f);
        if (rc == 0 && old == NULL)
            rc = note(c, "deployed", "Activity", a->name, f);
    }
    for (size_t i = 0; rc == 0 && i < c->before->activity_count; i++) {
        const struct activity *a = &c->before->activities[i];

        if (definition_find_activity(c->after, a->name) != NULL)
            continue;
        rc = drop_tables(c, a, f);
        if (rc == 0)
            rc = note(c, "removed", "Activity", a->name, f);
    }
    return rc;
}

/* Views and cubes that are new and that are gone; one that was replaced under its name is the
 * activity's update. */
static int
note_views_and_cubes(const struct change *c, struct fault *f)
{
    const struct definition *b = c->before, *a = c->after;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < a->view_count; i++) {
        if (definition_find_view(b, a->views[i].name) == NULL)
            rc = note(c, "deployed", "View", a->views[i].name, f);
    }
    for (size_t i = 0; rc == 0 && i < b->view_count; i++) {
        if (definition_find_view(a, b->views[i].name) == NULL)
            rc = note(c, "removed", "View", b->views[i].name, f);
    }
    for (size_t i = 0; rc == 0 && i < a->cube_count; i++) {
        if (definition_find_cube(b, a->cubes[i].name) == NULL)
            rc = note(c, "deployed", "Cube", a->cubes[i].name, f);
    }
    for (size_t i = 0; rc == 0 && i < b->cube_count; i++) {
        if (definition_find_cube(a, b->cubes[i].name) == NULL)
            rc = note(c, "removed", "Cube", b->cubes[i].name, f);
    }
    return rc;
}

/* The snapshots of cubes that are gone. */
static int
drop_snapshots(const struct change *c, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < c->before->cube_count; i++) {
        const char *name = c->before->cubes[i].name;
        struct cube_names n;

        if (definition_find_cube(c->after, name) != NULL)
            continue;
        rc = cube_names_init(&n, &memory, name, f);
        if (rc == 0)
            rc = db_drop_table_if_there(c->primary, n.snapshot, f);
    }
    arena_release(&memory);
    return rc;
}

/* Where DDL commits, applications and readers would meet the moment without: what stays under its
 * name is replaced later, in one step, and keeps its grants. */
static int
drop_old(const struct change *c, const struct activity *a, struct fault *f)
{
    if (!db_dialect(c->primary)->transactional_ddl &&
        definition_find_activity(c->after, a->name) != NULL)
        return views_drop_gone(c->primary, c->before, c->after, a, f);
    if (writer_drop(c->primary, a, f) != 0)
        return -1;
    return views_drop(c->primary, c->before, a, f);
}

/* Old views go before tables are dropped, new ones come when partitions are known. */
static int
change_all(struct change *c, const char *description, struct fault *f)
{
    static const char forget[] =
        "DELETE FROM \"bam_Metadata_Partitions\" WHERE \"ActivityName\" NOT IN "
        "(SELECT \"ActivityName\" FROM \"bam_Metadata_Activities\")";
    static const char forget_tasks[] =
        "DELETE FROM \"bam_Metadata_AnalysisTasks\" WHERE \"CubeName\" NOT IN "
        "(SELECT \"CubeName\" FROM \"bam_Metadata_Cubes\")";
    /* What was imported into an activity that is gone may be imported again. */
    static const char forget_imports[] =
        "DELETE FROM \"nightcube_Imports\" WHERE \"Activity\" <> '*' AND \"Activity\" NOT IN "
        "(SELECT \"ActivityName\" FROM \"bam_Metadata_Activities\")";
    int rc = metadata_begin_operation(c->primary, description, &c->operation, f);

    for (size_t i = 0; rc == 0 && i < c->before->activity_count; i++)
        rc = drop_old(c, &c->before->activities[i], f);
    if (rc == 0)
        rc = change_tables(c, f);
    if (rc == 0)
        rc = drop_snapshots(c, f);
    if (rc == 0)
        rc = note_views_and_cubes(c, f);
    if (rc == 0)
        rc = definition_rows_write(c->primary, c->after, f);
    if (rc == 0)
        rc = db_run(c->primary, forget, NULL, f);
    if (rc == 0)
        rc = db_run(c->primary, forget_tasks, NULL, f);
    if (rc == 0)
        rc = db_run(c->primary, forget_imports, NULL, f);
    for (size_t i = 0; rc == 0 && i < c->after->activity_count; i++)
        rc = views_regenerate(c->primary, c->after, &c->after->activities[i], f);
    for (size_t i = 0; rc == 0 && i < c->after->activity_count; i++)
        rc = writer_create(c->primary, &c->after->activities[i], f);
    return rc;
}

/* What an operator asks for, and how what is deployed follows from it. */
struct wish {
    const char *description; /* for the list of changes */
    int (*derive)(const struct definition *before, const struct wish *w, struct definition *after,
        struct fault *f);
    const struct definition *definition;
    const char *activity, *view, *index;
    struct findings *list;
};

/* What is deployed stays, whatever becomes of who may see it. */
static void
settle_accounts(struct db *primary, const struct definition *before, const struct definition *after)
{
    struct fault f = FAULT_INIT;

    if (account_settle(primary, before, after, &f) != 0)
        log_warning("who may see the views is as it was: %s (nightcube show accounts, then set "
                    "account VIEW NAME grant)",
            f.text);
}

/* What the transaction works on. */
struct fulfilment {
    struct db *primary;
    const struct wish *wish;
    struct definition before, after;
};

static void
fulfilment_release(struct fulfilment *x)
{
    definition_release(&x->before);
    definition_release(&x->after);
}

static int
fulfil_step(void *state, struct fault *f)
{
    struct fulfilment *x = state;
    struct change c = {.primary = x->primary, .before = &x->before, .after = &x->after};

    fulfilment_release(x);
    if (deployment_read(x->primary, &x->before, f) != 0 ||
        x->wish->derive(&x->before, x->wish, &x->after, f) != 0)
        return -1;
    return change_all(&c, x->wish->description, f);
}

static int
fulfil(struct db *primary, const struct wish *w, struct fault *f)
{
    struct fulfilment x = {
        .primary = primary, .wish = w, .before = DEFINITION_INIT, .after = DEFINITION_INIT};
    int rc = db_transact(primary, DB_BRIEF, fulfil_step, &x, f);

    if (rc == 0)
        settle_accounts(primary, &x.before, &x.after);
    fulfilment_release(&x);
    return rc;
}

static int
derive_deployed(const struct definition *before, const struct wish *w, struct definition *after,
    struct fault *f)
{
    if (definition_merge(after, before, w->list, f) != 0)
        return -1;
    if (definition_merge(after, w->definition, w->list, f) == 0)
        return 0;
    return fault_hint(f, "nightcube update changes what is deployed already");
}

static int
derive_updated(const struct definition *before, const struct wish *w, struct definition *after,
    struct fault *f)
{
    return definition_update(before, w->definition, after, w->list, f);
}

static int
derive_removed(const struct definition *before, const struct wish *w, struct definition *after,
    struct fault *f)
{
    return definition_without(before, w->activity, w->view, after, w->list, f);
}

static int
derive_without_index(const struct definition *before, const struct wish *w,
    struct definition *after, struct fault *f)
{
    return definition_without_index(before, w->activity, w->index, after, w->list, f);
}

int
deployment_deploy(
    struct db *primary, const struct definition *d, struct findings *list, struct fault *f)
{
    const struct wish w = {
        .description = "deploy", .derive = derive_deployed, .definition = d, .list = list};

    return fulfil(primary, &w, f);
}

int
deployment_update(
    struct db *primary, const struct definition *d, struct findings *list, struct fault *f)
{
    const struct wish w = {
        .description = "update", .derive = derive_updated, .definition = d, .list = list};

    return fulfil(primary, &w, f);
}

int
deployment_remove(struct db *primary, const char *activity, const char *view, struct findings *list,
    struct fault *f)
{
    const struct wish w = {.description = "remove",
        .derive = derive_removed,
        .activity = activity,
        .view = view,
        .list = list};

    return fulfil(primary, &w, f);
}

int
deployment_remove_index(struct db *primary, const char *activity, const char *index,
    struct findings *list, struct fault *f)
{
    const struct wish w = {.description = "remove index",
        .derive = derive_without_index,
        .activity = activity,
        .index = index,
        .list = list};

    return fulfil(primary, &w, f);
}
