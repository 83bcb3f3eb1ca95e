#include "etl/activity/names.h"

#include <string.h>

#include "etl/activity/partition.h"
#include "etl/activity/views.h"
#include "etl/maintenance/archiving.h"
#include "etl/maintenance/spawn.h"
#include "tests/etl/fixture.h"

#define LONG_A "A name of forty eight letters for an activity A"
#define LONG_B "A name of forty eight letters for an activity B"

static void
short_names_are_as_bam_has_them(void)
{
    struct arena memory = ARENA_INIT;
    struct activity_names n;
    struct fault f = FAULT_INIT;

    ASSERT_OK(activity_names_init(&n, &memory, "Order", &f), &f);
    CU_ASSERT_STRING_EQUAL(n.relationships_for_archive, "bam_Order_RelationshipsForArchive");
    CU_ASSERT_STRING_EQUAL(
        archive_name(&memory, "Order", ARCHIVE_INSTANCES, "bam_Order_20260101T000000Z_2"),
        "bam_Order_Instances_20260101T000000Z_2");
    arena_release(&memory);
}

static void
long_names_fit_and_stay_apart(void)
{
    struct arena memory = ARENA_INIT;
    struct activity_names a, b;
    struct fault f = FAULT_INIT;

    ASSERT_OK(activity_names_init(&a, &memory, LONG_A, &f), &f);
    ASSERT_OK(activity_names_init(&b, &memory, LONG_B, &f), &f);
    CU_ASSERT(strlen(a.relationships_for_archive) <= 63);
    CU_ASSERT_STRING_NOT_EQUAL(a.relationships_for_archive, b.relationships_for_archive);
    CU_ASSERT_STRING_NOT_EQUAL(a.relationships_for_archive, a.instances_for_archive);
    CU_ASSERT(test_contains(a.relationships_for_archive, "_RelationshipsForArchive"));
    arena_release(&memory);
}

static void
the_archive_of_a_long_name_begins_alike(void)
{
    struct arena memory = ARENA_INIT;
    const char *prefix = archive_prefix(&memory, LONG_A, ARCHIVE_RELATIONSHIPS);
    const char *partition = partition_name(&memory, LONG_A, "20260101T000000Z_12");
    const char *copy = archive_name(&memory, LONG_A, ARCHIVE_RELATIONSHIPS, partition);

    CU_ASSERT(strlen(partition) <= 63 && strlen(copy) <= 63);
    CU_ASSERT_EQUAL(strncmp(copy, prefix, strlen(prefix)), 0);
    CU_ASSERT_STRING_EQUAL(copy + strlen(prefix), "20260101T000000Z_12");
    CU_ASSERT(strlen(incoming_name(&memory, copy)) <= 63);
    arena_release(&memory);
}

static void
a_cut_name_ends_with_a_whole_character(void)
{
    char name[200] = "", buffer[SQL_NAME_BYTES];

    for (int i = 0; i < 50; i++)
        strcat(name, "\xe6\x9d\xb1");
    sql_fit_name(name, buffer);
    CU_ASSERT(strlen(buffer) <= 63);
    CU_ASSERT_EQUAL(strspn(buffer, "\xe6\x9d\xb1") % 3, 0);
}

/* The fixture's definition with names as long as BAM allows. */
static void
deploy_long(struct fixture *x, struct definition *deployed)
{
    static const char definition[] =
        "<BAMDefinition xmlns=\"http://schemas.microsoft.com/BizTalkServer/2004/10/BAM\">"
        "<Activity Name=\"" LONG_A "\" ID=\"A\">"
        "<Checkpoint "
        "Name=\"\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4\xba\xac"
        "\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4"
        "\xba\xac"
        "\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4"
        "\xba\xac\" "
        "ID=\"C1\" DataType=\"DATETIME\"/>"
        "<Index Name=\"An index\" ID=\"I1\"><CheckpointRef>C1</CheckpointRef></Index></Activity>"
        "</BAMDefinition>";
    struct findings list = FINDINGS_INIT("long");
    struct definition d = DEFINITION_INIT;

    ASSERT_OK(definition_read_text(&d, definition, sizeof definition - 1, &list, &x->f), &x->f);
    ASSERT_OK(deployment_deploy(x->primary, &d, &list, &x->f), &x->f);
    ASSERT_OK(deployment_read(x->primary, deployed, &x->f), &x->f);
    definition_release(&d);
    findings_release(&list);
}

static void
long_names_live_and_are_archived(void)
{
    struct arena memory = ARENA_INIT;
    struct definition d = DEFINITION_INIT;
    struct text sql = TEXT_INIT;
    struct spawn_result spawned;
    struct archiving_result r;
    struct activity_names n;
    struct archiving a;
    struct fixture x;
    int64_t rows;

    fixture_begin(&x);
    deploy_long(&x, &d);
    a = (struct archiving){.primary = x.primary,
        .archive = x.archive,
        .definition = &d,
        .activity = definition_find_activity(&d, LONG_A),
        .without_backup = true};
    ASSERT_OK(activity_names_init(&n, &memory, LONG_A, &x.f), &x.f);
    ASSERT_OK(db_run(x.primary,
                  sql_set(&sql, "INSERT INTO %n(%n, %n) VALUES ('x', '2026-01-01 00:00:00')",
                      n.completed, "ActivityID", a.activity->checkpoints[0].name),
                  NULL, &x.f),
        &x.f);
    ASSERT_OK(spawn_partition(x.primary, &d, a.activity, &spawned, &x.f), &x.f);
    CU_ASSERT_EQUAL(spawned.rows, 1);
    fixture_set_now("2026-09-01T00:00:00Z");
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_copy(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.partitions, 1);
    ASSERT_OK(
        db_get_int(x.archive, sql_set(&sql, "SELECT count(*) FROM %n", n.archive_instances_view), 0,
            &rows, &x.f),
        &x.f);
    CU_ASSERT_EQUAL(rows, 1);
    text_release(&sql);
    definition_release(&d);
    arena_release(&memory);
    fixture_end(&x);
}

const struct test suite_etl_activity_names[] = {
    {"short names are as BAM has them", short_names_are_as_bam_has_them},
    {"long names fit and stay apart", long_names_fit_and_stay_apart},
    {"the archive of a long name begins alike", the_archive_of_a_long_name_begins_alike},
    {"a cut name ends with a whole character", a_cut_name_ends_with_a_whole_character},
    {"long names live and are archived", long_names_live_and_are_archived},
    {NULL, on_each_engine},
};
