#include "etl/maintenance/archiving.h"

#include <string.h>

#include "config/base/clock.h"
#include "config/base/interrupt.h"
#include "config/base/log.h"
#include "etl/activity/names.h"
#include "etl/activity/partition.h"
#include "etl/activity/views.h"
#include "etl/maintenance/due.h"
#include "etl/odbc/table_reader.h"
#include "etl/odbc/table_writer.h"

/* ---- begin ---- */

static int
set_mark(struct db *primary, const char *instances, bool marked, struct fault *f)
{
    const struct value row[] = {value_int(marked), value_text(instances)};

    return db_run_with(primary,
        "UPDATE \"bam_Metadata_Partitions\" SET \"ArchivingInProgress\" = ? WHERE "
        "\"InstancesTable\" = ?",
        row, 2, f);
}

static int
mark_due(const struct archiving *a, const struct due_list *list, struct archiving_result *result,
    struct fault *f)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct due *due = &list->items[i];

        log_debug("partition %s: %s", due->partition->instances, due->why);
        if (!due->is_due)
            continue;
        if (!due->partition->archiving &&
            set_mark(a->primary, due->partition->instances, true, f) != 0)
            return -1;
        result->partitions++;
        result->rows += due->rows;
    }
    return result->partitions == 0 ? 0
                                   : views_regenerate(a->primary, a->definition, a->activity, f);
}

int
archiving_begin(const struct archiving *a, struct archiving_result *result, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct due_list list;
    int rc;

    *result = (struct archiving_result){0};
    if ((rc = db_begin(a->primary, f)) == 0) {
        rc = due_read(a->primary, a->definition, a->activity, PARTITIONS_LIVE, &memory, &list, f);
        if (rc == 0)
            rc = mark_due(a, &list, result, f);
        rc = db_end(a->primary, rc, f);
    }
    arena_release(&memory);
    return rc == 0 ? 0 : fault_wrap(f, "begin archiving of '%s'", a->activity->name);
}

/* ---- copy ---- */

/* The shape of an archive table: the partition's columns and key; the identity is history there. */
static void
shape_for_archive(const struct table *source, const char *name, struct table *target)
{
    *target = *source;
    target->name = name;
    target->identity = false;
    target->indexes = NULL;
    target->index_count = 0;
}

static int
copy_rows(struct db *from, const struct table *source, struct db *to, const struct table *target,
    struct rowsum *sum, struct fault *f)
{
    struct table_reader *reader = table_reader_open(from, source, NULL, f);
    struct table_writer *writer = reader == NULL ? NULL : table_writer_open(to, target, f);
    const struct value *row;
    int rc = writer == NULL ? -1 : rowsum_init(sum, source->column_count, f);

    while (rc == 0 && (rc = table_reader_next(reader, &row, f)) == 1) {
        rowsum_add(sum, row);
        rc = table_writer_add(writer, row, f);
        if (rc == 0 && sum->rows % 10000 == 0)
            rc = interrupt_check(f);
    }
    if (rc == 0)
        rc = table_writer_finish(writer, f);
    table_writer_close(writer);
    table_reader_close(reader);
    return rc;
}

/* Does the table hold exactly the rows of this checksum? 1, 0, -1. */
static int
rows_equal(struct db *db, const struct table *t, const struct rowsum *expected, struct fault *f)
{
    struct rowsum sum = ROWSUM_INIT;
    int rc = table_rowsum(db, t, &sum, f);

    if (rc == 0)
        rc = rowsum_equal(&sum, expected);
    rowsum_release(&sum);
    return rc;
}

/* Copies under a name of its own, proves the copy, and only then gives it the real one. */
static int
copy_table(const struct archiving *a, const struct table *source, struct table *target,
    const char *incoming, struct fault *f)
{
    struct rowsum sum = ROWSUM_INIT;
    const char *name = target->name;
    int leftover = db_table_exists(a->archive, incoming, f);
    int rc;

    if (leftover < 0 || (leftover == 1 && db_drop_table(a->archive, incoming, f) != 0))
        return -1;
    target->name = incoming;
    if ((rc = db_begin(a->archive, f)) != 0)
        return -1;
    rc = db_create_table(a->archive, target, f);
    if (rc == 0)
        rc = copy_rows(a->primary, source, a->archive, target, &sum, f);
    rc = db_end(a->archive, rc, f);
    if (rc == 0 && (rc = rows_equal(a->archive, target, &sum, f)) == 0)
        rc = fault_set(f, FAULT_DATA, "the copy differs from the partition");
    if (rc == 1)
        rc = db_rename_table(a->archive, incoming, name, f);
    target->name = name;
    rowsum_release(&sum);
    return rc;
}

