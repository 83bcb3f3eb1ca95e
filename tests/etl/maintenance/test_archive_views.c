#include "etl/maintenance/archive_views.h"

#include "tests/etl/fixture.h"
#include "tests/strike.h"

/* An archive of two partitions, the second of which was made before checkpoint Price was added. */
static void
begin(struct fixture *x)
{
    static const char *const statements[] = {
        "CREATE TABLE bam_Order_Instances_20260101T000000Z(RecordID bigint, ActivityID "
        "varchar(128), Price float)",
        "CREATE TABLE bam_Order_Relationships_20260101T000000Z(RecordID bigint, ActivityID "
        "varchar(128))",
        "CREATE TABLE bam_Order_Instances_20250101T000000Z(RecordID bigint, ActivityID "
        "varchar(128))",
        "CREATE TABLE bam_Order_Relationships_20250101T000000Z(RecordID bigint, ActivityID "
        "varchar(128))",
        "CREATE TABLE bam_Order_Instances_20260201T000000Z_Incoming(RecordID bigint)",
        "INSERT INTO bam_Order_Instances_20260101T000000Z VALUES (2, 'b', 2.5)",
        "INSERT INTO bam_Order_Instances_20250101T000000Z VALUES (1, 'a')",
    };

    fixture_begin(x);
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        ASSERT_OK(fixture_run(x, x->archive, statements[i]), &x->f);
    ASSERT_OK(archive_views_rebuild(x->archive, "Order", &x->f), &x->f);
}

static int64_t
count(struct fixture *x, const char *sql)
{
    return fixture_count(x, x->archive, sql);
}

static void
what_is_there_is_in_the_views(void)
{
    struct fixture x;

    begin(&x);
    CU_ASSERT_EQUAL(count(&x, "SELECT count(*) FROM bam_Order_InstancesView"), 2);
    CU_ASSERT_EQUAL(count(&x, "SELECT count(Price) FROM bam_Order_InstancesView"), 1);
    CU_ASSERT_EQUAL(count(&x, "SELECT count(*) FROM bam_Order_RelationshipsView"), 0);
    fixture_end(&x);
}

/* What is no copy of a partition of this activity: another activity's, and one put aside. */
static void
other_tables_are_not(void)
{
    static const char *const names[] = {"bam_Order_Instances_Instances_20260101T000000Z",
        "bam_Order_Instances_2_Instances_20260101T000000Z",
        "bam_Order_Instances_Relationships_20260101T000000Z",
        "bam_Order_Instances_20260101T000000Z_old"};
    struct text sql = TEXT_INIT;
    struct fixture x;

    begin(&x);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        sql_set(&sql, "CREATE TABLE %n AS SELECT * FROM %n", names[i],
            "bam_Order_Instances_20260101T000000Z");
        ASSERT_OK(db_run(x.archive, text_get(&sql), NULL, &x.f), &x.f);
    }
    sql_set(&sql, "CREATE TABLE %n AS SELECT * FROM %n", "bam_Order_Instances_20260101T000000Z_2",
        "bam_Order_Instances_20260101T000000Z");
    ASSERT_OK(db_run(x.archive, text_get(&sql), NULL, &x.f), &x.f);
    sql_set(&sql, "CREATE TABLE %n AS SELECT * FROM %n", "bam_Order_Instances_I8C24F7B7_3AFE_4F3E",
        "bam_Order_Instances_20260101T000000Z");
    ASSERT_OK(db_run(x.archive, text_get(&sql), NULL, &x.f), &x.f);
    ASSERT_OK(archive_views_rebuild(x.archive, "Order", &x.f), &x.f);
    CU_ASSERT_EQUAL(count(&x, "SELECT count(*) FROM bam_Order_InstancesView"), 4);
    text_release(&sql);
    fixture_end(&x);
}

static void
tables_may_be_taken_away_and_brought_back(void)
{
    struct fixture x;

    begin(&x);
    ASSERT_OK(fixture_run(&x, x.archive, "DROP VIEW bam_Order_InstancesView"), &x.f);
    ASSERT_OK(fixture_run(&x, x.archive,
                  "ALTER TABLE bam_Order_Instances_20260101T000000Z RENAME TO elsewhere"),
        &x.f);
    ASSERT_OK(archive_views_rebuild(x.archive, "Order", &x.f), &x.f);
    CU_ASSERT_EQUAL(count(&x, "SELECT sum(RecordID) FROM bam_Order_InstancesView"), 1);
    ASSERT_OK(fixture_run(&x, x.archive,
                  "ALTER TABLE elsewhere RENAME TO bam_Order_Instances_20260101T000000Z"),
        &x.f);
    ASSERT_OK(archive_views_rebuild(x.archive, "Order", &x.f), &x.f);
    CU_ASSERT_EQUAL(count(&x, "SELECT sum(RecordID) FROM bam_Order_InstancesView"), 3);
    fixture_end(&x);
}

static void
an_archive_without_tables_has_no_views(void)
{
    struct fixture x;

    fixture_begin(&x);
    ASSERT_OK(archive_views_rebuild(x.archive, "Order", &x.f), &x.f);
    CU_ASSERT_EQUAL(db_table_exists(x.archive, "bam_Order_InstancesView", &x.f), 0);
    fixture_end(&x);
}

/* What was there stays. */
static void
without_memory_the_views_stay(void)
{
    struct fixture x;
    int failed = 0;

    begin(&x);
    for (bool striking = false; striking ? strike_next() : true; striking = true) {
        int rc;

        striking ? strike_begin(false) : strike_notice(STRIKE_MEMORY);
        rc = archive_views_rebuild(x.archive, "Order", &x.f);
        strike_end();
        CU_ASSERT(rc == 0 || x.f.kind == FAULT_INTERNAL);
        fault_clear(&x.f);
        CU_ASSERT_EQUAL(count(&x, "SELECT sum(RecordID) FROM bam_Order_InstancesView"), 3);
        failed += rc != 0;
    }
    CU_ASSERT(failed > 0 ||
              test_engine() != ENGINE_SQLITE); /* places are struck once, not on each engine */
    fixture_end(&x);
}

const struct test suite_etl_maintenance_archive_views[] = {
    {"what is there is in the views", what_is_there_is_in_the_views},
    {"other tables are not", other_tables_are_not},
    {"tables may be taken away and brought back", tables_may_be_taken_away_and_brought_back},
    {"an archive without tables has no views", an_archive_without_tables_has_no_views},
    {"without memory the views stay", without_memory_the_views_stay},
    {NULL, on_each_engine},
};
