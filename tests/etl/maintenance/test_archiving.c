#include "etl/maintenance/archiving.h"

#include "etl/maintenance/due.h"
#include "etl/maintenance/spawn.h"
#include "etl/maintenance/window.h"
#include "tests/etl/fixture.h"

/* A proof that says what the test wants. */
static int answer;

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
    return answer;
}

static struct archiving
archiving(struct fixture *x, bool with_archive)
{
    return (struct archiving){.primary = x->primary,
        .archive = with_archive ? x->archive : NULL,
        .definition = &x->definition,
        .activity = fixture_activity(x),
        .proof = {holds, NULL}};
}

static int64_t
spawn(struct fixture *x)
{
    struct spawn_result r;

    ASSERT_OK(spawn_partition(x->primary, &x->definition, fixture_activity(x), &r, &x->f), &x->f);
    return r.rows;
}

/* Pretends that the cube has analysed all there is. */
static void
analyse(struct fixture *x)
{
    ASSERT_OK(
        fixture_run(x, x->primary,
            "INSERT INTO bam_Metadata_AnalysisTasks(CubeName, MinRecordID, MaxRecordID, "
            "LastStartTime, LastEndTime) VALUES ('OrderCube', 1, 1000000, '2026-01-01 00:00:00', "
            "'2026-01-01 00:00:00')"),
        &x->f);
}

/* A partition of ten orders that is due. */
static void
begin_with_due_partition(struct fixture *x)
{
    fixture_begin(x);
    fixture_complete(x, 1, 10);
    CU_ASSERT_EQUAL(spawn(x), 10);
    analyse(x);
    fixture_set_now("2026-09-01T00:00:00Z");
}

static void
spawn_swaps_and_goes_on(void)
{
    struct fixture x;

    fixture_begin(&x);
    CU_ASSERT_EQUAL(spawn(&x), 0);
    fixture_complete(&x, 1, 3);
    CU_ASSERT_EQUAL(spawn(&x), 3);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_Completed"), 0);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_CompletedInstances"), 3);
    fixture_complete(&x, 4, 4);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT RecordID FROM bam_Order_Completed"), 4);
    CU_ASSERT_EQUAL(spawn(&x), 1);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Metadata_Partitions"), 2);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_AllRelationships"), 4);
    fixture_end(&x);
}

static void
identity_goes_on_when_all_is_gone(void)
{
    struct archiving_result r;
    struct archiving a;
    struct fixture x;

    begin_with_due_partition(&x);
    a = archiving(&x, true);
    answer = 1;
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_copy(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    fixture_complete(&x, 11, 11);
    /* Never one that was given; an engine may leave a gap behind many rows at once. */
    CU_ASSERT(fixture_count(&x, x.primary, "SELECT RecordID FROM bam_Order_Completed") >= 11);
    fixture_end(&x);
}

static void
young_partitions_stay(void)
{
    struct archiving_result r;
    struct archiving a;
    struct fixture x;

    begin_with_due_partition(&x);
    fixture_set_now("2026-06-30T00:00:00Z");
    a = archiving(&x, true);
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.partitions, 0);
    fixture_end(&x);
}

static void
unanalysed_partitions_stay(void)
{
    struct archiving_result r;
    struct archiving a;
    struct due_list list;
    struct arena memory = ARENA_INIT;
    struct fixture x;

    begin_with_due_partition(&x);
    ASSERT_OK(
        fixture_run(&x, x.primary, "UPDATE bam_Metadata_AnalysisTasks SET MaxRecordID = 9"), &x.f);
    a = archiving(&x, true);
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.partitions, 0);
    ASSERT_OK(due_read(x.primary, &x.definition, fixture_activity(&x), PARTITIONS_LIVE, &memory,
                  &list, &x.f),
        &x.f);
    CU_ASSERT(test_contains(list.items[0].why, "OrderCube"));
    CU_ASSERT(test_contains(list.items[0].why, "up to record 9"));
    arena_release(&memory);
    fixture_end(&x);
}

