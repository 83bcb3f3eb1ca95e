#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "etl/activity/deployment.h"
#include "etl/activity/names.h"
#include "etl/activity/online.h"
#include "etl/activity/views.h"
#include "etl/dump/restoration.h"
#include "etl/maintenance/archive_views.h"
#include "etl/writer/writer.h"

#define PRIMARY "PrimaryImport"
#define ARCHIVE "Archive"

int
restoration_add_todo(struct restoration *r, struct fault *f, const char *format, ...)
{
    struct restore_result *result = r->result;
    const char **slot =
        arena_append(&result->memory, &result->todo, &result->todo_count, sizeof *slot);
    char line[1024];
    va_list arguments;

    if (slot == NULL)
        return fault_set_memory(f);
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return (*slot = arena_strdup(&result->memory, line)) == NULL ? fault_set_memory(f) : 0;
}

/* The texts of a query's one column, in `memory`. */
static int
read_names(struct restoration *r, const char *sql, struct arena *memory, const char ***names,
    size_t *count, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct value v;
    struct stmt *s = db_prepare(r->db, sql, f);
    int rc = s == NULL ? -1 : stmt_query(s, &type, 1, f);

    while (rc == 0 && (rc = stmt_fetch(s, &v, f)) == 1) {
        const char **slot = arena_append(memory, names, count, sizeof *slot);

        rc = 0;
        if (slot == NULL || (*slot = v.type != VALUE_TEXT ? ""
                                                          : arena_strndup(memory, v.as.text.bytes,
                                                                v.as.text.length)) == NULL)
            rc = fault_set_memory(f);
    }
    stmt_free(s);
    return rc;
}

/* Does something for each of them. */
static int
for_each_name(struct restoration *r, const char *sql,
    int (*action)(struct restoration *r, const char *name, struct fault *f), struct fault *f)
{
    struct arena memory = ARENA_INIT;
    const char **names = NULL;
    size_t count = 0;
    int rc = read_names(r, sql, &memory, &names, &count, f);

    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = action(r, names[i], f);
    arena_release(&memory);
    return rc;
}

/* ---- views of our own databases ---- */

/* The primary import's views follow from its definition. */
static int
regenerate_primary(struct restoration *r, struct fault *f)
{
    struct definition d = DEFINITION_INIT;
    int rc = db_table_exists(r->db, "nightcube_Definition", f);

    if (rc != 1)
        return rc;
    rc = deployment_read(r->db, &d, f);
    if (rc == 0 && (rc = db_begin(r->db, f)) == 0) {
        for (size_t i = 0; rc == 0 && i < d.activity_count; i++) {
            rc = views_regenerate(r->db, &d, &d.activities[i], f);
            if (rc == 0)
                rc = writer_create(r->db, &d.activities[i], f);
        }
        rc = db_end(r->db, rc, f);
    }
    definition_release(&d);
    return rc;
}

/* The archive's views are known by their names: bam_<Activity>_InstancesView. */
static int
rebuild_archive(struct restoration *r, struct fault *f)
{
    static const char head[] = "bam_", tail[] = "_InstancesView";
    struct arena memory = ARENA_INIT;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < r->objects.count; i++) {
        const struct object *o = &r->objects.items[i];
        size_t length = strlen(o->name), around = sizeof head - 1 + sizeof tail - 1;
        const char *activity;

        if (o->kind != OBJECT_VIEW || length <= around ||
            strncmp(o->name, head, sizeof head - 1) != 0 ||
            strcmp(o->name + length - (sizeof tail - 1), tail) != 0)
            continue;
        activity = arena_strndup(&memory, o->name + sizeof head - 1, length - around);
        rc = activity == NULL ? fault_set_memory(f) : archive_views_rebuild(r->db, activity, f);
    }
    arena_release(&memory);
    return rc;
}

/* ---- IDs that are online ---- */

