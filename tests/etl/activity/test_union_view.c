#include "etl/activity/union_view.h"

#include "etl/activity/views.h"
#include "tests/etl/fixture.h"

/* Makes partitions of one row each, by SQL: a swap a night would take years. */
static void
make_partitions(struct fixture *x, int first, int last)
{
    struct text sql = TEXT_INIT;

    ASSERT_OK(db_begin(x->primary, &x->f), &x->f);
    for (int i = first; i <= last; i++) {
        char name[64], relationships[80];

        snprintf(name, sizeof name, "bam_Order_P%05d", i);
        snprintf(relationships, sizeof relationships, "%s_Relationships", name);
        sql_set(&sql, "CREATE TABLE %n AS SELECT * FROM bam_Order_Completed", name);
        ASSERT_OK(db_run(x->primary, text_get(&sql), NULL, &x->f), &x->f);
        sql_set(&sql, "INSERT INTO %n(RecordID, ActivityID) VALUES (%d, 'p')", name, (int64_t)i);
        ASSERT_OK(db_run(x->primary, text_get(&sql), NULL, &x->f), &x->f);
        sql_set(&sql, "CREATE TABLE %n AS SELECT * FROM bam_Order_CompletedRelationships",
            relationships);
        ASSERT_OK(db_run(x->primary, text_get(&sql), NULL, &x->f), &x->f);
        sql_set(&sql,
            "INSERT INTO bam_Metadata_Partitions(ActivityName, InstancesTable, RelationshipsTable, "
            "CreationTime, MinRecordID, MaxRecordID, ArchivingInProgress) VALUES ('Order', %t, %t, "
            "'2026-01-01 00:00:00', %d, %d, 0)",
            name, relationships, (int64_t)i, (int64_t)i);
        ASSERT_OK(db_run(x->primary, text_get(&sql), NULL, &x->f), &x->f);
    }
    ASSERT_OK(db_commit(x->primary, &x->f), &x->f);
    text_release(&sql);
}

static int64_t
count_tiers(struct fixture *x)
{
    return fixture_count(x, x->primary,
        "SELECT count(*) FROM sqlite_master WHERE name GLOB 'bam_Order_CompletedInstances_*'");
}

static void
thousands_of_partitions_are_one_view(void)
{
    struct fixture x;

    fixture_begin(&x);
    make_partitions(&x, 1, 1500);
    ASSERT_OK(views_regenerate(x.primary, &x.definition, fixture_activity(&x), &x.f), &x.f);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_CompletedInstances"), 1500);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary,
            "SELECT sum(RecordID) FROM bam_Sales_Orders_CompletedView WHERE RecordID > 1490"),
        14955);
    CU_ASSERT_EQUAL(count_tiers(&x), 7);
    fixture_end(&x);
}

static void
tiers_go_when_they_are_not_needed(void)
{
    struct fixture x;

    fixture_begin(&x);
    make_partitions(&x, 1, 300);
    ASSERT_OK(views_regenerate(x.primary, &x.definition, fixture_activity(&x), &x.f), &x.f);
    CU_ASSERT_EQUAL(count_tiers(&x), 1);
    ASSERT_OK(
        db_run(x.primary, "DELETE FROM bam_Metadata_Partitions WHERE MinRecordID > 10", NULL, &x.f),
        &x.f);
    ASSERT_OK(views_regenerate(x.primary, &x.definition, fixture_activity(&x), &x.f), &x.f);
    CU_ASSERT_EQUAL(count_tiers(&x), 0);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_CompletedInstances"), 10);
    fixture_end(&x);
}

/* What a full tier says does not change: it is not made anew. */
static void
full_tiers_stay(void)
{
    static const char newest[] =
        "SELECT max(rowid) FROM sqlite_master WHERE name GLOB 'bam_Order_CompletedInstances_*'";
    struct fixture x;
    int64_t first;

    fixture_begin(&x);
    make_partitions(&x, 1, 250);
    ASSERT_OK(views_regenerate(x.primary, &x.definition, fixture_activity(&x), &x.f), &x.f);
    first = fixture_count(&x, x.primary, newest);
    make_partitions(&x, 251, 260);
    ASSERT_OK(views_regenerate(x.primary, &x.definition, fixture_activity(&x), &x.f), &x.f);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, newest), first);
    make_partitions(&x, 261, 420);
    ASSERT_OK(views_regenerate(x.primary, &x.definition, fixture_activity(&x), &x.f), &x.f);
    CU_ASSERT(fixture_count(&x, x.primary, newest) > first);
    CU_ASSERT_EQUAL(count_tiers(&x), 2);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT sum(RecordID) FROM bam_Order_CompletedInstances"),
        420 * 421 / 2);
    fixture_end(&x);
}

const struct test suite_etl_activity_union_view[] = {
    {"thousands of partitions are one view", thousands_of_partitions_are_one_view},
    {"full tiers stay", full_tiers_stay},
    {"tiers go when they are not needed", tiers_go_when_they_are_not_needed},
    {0},
};