static void
copies_equal_rows_and_drops_them(void)
{
    struct arena memory = ARENA_INIT;
    struct due_list list;
    struct archiving_result r;
    struct archiving a;
    struct fixture x;

    begin_with_due_partition(&x);
    a = archiving(&x, true);
    answer = 1;
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.rows, 10);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_InstancesForArchive"), 10);
    ASSERT_OK(archiving_copy(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.archive, "SELECT count(*) FROM bam_Order_InstancesView"), 10);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.archive, "SELECT count(*) FROM bam_Order_RelationshipsView"), 10);
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.partitions, 1);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_CompletedInstances"), 0);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_InstancesForArchive"), 0);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary,
            "SELECT count(*) FROM bam_Metadata_Partitions WHERE ArchivedTime IS NOT NULL "
            "AND ArchivingInProgress = 0"),
        1);
    ASSERT_OK(due_read(x.primary, &x.definition, fixture_activity(&x), PARTITIONS_ALL, &memory,
                  &list, &x.f),
        &x.f);
    CU_ASSERT_EQUAL_FATAL(list.count, 1);
    CU_ASSERT_EQUAL(list.items[0].rows, 10);
    arena_release(&memory);
    fixture_end(&x);
}

static void
nothing_is_dropped_without_a_backup(void)
{
    struct archiving_result r;
    struct archiving a;
    struct fixture x;

    begin_with_due_partition(&x);
    a = archiving(&x, true);
    answer = 0;
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_copy(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.held_back, 1);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_CompletedInstances"), 10);
    /* The next run takes it up again. */
    answer = 1;
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_copy(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.partitions, 1);
    fixture_end(&x);
}

/* A step died when the IDs had left; before the next one, an application completed one anew. */
static void
an_id_that_was_completed_again_stays_known(void)
{
    struct archiving_result r;
    struct archiving a;
    struct fixture x;

    begin_with_due_partition(&x);
    a = archiving(&x, true);
    answer = 0;
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_copy(&a, &r, &x.f), &x.f);
    ASSERT_OK(fixture_run(&x, x.primary, "DELETE FROM bam_Order_OnlineIDs"), &x.f);
    fixture_complete(&x, 1, 1);
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.held_back, 1);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_OnlineIDs"), 10);
    answer = 1;
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_copy(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.partitions, 1);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_OnlineIDs"), 1);
    fixture_end(&x);
}

/* How many rows the server has gone through for this connection. */
static int64_t
rows_read(struct fixture *x)
{
    return fixture_count(x, x->primary,
        "SELECT CAST(sum(VARIABLE_VALUE) AS signed) FROM information_schema.SESSION_STATUS WHERE "
        "VARIABLE_NAME IN ('HANDLER_READ_RND_NEXT', 'HANDLER_READ_NEXT')");
}

/* What a statement goes through it locks, and writers wait for that. */
static void
ids_leave_without_a_look_at_the_others(void)
{
    struct archiving_result r;
    struct archiving a;
    struct fixture x;
    int64_t before;

    if (test_engine() != ENGINE_MARIADB)
        return;
    begin_with_due_partition(&x);
    a = archiving(&x, true);
    answer = 1;
    ASSERT_OK(fixture_run(&x, x.primary,
                  "INSERT INTO bam_Order_OnlineIDs SELECT seq FROM seq_100001_to_150000"),
        &x.f);
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_copy(&a, &r, &x.f), &x.f);
    before = rows_read(&x);
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    CU_ASSERT(rows_read(&x) - before < 50000);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_OnlineIDs"), 50000);
    fixture_end(&x);
}

static void
nothing_is_dropped_that_is_not_in_the_archive(void)
{
    struct archiving_result r;
    struct archiving a;
    struct fixture x;

    begin_with_due_partition(&x);
    a = archiving(&x, true);
    answer = 1;
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.held_back, 1);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_CompletedInstances"), 10);
    fixture_end(&x);
}