/* What is to be copied: a partition's table and its name in the archive. */
struct pair {
    const char *from;
    const char *to;
};

static int
describe_pair(const struct archiving *a, const struct pair *pair, struct arena *memory,
    struct table *source, struct table *target, struct fault *f)
{
    if (db_dialect(a->primary)->describe(a->primary, pair->from, memory, source, f) != 0)
        return -1;
    shape_for_archive(source, pair->to, target);
    return 0;
}

/* Is the archive's table there and equal to the partition's? 1, 0 when it is not there, -1 also
 * when it differs. */
static int
is_copied(const struct archiving *a, const struct table *source, const struct table *target,
    struct rowsum *sum, struct fault *f)
{
    int exists = db_table_exists(a->archive, target->name, f);

    if (exists != 1)
        return exists;
    if (table_rowsum(a->primary, source, sum, f) != 0)
        return -1;
    if ((exists = rows_equal(a->archive, target, sum, f)) != 0)
        return exists;
    fault_set(f, FAULT_DATA, "archive table '%s' holds other rows than partition '%s'",
        target->name, source->name);
    return fault_hint(f, "nothing was dropped; rename the archive table and run maintenance again");
}

static int
copy_pair(const struct archiving *a, const struct pair *pair, struct arena *memory, struct fault *f)
{
    struct rowsum sum = ROWSUM_INIT;
    struct table source, target;
    const char *incoming = arena_printf(memory, "%s_Incoming", pair->to);
    int rc = -1;

    if (incoming == NULL)
        fault_set_memory(f);
    else if (describe_pair(a, pair, memory, &source, &target, f) == 0)
        rc = is_copied(a, &source, &target, &sum, f);
    if (rc == 0)
        rc = copy_table(a, &source, &target, incoming, f);
    rowsum_release(&sum);
    return rc < 0 ? fault_wrap(f, "copy '%s' to the archive", pair->from) : 0;
}

/* The two tables of a partition with their names in the archive. */
static int
pairs_of(const struct archiving *a, const struct partition *p, struct arena *memory,
    struct pair pairs[2], struct fault *f)
{
    const char *activity = a->activity->name;

    pairs[0] = (struct pair){p->instances, archive_instances_name(memory, activity, p->instances)};
    pairs[1] =
        (struct pair){p->relationships, archive_relationships_name(memory, activity, p->instances)};
    return pairs[0].to == NULL || pairs[1].to == NULL ? fault_set_memory(f) : 0;
}

static int
copy_partition(
    const struct archiving *a, const struct partition *p, struct arena *memory, struct fault *f)
{
    struct pair pairs[2];

    if (pairs_of(a, p, memory, pairs, f) != 0 || copy_pair(a, &pairs[0], memory, f) != 0)
        return -1;
    return copy_pair(a, &pairs[1], memory, f);
}

int
archiving_copy(const struct archiving *a, struct archiving_result *result, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct partition_list marked = {.items = NULL};
    struct window window;
    int rc = window_read(a->primary, a->activity->name, &window, f);

    *result = (struct archiving_result){0};
    if (rc == 0 && a->archive != NULL && window.archive)
        rc = partition_read(a->primary, a->activity->name, PARTITIONS_MARKED, &memory, &marked, f);
    for (size_t i = 0; rc == 0 && i < marked.count; i++) {
        rc = copy_partition(a, &marked.items[i], &memory, f);
        result->partitions++;
        result->rows += marked.items[i].max_record - marked.items[i].min_record + 1;
    }
    if (rc == 0 && marked.count > 0)
        rc = archiving_rebuild_views(a->archive, a->activity->name, f);
    arena_release(&memory);
    return rc == 0 ? 0 : fault_wrap(f, "copy partitions of '%s'", a->activity->name);
}

/* ---- the archive's views ---- */

static int
take_name(struct arena *memory, const struct value *v, const char ***names, size_t *count,
    struct fault *f)
{
    const char **slot = arena_append(memory, names, count, sizeof *slot);

    if (slot == NULL ||
        (*slot = arena_strndup(memory, v->as.text.bytes, v->as.text.length)) == NULL)
        return fault_set_memory(f);
    return 0;
}

