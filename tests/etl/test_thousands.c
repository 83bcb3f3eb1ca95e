/* Thousands of live partitions of one activity: the old system stopped at 253. */
#include "etl/activity/schema.h"
#include "etl/activity/views.h"
#include "etl/maintenance/archiving.h"
#include "etl/maintenance/due.h"
#include "etl/maintenance/spawn.h"
#include "tests/etl/fixture.h"

static int
holds(void *state, const char *database, const char *table, const struct rowsum *sum,
    struct evidence *found, struct fault *f)
{
    (void)state;
    (void)database;
    (void)table;
    (void)sum;
    (void)found;
    (void)f;
    return 1;
}

/* How long each part takes, told in make test-long. */
static void
lap(const char *what)
{
    static double last;
    double now = clock_elapsed();

    if (what != NULL && long_rounds(0, 1) == 1)
        fprintf(stderr, "\n    %s: %s, %.1f s", engine_names[test_engine()], what, now - last);
    last = now;
}

static void
make_table(struct fixture *x, struct table *t, const char *name)
{
    t->name = name;
    ASSERT_OK(db_create_table(x->primary, t, &x->f), &x->f);
}

/* One partition with one row, as a swap would leave it: without the swap's time. */
static void
make_partition(struct fixture *x, int64_t number)
{
    struct arena memory = ARENA_INIT;
    struct text sql = TEXT_INIT;
    struct table instances, relationships;
    const char *name = arena_printf(&memory, "bam_Order_20251201T%06lldZ", (long long)number);
    struct partition p = {.activity = "Order",
        .instances = name,
        .relationships = arena_printf(&memory, "%s_Relationships", name),
        .created = clock_now(),
        .min_record = number,
        .max_record = number};

    ASSERT_OK(schema_completed(fixture_activity(x), number, &memory, &instances, &x->f), &x->f);
    ASSERT_OK(
        schema_completed_relationships(fixture_activity(x), number, &memory, &relationships, &x->f),
        &x->f);
    /* Indexes count where an engine locks them; elsewhere they only take time. */
    if (!db_dialect(x->primary)->locks_indexes)
        instances.index_count = relationships.index_count = 0;
    make_table(x, &instances, p.instances);
    make_table(x, &relationships, p.relationships);
    sql_set(&sql,
        "INSERT INTO %n(\"RecordID\", \"ActivityID\", \"Quantity\", \"LastModified\") VALUES (%d, "
        "%t, %d, '2026-01-01 00:00:00')",
        name, number, name, number);
    ASSERT_OK(db_run(x->primary, text_get(&sql), NULL, &x->f), &x->f);
    ASSERT_OK(partition_record(x->primary, &p, &x->f), &x->f);
    text_release(&sql);
    arena_release(&memory);
}

static void
make_partitions(struct fixture *x, int64_t count)
{
    for (int64_t i = 1; i <= count; i++) {
        if (i % 100 == 1)
            ASSERT_OK(db_begin(x->primary, &x->f), &x->f);
        make_partition(x, i);
        if (i % 100 == 0 || i == count)
            ASSERT_OK(db_commit(x->primary, &x->f), &x->f);
    }
    ASSERT_OK(db_dialect(x->primary)->set_identity(x->primary, "bam_Order_Completed", count, &x->f),
        &x->f);
    ASSERT_OK(fixture_run(x, x->primary,
                  "INSERT INTO bam_Metadata_AnalysisTasks(CubeName, MinRecordID, MaxRecordID, "
                  "LastStartTime, LastEndTime) VALUES ('OrderCube', 1, 1000000, '2026-01-01 "
                  "00:00:00', '2026-01-01 00:00:00')"),
        &x->f);
}

static void
look_at_all(struct fixture *x, int64_t count)
{
    CU_ASSERT_EQUAL(
        fixture_count(x, x->primary, "SELECT count(*) FROM bam_Order_CompletedInstances"), count);
    CU_ASSERT_EQUAL(fixture_count(x, x->primary, "SELECT sum(Quantity) FROM bam_Sales_Orders_View"),
        count * (count + 1) / 2);
    CU_ASSERT_EQUAL(
        fixture_count(x, x->primary, "SELECT count(*) FROM bam_Order_AllRelationships"), 0);
}

/* All have left the window at once, as where maintenance was never scheduled. */
static void
archive_all(struct fixture *x, int64_t count)
{
    const struct archiving a = {.primary = x->primary,
        .archive = x->archive,
        .definition = &x->definition,
        .activity = fixture_activity(x),
        .proof = {holds, NULL}};
    struct archiving_result r;

    fixture_set_now("2026-09-01T00:00:00Z");
    lap(NULL);
    ASSERT_OK(archiving_begin(&a, &r, &x->f), &x->f);
    CU_ASSERT_EQUAL(r.partitions, count);
    lap("begin archiving");
    ASSERT_OK(archiving_copy(&a, &r, &x->f), &x->f);
    CU_ASSERT_EQUAL(r.partitions, count);
    lap("copy");
    CU_ASSERT_EQUAL(
        fixture_count(x, x->archive, "SELECT count(*) FROM bam_Order_InstancesView"), count);
    lap("look at the archive");
    ASSERT_OK(archiving_end(&a, &r, &x->f), &x->f);
    CU_ASSERT_EQUAL(r.partitions, count);
    lap("end archiving");
    CU_ASSERT_EQUAL(
        fixture_count(x, x->primary, "SELECT count(*) FROM bam_Order_CompletedInstances"), 0);
}

static void
thousands_of_partitions_work(void)
{
    int64_t count = (int64_t)long_rounds(210, 5000);
    struct spawn_result spawned;
    struct fixture x;

    fixture_begin(&x);
    lap(NULL);
    make_partitions(&x, count);
    lap("make the partitions");
    ASSERT_OK(views_regenerate(x.primary, &x.definition, fixture_activity(&x), &x.f), &x.f);
    lap("regenerate the views");
    look_at_all(&x, count);
    lap("look at all");
    fixture_complete(&x, (int)count + 1, (int)count + 1);
    lap("import one");
    ASSERT_OK(
        spawn_partition(x.primary, &x.definition, fixture_activity(&x), &spawned, &x.f), &x.f);
    CU_ASSERT_EQUAL(spawned.rows, 1);
    lap("spawn one more");
    archive_all(&x, count + 1);
    fixture_end(&x);
}

const struct test suite_etl_thousands[] = {
    {"thousands of partitions work", thousands_of_partitions_work},
    {NULL, on_each_engine},
};