static void
an_archive_that_differs_stops_the_activity(void)
{
    struct archiving_result r;
    struct archiving a;
    struct fixture x;

    begin_with_due_partition(&x);
    a = archiving(&x, true);
    answer = 1;
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_copy(&a, &r, &x.f), &x.f);
    ASSERT_OK(
        fixture_run(&x, x.archive,
            "UPDATE bam_Order_Instances_20260101T000000Z SET Price = Price + 1 WHERE RecordID = 3"),
        &x.f);
    ASSERT_FAULT(archiving_copy(&a, &r, &x.f), &x.f, FAULT_DATA, "other rows");
    ASSERT_FAULT(archiving_end(&a, &r, &x.f), &x.f, FAULT_DATA, "other rows");
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_CompletedInstances"), 10);
    fixture_end(&x);
}

static void
without_an_archive_a_backup_of_the_partition_is_asked_for(void)
{
    struct archiving_result r;
    struct archiving a;
    struct fixture x;

    begin_with_due_partition(&x);
    a = archiving(&x, false);
    answer = 0;
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.held_back, 1);
    answer = 1;
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.partitions, 1);
    fixture_end(&x);
}

static void
archive_flag_off_purges(void)
{
    struct archiving_result r;
    struct archiving a;
    struct fixture x;

    begin_with_due_partition(&x);
    a = archiving(&x, true);
    answer = 0;
    ASSERT_OK(window_set_archive(x.primary, "Order", false, &x.f), &x.f);
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_copy(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.partitions, 1);
    CU_ASSERT_EQUAL(fixture_table_count(&x, x.archive), 0);
    fixture_end(&x);
}

static void
an_archiving_run_is_finished_first(void)
{
    struct archiving_result r;
    struct archiving a;
    struct fixture x;

    begin_with_due_partition(&x);
    fixture_complete(&x, 11, 12);
    a = archiving(&x, true);
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(spawn(&x), 0);
    fixture_end(&x);
}

static void
new_columns_read_as_null_in_old_partitions(void)
{
    struct definition d = DEFINITION_INIT;
    struct findings list = FINDINGS_INIT("update");
    struct text xml = TEXT_INIT;
    struct fixture x;
    const char *cut = strstr(fixture_definition, "</Activity>");

    begin_with_due_partition(&x);
    text_add_bytes(&xml, fixture_definition, (size_t)(cut - fixture_definition));
    text_add(&xml, "<Checkpoint Name=\"Note\" ID=\"C9\" DataType=\"NVARCHAR\" DataLength=\"10\"/>");
    text_add(&xml, cut);
    ASSERT_OK(definition_read_text(&d, text_get(&xml), xml.length, &list, &x.f), &x.f);
    ASSERT_OK(deployment_update(x.primary, &d, &list, &x.f), &x.f);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary,
                        "SELECT count(*) FROM bam_Order_CompletedInstances WHERE Note IS NULL"),
        10);
    text_release(&xml);
    definition_release(&d);
    findings_release(&list);
    fixture_end(&x);
}

const struct test suite_etl_maintenance_archiving[] = {
    {"a spawn swaps Completed out and RecordIDs go on", spawn_swaps_and_goes_on},
    {"RecordIDs go on when all partitions are gone", identity_goes_on_when_all_is_gone},
    {"partitions inside the online window stay", young_partitions_stay},
    {"partitions that no cube has analysed stay", unanalysed_partitions_stay},
    {"due partitions are copied and dropped", copies_equal_rows_and_drops_them},
    {"nothing is dropped without a backup", nothing_is_dropped_without_a_backup},
    {"an ID that was completed again stays known", an_id_that_was_completed_again_stays_known},
    {"IDs leave without a look at the others", ids_leave_without_a_look_at_the_others},
    {"nothing is dropped that is not archived", nothing_is_dropped_that_is_not_in_the_archive},
    {"an archive that differs stops the activity", an_archive_that_differs_stops_the_activity},
    {"without an archive the partition's backup counts",
        without_an_archive_a_backup_of_the_partition_is_asked_for},
    {"with the archive flag off a partition is purged", archive_flag_off_purges},
    {"an archiving run is finished before a spawn", an_archiving_run_is_finished_first},
    {"new columns read as NULL in old partitions", new_columns_read_as_null_in_old_partitions},
    {NULL, on_each_engine},
};
