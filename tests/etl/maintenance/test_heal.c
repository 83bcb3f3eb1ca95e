/* What a crash leaves half-way where DDL commits at once; elsewhere a crash leaves nothing. */
#include "etl/maintenance/heal.h"

#include "etl/activity/names.h"
#include "etl/activity/tables.h"
#include "etl/activity/views.h"
#include "etl/maintenance/archiving.h"
#include "etl/maintenance/spawn.h"
#include "tests/etl/fixture.h"

#define PARTITION "bam_Order_20260101T000000Z"

static bool
ddl_commits(const struct fixture *x)
{
    return !db_dialect(x->primary)->transactional_ddl;
}

static void
heal(struct fixture *x)
{
    struct view_shapes shapes;

    ASSERT_OK(view_shapes_read(&shapes, x->primary, fixture_activity(x), &x->f), &x->f);
    ASSERT_OK(
        heal_activity(x->primary, &x->definition, fixture_activity(x), &shapes, &x->f), &x->f);
    view_shapes_release(&shapes);
}

/* The swap up to its rename, and no further. */
static void
swap_and_die(struct fixture *x)
{
    const struct db_rename renames[] = {
        {"bam_Order_Completed", PARTITION},
        {"bam_Order_Completed_Incoming", "bam_Order_Completed"},
        {"bam_Order_CompletedRelationships", PARTITION "_Relationships"},
        {"bam_Order_CompletedRelationships_Incoming", "bam_Order_CompletedRelationships"},
    };

    ASSERT_OK(views_drop(x->primary, &x->definition, fixture_activity(x), &x->f), &x->f);
    ASSERT_OK(tables_create_twins(x->primary, fixture_activity(x), 3, &x->f), &x->f);
    ASSERT_OK(db_rename_tables(x->primary, renames, 4, &x->f), &x->f);
}

static void
a_partition_that_nobody_wrote_down_is_adopted(void)
{
    struct fixture x;

    fixture_begin(&x);
    if (ddl_commits(&x)) {
        fixture_complete(&x, 1, 3);
        swap_and_die(&x);
        heal(&x);
        CU_ASSERT_EQUAL(fixture_count(&x, x.primary,
                            "SELECT count(*) FROM bam_Metadata_Partitions WHERE MinRecordID = 1 "
                            "AND MaxRecordID = 3"),
            1);
        CU_ASSERT_EQUAL(
            fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_CompletedInstances"), 3);
        fixture_complete(&x, 4, 4);
        CU_ASSERT_EQUAL(
            fixture_count(&x, x.primary, "SELECT RecordID FROM bam_Order_Completed"), 4);
    }
    fixture_end(&x);
}

/* A load that follows half a swap must not take its window for empty. */
static void
half_a_swap_is_put_right_for_readers(void)
{
    struct fixture x;

    fixture_begin(&x);
    if (ddl_commits(&x)) {
        fixture_complete(&x, 1, 3);
        swap_and_die(&x);
        ASSERT_OK(heal_before_reading(x.primary, &x.definition, fixture_activity(&x), &x.f), &x.f);
        CU_ASSERT_EQUAL(
            fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_CompletedInstances"), 3);
    }
    fixture_end(&x);
}

static void
twins_that_were_left_are_dropped(void)
{
    struct spawn_result spawned;
    struct fixture x;

    fixture_begin(&x);
    if (ddl_commits(&x)) {
        fixture_complete(&x, 1, 3);
        ASSERT_OK(tables_create_twins(x.primary, fixture_activity(&x), 3, &x.f), &x.f);
        ASSERT_OK(
            spawn_partition(x.primary, &x.definition, fixture_activity(&x), &spawned, &x.f), &x.f);
        CU_ASSERT_EQUAL(spawned.rows, 3);
    }
    fixture_end(&x);
}

static void
tables_of_a_dropped_partition_go(void)
{
    struct spawn_result spawned;
    struct fixture x;
    int64_t tables;

    fixture_begin(&x);
    if (ddl_commits(&x)) {
        fixture_complete(&x, 1, 3);
        ASSERT_OK(
            spawn_partition(x.primary, &x.definition, fixture_activity(&x), &spawned, &x.f), &x.f);
        tables = fixture_table_count(&x, x.primary);
        ASSERT_OK(fixture_run(&x, x.primary,
                      "UPDATE bam_Metadata_Partitions SET ArchivedTime = '2026-06-01 00:00:00'"),
            &x.f);
        heal(&x);
        CU_ASSERT_EQUAL(fixture_table_count(&x, x.primary), tables - 2);
    }
    fixture_end(&x);
}

static void
nothing_is_healed_twice(void)
{
    struct fixture x;
    int64_t tables;

    fixture_begin(&x);
    fixture_complete(&x, 1, 3);
    tables = fixture_table_count(&x, x.primary);
    heal(&x);
    heal(&x);
    CU_ASSERT_EQUAL(fixture_table_count(&x, x.primary), tables);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_AllInstances"), 3);
    fixture_end(&x);
}

static void
tables_of_a_deployment_that_died_are_made_anew(void)
{
    struct findings list = FINDINGS_INIT("fixture");
    struct definition d = DEFINITION_INIT;
    struct fixture x;

    fixture_begin(&x);
    if (ddl_commits(&x)) {
        ASSERT_OK(deployment_remove(x.primary, NULL, "Sales", &list, &x.f), &x.f);
        ASSERT_OK(deployment_remove(x.primary, "Order", NULL, &list, &x.f), &x.f);
        ASSERT_OK(tables_create(x.primary, fixture_activity(&x), 0, &x.f), &x.f);
        ASSERT_OK(definition_read_text(
                      &d, fixture_definition, sizeof fixture_definition - 1, &list, &x.f),
            &x.f);
        ASSERT_OK(deployment_deploy(x.primary, &d, &list, &x.f), &x.f);
        fixture_complete(&x, 1, 1);
        definition_release(&d);
    }
    findings_release(&list);
    fixture_end(&x);
}

const struct test suite_etl_maintenance_heal[] = {
    {"a partition that nobody wrote down is adopted",
        a_partition_that_nobody_wrote_down_is_adopted},
    {"half a swap is put right for readers", half_a_swap_is_put_right_for_readers},
    {"twins that were left are dropped", twins_that_were_left_are_dropped},
    {"tables of a dropped partition go", tables_of_a_dropped_partition_go},
    {"nothing is healed twice", nothing_is_healed_twice},
    {"tables of a deployment that died are made anew",
        tables_of_a_deployment_that_died_are_made_anew},
    {NULL, on_each_engine},
};
