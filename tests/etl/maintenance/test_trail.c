#include "etl/maintenance/trail.h"

#include "etl/maintenance/archiving.h"
#include "etl/maintenance/spawn.h"
#include "tests/etl/fixture.h"

static bool has_backup;

static int
holds(void *state, const char *database, const char *table, const struct rowsum *sum,
    struct evidence *found, struct fault *f)
{
    (void)state, (void)database, (void)table, (void)sum, (void)f;
    found->container = "Archive_1";
    found->sha256 = "abc";
    return has_backup;
}

/* A partition of three orders that is due. */
static struct archiving
begin(struct fixture *x)
{
    struct spawn_result spawned;

    fixture_begin(x);
    fixture_complete(x, 1, 3);
    ASSERT_OK(
        spawn_partition(x->primary, &x->definition, fixture_activity(x), &spawned, &x->f), &x->f);
    ASSERT_OK(fixture_run(x, x->primary,
                  "INSERT INTO bam_Metadata_AnalysisTasks(CubeName, MinRecordID, MaxRecordID, "
                  "LastStartTime, LastEndTime) VALUES ('OrderCube', 1, 1000000, '2026-01-01 "
                  "00:00:00', '2026-01-01 00:00:00')"),
        &x->f);
    fixture_set_now("2026-09-01T00:00:00Z");
    has_backup = true;
    return (struct archiving){.primary = x->primary,
        .archive = x->archive,
        .definition = &x->definition,
        .activity = fixture_activity(x),
        .proof = {holds, NULL}};
}

static struct trail
trail_of(struct fixture *x, struct arena *memory)
{
    struct trail_list list;
    const struct trail *found;

    ASSERT_OK(trail_read(x->primary, "Order", memory, &list, &x->f), &x->f);
    found = trail_find(&list, "bam_Order_20260101T000000Z");
    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    return *found;
}

static void
each_step_is_on_record(void)
{
    struct arena memory = ARENA_INIT;
    struct archiving_result r;
    struct archiving a;
    struct trail t;
    struct fixture x;

    a = begin(&x);
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    t = trail_of(&x, &memory);
    CU_ASSERT_EQUAL(t.marked, clock_now());
    CU_ASSERT_EQUAL(t.verified, 0);
    ASSERT_OK(archiving_copy(&a, &r, &x.f), &x.f);
    t = trail_of(&x, &memory);
    CU_ASSERT_EQUAL(t.verified, clock_now());
    CU_ASSERT_EQUAL(t.evidence.rows, 3);
    CU_ASSERT_EQUAL(t.evidence.relationship_rows, 3);
    CU_ASSERT_NOT_EQUAL(t.evidence.sum, 0);
    CU_ASSERT_EQUAL(t.backed_up, 0);
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    t = trail_of(&x, &memory);
    CU_ASSERT_STRING_EQUAL(t.evidence.container, "Archive_1");
    CU_ASSERT_STRING_EQUAL(t.evidence.sha256, "abc");
    CU_ASSERT_EQUAL(t.dropped, clock_now());
    CU_ASSERT_EQUAL(t.kept, 0);
    arena_release(&memory);
    fixture_end(&x);
}

static void
what_was_kept_says_why(void)
{
    struct arena memory = ARENA_INIT;
    struct archiving_result r;
    struct archiving a;
    struct trail t;
    struct fixture x;

    a = begin(&x);
    has_backup = false;
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_copy(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    t = trail_of(&x, &memory);
    CU_ASSERT_EQUAL(t.kept, clock_now());
    CU_ASSERT_EQUAL(t.dropped, 0);
    CU_ASSERT(test_contains(t.why, "no backup of the archive"));
    /* Marked again: a new trail. */
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(trail_of(&x, &memory).kept, 0);
    arena_release(&memory);
    fixture_end(&x);
}

/* A record that says so proves nothing. */
static void
the_record_is_never_believed(void)
{
    struct archiving_result r;
    struct archiving a;
    struct fixture x;

    a = begin(&x);
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    ASSERT_OK(archiving_copy(&a, &r, &x.f), &x.f);
    ASSERT_OK(fixture_run(&x, x.primary,
                  "UPDATE nightcube_Trail SET BackedUpTime = '2026-08-31 00:00:00', Container = "
                  "'Archive_1', ContainerSha256 = 'abc'"),
        &x.f);
    has_backup = false;
    ASSERT_OK(archiving_end(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.held_back, 1);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_CompletedInstances"), 3);
    fixture_end(&x);
}

/* A database that was set up before there was a trail. */
static void
a_missing_table_is_made(void)
{
    struct arena memory = ARENA_INIT;
    struct archiving_result r;
    struct archiving a;
    struct fixture x;

    a = begin(&x);
    ASSERT_OK(fixture_run(&x, x.primary, "DROP TABLE nightcube_Trail"), &x.f);
    ASSERT_OK(archiving_begin(&a, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(trail_of(&x, &memory).marked, clock_now());
    arena_release(&memory);
    fixture_end(&x);
}

const struct test suite_etl_maintenance_trail[] = {
    {"each step is on record", each_step_is_on_record},
    {"what was kept says why", what_was_kept_says_why},
    {"the record is never believed", the_record_is_never_believed},
    {"a missing table is made", a_missing_table_is_made},
    {NULL, on_each_engine},
};
