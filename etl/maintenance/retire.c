#include "etl/maintenance/retire.h"

#include "config/base/progress.h"
#include "etl/activity/names.h"
#include "etl/odbc/table_reader.h"
#include "etl/odbc/table_shape.h"

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

/* Where DDL commits, a copy bears a name of its own until it is proved. */
static int
copy_by_rename(const struct copy_route *route, const struct table *source,
    const struct table *target, const char *incoming, struct rowsum *sum, struct fault *f)
{
    struct table copy = *target;

    if (db_drop_table_if_there(route->to, incoming, f) != 0)
        return -1;
    copy.name = incoming;
    return table_copy_proved(route, source, &copy, sum, f) == 0
               ? db_rename_table(route->to, incoming, target->name, f)
               : -1;
}

/* The copy appears under its name when it is proved, and not before. */
static int
copy_table(const struct copy_route *route, const struct table *source, const struct table *target,
    struct arena *memory, struct rowsum *sum, struct fault *f)
{
    const char *incoming;

    if (db_dialect(route->to)->transactional_ddl)
        return table_copy_proved(route, source, target, sum, f);
    if ((incoming = incoming_name(memory, target->name)) == NULL)
        return fault_set_memory(f);
    return copy_by_rename(route, source, target, incoming, sum, f);
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
    if (table_shape_read(a->primary, pair->from, memory, source, f) != 0)
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
copy_pair(const struct archiving *a, const struct copy_route *route, const struct pair *pair,
    struct arena *memory, struct rowsum *sum, struct fault *f)
{
    struct table source, target;
    int rc = describe_pair(a, pair, memory, &source, &target, f);

    if (rc == 0)
        rc = is_copied(a, &source, &target, sum, f);
    if (rc == 0)
        rc = copy_table(route, &source, &target, memory, sum, f);
    return rc < 0 ? fault_wrap(f, "copy '%s' to the archive", pair->from) : 0;
}

/* The two tables of a partition with their names in the archive. */
static int
pairs_of(const struct archiving *a, const struct partition *p, struct arena *memory,
    struct pair pairs[2], struct fault *f)
{
    const char *activity = a->activity->name;

    pairs[0] = (struct pair){
        p->instances, archive_name(memory, activity, ARCHIVE_INSTANCES, p->instances)};
    pairs[1] = (struct pair){
        p->relationships, archive_name(memory, activity, ARCHIVE_RELATIONSHIPS, p->instances)};
    return pairs[0].to == NULL || pairs[1].to == NULL ? fault_set_memory(f) : 0;
}

/* What the sums of both tables say. */
static void
take_sums(struct evidence *e, const struct rowsum sums[2])
{
    e->rows = (int64_t)sums[0].rows;
    e->sum = sums[0].whole;
    e->relationship_rows = (int64_t)sums[1].rows;
    e->relationship_sum = sums[1].whole;
}

static void
release_sums(struct rowsum sums[2])
{
    rowsum_release(&sums[0]);
    rowsum_release(&sums[1]);
}

int
retire_partition(const struct archiving *a, const struct copy_route *route,
    const struct partition *p, struct evidence *e, struct fault *f)
{
    struct rowsum sums[2] = {ROWSUM_INIT, ROWSUM_INIT};
    struct arena memory = ARENA_INIT;
    struct pair pairs[2];
    int rc = pairs_of(a, p, &memory, pairs, f);

    /* Each row is copied and read back. */
    progress_begin(p->instances, "rows", 2 * (uint64_t)(p->max_record - p->min_record + 1));
    for (int i = 0; rc == 0 && i < 2; i++)
        rc = copy_pair(a, route, &pairs[i], &memory, &sums[i], f);
    progress_finish();
    *e = (struct evidence){.container = NULL};
    take_sums(e, sums);
    release_sums(sums);
    arena_release(&memory);
    return rc;
}

/* ---- proving ---- */

static int
holds(const struct archiving *a, const char *database, const char *table, const struct rowsum *sum,
    struct evidence *e, struct fault *f)
{
    return a->proof.holds(a->proof.state, database, table, sum, e, f);
}

/* Is this one table proved to be elsewhere? 1, 0 with the reason in `why`, -1. */
static int
prove_table(const struct archiving *a, const struct pair *pair, struct arena *memory,
    struct rowsum *sum, struct evidence *e, const char **why, struct fault *f)
{
    struct table source, target;
    int rc = describe_pair(a, pair, memory, &source, &target, f);

    if (rc == 0 && a->archive == NULL) {
        *why = "no archive is configured and no verified backup holds exactly its rows";
        if ((rc = table_rowsum(a->primary, &source, sum, f)) == 0)
            rc = holds(a, db_name(a->primary), source.name, sum, e, f);
    } else if (rc == 0) {
        *why = "it is not in the archive";
        rc = is_copied(a, &source, &target, sum, f);
        if (rc == 1 && !a->without_backup) {
            *why = "no backup of the archive holds exactly its rows";
            rc = holds(a, db_name(a->archive), target.name, sum, e, f);
        }
    }
    return rc;
}

int
retire_prove(const struct archiving *a, const struct partition *p, struct evidence *e,
    const char **why, struct fault *f)
{
    struct rowsum sums[2] = {ROWSUM_INIT, ROWSUM_INIT};
    struct arena memory = ARENA_INIT;
    struct pair pairs[2];
    int rc = pairs_of(a, p, &memory, pairs, f);

    *e = (struct evidence){.container = NULL};
    if (rc == 0)
        rc = prove_table(a, &pairs[1], &memory, &sums[1], e, why, f);
    if (rc == 1)
        rc = prove_table(a, &pairs[0], &memory, &sums[0], e, why, f);
    take_sums(e, sums);
    release_sums(sums);
    arena_release(&memory);
    return rc;
}