/* What does not let them be gathered keeps nobody from the rest. */
static int
gather_online_ids(struct restoration *r, const char *activity, struct fault *f)
{
    const struct activity a = {.name = activity};
    struct fault why = FAULT_INIT;
    int rc = online_exists(r->db, &a, f);

    if (rc != 0 || db_begin(r->db, f) != 0)
        return rc == 1 ? 0 : -1;
    if (db_end(r->db, online_make(r->db, &a, &why), &why) == 0)
        return 0;
    if (!restoration_may_pass(&why))
        return restoration_add_todo(r, f,
            "%s: nothing can be completed before maintenance has run (nightcube maintain): %s",
            activity, why.text);
    if (f != NULL)
        *f = why;
    return -1;
}

/* Backups leave them out: they are the IDs of the other tables. */
int
restoration_gather(struct restoration *r, struct fault *f)
{
    int ours = strcmp(r->item.database, PRIMARY) != 0 || r->selection.only != NULL
                   ? 0
                   : db_table_exists(r->db, "bam_Metadata_Activities", f);

    return ours != 1 ? ours
                     : for_each_name(r, "SELECT \"ActivityName\" FROM \"bam_Metadata_Activities\"",
                           gather_online_ids, f);
}

int
restoration_make_views(struct restoration *r, struct fault *f)
{
    bool is_ours = strcmp(r->item.database, PRIMARY) == 0 || strcmp(r->item.database, ARCHIVE) == 0;

    if (r->same_engine)
        return restoration_make_as_they_were(r, f);
    if (!is_ours && r->selection.only == NULL && restoration_tell_what_is_missing(r, f) != 0)
        return -1;
    if (r->same_kind && (r->selection.only != NULL || !is_ours))
        return restoration_make_known(r, f);
    if (r->selection.only != NULL)
        return restoration_add_todo(
            r, f, "%s: a part on another engine comes without its views", r->item.database);
    if (strcmp(r->item.database, PRIMARY) == 0)
        return regenerate_primary(r, f);
    if (strcmp(r->item.database, ARCHIVE) == 0)
        return rebuild_archive(r, f);
    return restoration_tell_what_is_foreign(r, f);
}

/* ---- what is left to do ---- */

static int
note_incomplete(struct restoration *r, const char *activity, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct text sql = TEXT_INIT;
    struct activity_names n;
    int64_t count = 0;
    int rc = activity_names_init(&n, &memory, activity, f);

    if (rc == 0)
        rc = db_get_int(r->db, sql_set(&sql, "SELECT count(*) FROM %n", n.active), 0, &count, f);
    if (rc == 0 && count > 0)
        rc = restoration_add_todo(r, f,
            "%s: %lld incomplete instance%s (nightcube show incomplete --activity '%s'): complete "
            "or remove them (nightcube resolve --activity '%s')",
            activity, (long long)count, count == 1 ? "" : "s", activity, activity);
    text_release(&sql);
    arena_release(&memory);
    return rc;
}

static int
note_reference(struct restoration *r, const char *name, struct fault *f)
{
    return restoration_add_todo(
        r, f, "reference to database '%s': is it still the right one?", name);
}

int
restoration_list_todo(struct restoration *r, struct fault *f)
{
    int ours = strcmp(r->item.database, PRIMARY) != 0 || r->selection.only != NULL
                   ? 0
                   : db_table_exists(r->db, "bam_Metadata_Activities", f);

    if (ours != 1)
        return ours;
    if (for_each_name(r,
            "SELECT \"ActivityName\" FROM \"bam_Metadata_Activities\" ORDER BY \"ActivityName\"",
            note_incomplete, f) != 0)
        return -1;
    if ((ours = db_table_exists(r->db, "bam_Metadata_ReferencedDatabases", f)) < 0 ||
        (ours == 1 &&
            for_each_name(r,
                "SELECT \"Name\" FROM \"bam_Metadata_ReferencedDatabases\" ORDER BY \"Name\"",
                note_reference, f) != 0))
        return -1;
    if (db_dialect(r->db)->add_account == NULL)
        return 0;
    return restoration_add_todo(r, f,
        "accounts: only rights given by 'set account' come back, and only where the database "
        "takes its own place (nightcube show accounts)");
}