/* Names of the archive's tables that begin with a prefix and are complete, in order. */
static int
list_tables(struct db *archive, const char *prefix, struct arena *memory, const char ***names,
    size_t *count, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    static const char incoming[] = "_Incoming";
    struct text sql = TEXT_INIT;
    struct value v;
    struct stmt *s = db_prepare(archive,
        sql_set(&sql, "SELECT name FROM (%s) AS t WHERE substr(name, 1, %d) = %t ORDER BY name",
            db_dialect(archive)->list_tables, (int64_t)strlen(prefix), prefix),
        f);
    int rc = s == NULL ? -1 : stmt_query(s, &type, 1, f);

    while (rc == 0 && (rc = stmt_fetch(s, &v, f)) == 1) {
        size_t length = v.as.text.length, tail = sizeof incoming - 1;

        rc = 0;
        if (length <= tail || memcmp(v.as.text.bytes + length - tail, incoming, tail) != 0)
            rc = take_name(memory, &v, names, count, f);
    }
    stmt_free(s);
    text_release(&sql);
    return rc;
}

/* All columns that any of the tables has, in order of first sight: tables of before an update lack
 * some. */
static int
unite_columns(struct arena *memory, const struct table *tables, size_t count, const char ***columns,
    size_t *column_count, struct fault *f)
{
    for (size_t i = count; i-- > 0;) {
        for (size_t k = 0; k < tables[i].column_count; k++) {
            bool known = false;
            const char **slot;

            for (size_t n = 0; n < *column_count; n++)
                known = known || strcmp((*columns)[n], tables[i].columns[k].name) == 0;
            if (known)
                continue;
            if ((slot = arena_append(memory, columns, column_count, sizeof *slot)) == NULL)
                return fault_set_memory(f);
            *slot = tables[i].columns[k].name;
        }
    }
    return 0;
}

static void
add_select(struct text *sql, const struct table *t, const char *const *columns, size_t count)
{
    text_add(sql, sql->length == 0 ? "SELECT " : " UNION ALL SELECT ");
    for (size_t i = 0; i < count; i++) {
        bool there = false;

        for (size_t k = 0; k < t->column_count; k++)
            there = there || strcmp(t->columns[k].name, columns[i]) == 0;
        text_add(sql, i == 0 ? "" : ", ");
        sql_add(sql, there ? "%n" : "NULL AS %n", columns[i]);
    }
    sql_add(sql, " FROM %n", t->name);
}

static int
rebuild_view(struct db *archive, const char *view, const char *prefix, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct text sql = TEXT_INIT;
    const char **names = NULL, **columns = NULL;
    size_t count = 0, column_count = 0;
    struct table *tables = NULL;
    int rc = list_tables(archive, prefix, &memory, &names, &count, f);

    if (rc == 0 && (tables = arena_array(&memory, count, sizeof *tables)) == NULL)
        rc = fault_set_memory(f);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = db_dialect(archive)->describe(archive, names[i], &memory, &tables[i], f);
    if (rc == 0)
        rc = unite_columns(&memory, tables, count, &columns, &column_count, f);
    for (size_t i = 0; rc == 0 && i < count; i++)
        add_select(&sql, &tables[i], columns, column_count);
    if (rc == 0)
        rc = db_drop_view(archive, view, f);
    if (rc == 0 && count > 0)
        rc = text_check(&sql, f) == 0 ? db_create_view(archive, view, text_get(&sql), f) : -1;
    text_release(&sql);
    arena_release(&memory);
    return rc;
}

int
archiving_rebuild_views(struct db *archive, const char *activity, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct activity_names n;
    const char *instances = arena_printf(&memory, "bam_%s_Instances_", activity);
    const char *relationships = arena_printf(&memory, "bam_%s_Relationships_", activity);
    int rc = -1;

    if (instances == NULL || relationships == NULL)
        fault_set_memory(f);
    else if (activity_names_init(&n, &memory, activity, f) == 0 && db_begin(archive, f) == 0) {
        rc = rebuild_view(archive, n.archive_instances_view, instances, f);
        if (rc == 0)
            rc = rebuild_view(archive, n.archive_relationships_view, relationships, f);
        rc = db_end(archive, rc, f);
    }
    arena_release(&memory);
    return rc == 0 ? 0 : fault_wrap(f, "rebuild the archive's views of '%s'", activity);
}

/* ---- end ---- */

static int
holds(const struct archiving *a, const char *database, const char *table, const struct rowsum *sum,
    struct fault *f)
{
    return a->proof.holds(a->proof.state, database, table, sum, f);
}

/* Is this one table proved to be elsewhere? 1, 0 with the reason in `why`, -1. */
static int
prove_table(const struct archiving *a, const struct pair *pair, struct arena *memory,
    const char **why, struct fault *f)
{
    struct rowsum sum = ROWSUM_INIT;
    struct table source, target;
    int rc = describe_pair(a, pair, memory, &source, &target, f);

    if (rc == 0 && a->archive == NULL) {
        *why = "no archive is configured and no verified backup holds exactly its rows";
        if ((rc = table_rowsum(a->primary, &source, &sum, f)) == 0)
            rc = holds(a, db_name(a->primary), source.name, &sum, f);
    } else if (rc == 0) {
        *why = "it is not in the archive";
        rc = is_copied(a, &source, &target, &sum, f);
        if (rc == 1 && !a->without_backup) {
            *why = "no backup of the archive holds exactly its rows";
            rc = holds(a, db_name(a->archive), target.name, &sum, f);
        }
    }
    rowsum_release(&sum);
    return rc;
}

static int
prove_partition(const struct archiving *a, const struct partition *p, struct arena *memory,
    const char **why, struct fault *f)
{
    struct pair pairs[2];
    int rc;

    if (pairs_of(a, p, memory, pairs, f) != 0)
        return -1;
    rc = prove_table(a, &pairs[0], memory, why, f);
    return rc == 1 ? prove_table(a, &pairs[1], memory, why, f) : rc;
}

static int
record_dropped(const struct archiving *a, const struct partition *p, struct fault *f)
{
    const struct value row[] = {value_time(clock_now()), value_text(p->instances)};

    return db_run_with(a->primary,
        "UPDATE \"bam_Metadata_Partitions\" SET \"ArchivingInProgress\" = 0, \"ArchivedTime\" = ? "
        "WHERE \"InstancesTable\" = ?",
        row, 2, f);
}

static int
drop_partition(const struct archiving *a, const struct partition *p, struct fault *f)
{
    struct db *db = a->primary;
    int rc;

    if (db_begin(db, f) != 0)
        return -1;
    rc = views_drop(db, a->definition, a->activity, f);
    if (rc == 0)
        rc = db_drop_table(db, p->instances, f);
    if (rc == 0)
        rc = db_drop_table(db, p->relationships, f);
    if (rc == 0)
        rc = record_dropped(a, p, f);
    if (rc == 0)
        rc = views_regenerate(db, a->definition, a->activity, f);
    return db_end(db, rc, f);
}

static int
keep_partition(
    const struct archiving *a, const struct partition *p, const char *why, struct fault *f)
{
    int rc;

    log_warning("partition %s is kept: %s", p->instances, why);
    if (db_begin(a->primary, f) != 0)
        return -1;
    rc = set_mark(a->primary, p->instances, false, f);
    if (rc == 0)
        rc = views_regenerate(a->primary, a->definition, a->activity, f);
    return db_end(a->primary, rc, f);
}

static int
end_partition(const struct archiving *a, const struct partition *p, bool archive_flag,
    struct archiving_result *result, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    const char *why = "";
    int proved = archive_flag ? prove_partition(a, p, &memory, &why, f) : 1;
    int rc = -1;

    if (proved == 1 && (rc = drop_partition(a, p, f)) == 0) {
        result->partitions++;
        result->rows += p->max_record - p->min_record + 1;
    } else if (proved == 0) {
        rc = keep_partition(a, p, why, f);
        result->held_back++;
    }
    arena_release(&memory);
    return rc;
}

int
archiving_end(const struct archiving *a, struct archiving_result *result, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct partition_list marked = {.items = NULL};
    struct window window;
    int rc = window_read(a->primary, a->activity->name, &window, f);

    *result = (struct archiving_result){0};
    if (rc == 0)
        rc = partition_read(a->primary, a->activity->name, PARTITIONS_MARKED, &memory, &marked, f);
    for (size_t i = 0; rc == 0 && i < marked.count; i++)
        rc = end_partition(a, &marked.items[i], window.archive, result, f);
    arena_release(&memory);
    return rc == 0 ? 0 : fault_wrap(f, "end archiving of '%s'", a->activity->name);
}
