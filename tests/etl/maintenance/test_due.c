/* Which rule decides on a partition, and that it is told with what was compared. */
#include "etl/maintenance/due.h"

#include "etl/maintenance/spawn.h"
#include "etl/maintenance/trail.h"
#include "etl/maintenance/window.h"
#include "tests/etl/fixture.h"

struct world {
    struct fixture x;
    struct cube cubes[3];
    struct arena memory;
    struct due_list list;
};

static void
analyse(struct world *w, const char *cube, const char *first, const char *last, const char *end)
{
    struct text sql = TEXT_INIT;

    text_add_format(&sql,
        "INSERT INTO bam_Metadata_AnalysisTasks(CubeName, MinRecordID, MaxRecordID, LastStartTime, "
        "LastEndTime) VALUES ('%s', %s, %s, '2026-01-01 00:00:00', %s)",
        cube, first, last, end);
    ASSERT_OK(fixture_run(&w->x, w->x.primary, text_get(&sql)), &w->x.f);
    text_release(&sql);
}

/* A partition of ten orders, made and completed at the same moment; the window is 6 months. */
static void
begin(struct world *w)
{
    struct spawn_result spawned;

    *w = (struct world){.memory = ARENA_INIT};
    fixture_begin(&w->x);
    fixture_complete(&w->x, 1, 10);
    ASSERT_OK(
        spawn_partition(w->x.primary, &w->x.definition, fixture_activity(&w->x), &spawned, &w->x.f),
        &w->x.f);
}

static void
end(struct world *w)
{
    arena_release(&w->memory);
    fixture_end(&w->x);
}

/* The oldest partition, judged at a moment. */
static const struct due *
look(struct world *w, const char *now)
{
    fixture_set_now(now);
    ASSERT_OK(due_explain(w->x.primary, &w->x.definition, fixture_activity(&w->x), PARTITIONS_ALL,
                  &w->memory, &w->list, &w->x.f),
        &w->x.f);
    CU_ASSERT_FATAL(w->list.count > 0);
    return &w->list.items[0];
}

static void
each_rule_tells_what_it_compared(void)
{
    const struct due *due;
    struct world w;

    begin(&w);
    due = look(&w, "2026-06-30T00:00:00Z");
    CU_ASSERT_FALSE(due->is_due);
    CU_ASSERT_STRING_EQUAL(due->why, "online window of 6 MONTH: created 2026-01-01T00:00:00Z, not "
                                     "before 2025-12-30T00:00:00Z");
    due = look(&w, "2026-09-01T00:00:00Z");
    CU_ASSERT_FALSE(due->is_due);
    CU_ASSERT_STRING_EQUAL(due->why, "analysis watermark: cube 'OrderCube' has analysed up to "
                                     "record 0, the partition ends at 10");
    analyse(&w, "OrderCube", "1", "12", "'2026-01-01 00:00:00'");
    due = look(&w, "2026-09-01T00:00:00Z");
    CU_ASSERT_TRUE(due->is_due);
    CU_ASSERT_STRING_EQUAL(due->why,
        "due: created 2026-01-01T00:00:00Z, newest row of 2026-01-01T00:00:00Z, both before "
        "2026-03-01T00:00:00Z, all cubes have analysed up to record 12: goes with the next "
        "maintenance");
    ASSERT_OK(fixture_run(&w.x, w.x.primary,
                  "UPDATE bam_Order_20260101T000000Z SET LastModified = '2026-05-05 00:00:00' "
                  "WHERE RecordID = 7"),
        &w.x.f);
    due = look(&w, "2026-09-01T00:00:00Z");
    CU_ASSERT_FALSE(due->is_due);
    CU_ASSERT_STRING_EQUAL(due->why, "online window of 6 MONTH: newest row of "
                                     "2026-05-05T00:00:00Z, not before 2026-03-01T00:00:00Z");
    end(&w);
}

/* Once marked it goes, also when the window has been made longer since, or a cube been added. */
static void
what_is_marked_is_finished(void)
{
    const struct due *due;
    struct world w;

    begin(&w);
    ASSERT_OK(fixture_run(
                  &w.x, w.x.primary, "UPDATE bam_Metadata_Partitions SET ArchivingInProgress = 1"),
        &w.x.f);
    due = look(&w, "2026-02-01T00:00:00Z");
    CU_ASSERT_TRUE(due->is_due);
    CU_ASSERT_STRING_EQUAL(due->why, "archiving in progress: the next maintenance finishes it");
    end(&w);
}

static void
a_purge_is_called_one(void)
{
    struct world w;

    begin(&w);
    analyse(&w, "OrderCube", "1", "10", "'2026-01-01 00:00:00'");
    ASSERT_OK(window_set_archive(w.x.primary, "Order", false, &w.x.f), &w.x.f);
    CU_ASSERT(test_contains(look(&w, "2026-09-01T00:00:00Z")->why, "is purged by the next"));
    end(&w);
}

static void
what_was_kept_says_why_behind_the_rule(void)
{
    const struct due *due;
    struct world w;

    begin(&w);
    due = look(&w, "2026-07-02T00:00:00Z");
    ASSERT_OK(trail_note_kept(w.x.primary, due->partition, "no backup", &w.x.f), &w.x.f);
    CU_ASSERT(test_contains(look(&w, "2026-07-03T00:00:00Z")->why,
        "the partition ends at 10; kept at 2026-07-02T00:00:00Z: no backup"));
    end(&w);
}

/* The slowest OLAP cube decides; one that is only an aggregation does not count; of an analysis
 * that never ended what was before it counts. */
static void
the_slowest_cube_decides(void)
{
    struct world w;

    begin(&w);
    for (int i = 0; i < 3; i++)
        w.cubes[i] = w.x.definition.cubes[0];
    w.cubes[1].name = "Slow";
    w.cubes[2].name = "Aggregation";
    w.cubes[2].create_olap_cube = false;
    w.x.definition.cubes = w.cubes;
    w.x.definition.cube_count = 3;
    analyse(&w, "OrderCube", "1", "10", "'2026-01-01 00:00:00'");
    CU_ASSERT(test_contains(look(&w, "2026-09-01T00:00:00Z")->why,
        "cube 'Slow' has analysed up to record 0, the partition ends at 10"));
    analyse(&w, "Slow", "10", "12", "NULL");
    CU_ASSERT(test_contains(look(&w, "2026-09-01T00:00:00Z")->why,
        "cube 'Slow' has analysed up to record 9, the partition ends at 10"));
    w.x.definition.cube_count = 1;
    CU_ASSERT_TRUE(look(&w, "2026-09-01T00:00:00Z")->is_due);
    w.x.definition.cube_count = 0;
    CU_ASSERT_FALSE(test_contains(look(&w, "2026-09-01T00:00:00Z")->why, "analysed"));
    CU_ASSERT_TRUE(w.list.items[0].is_due);
    end(&w);
}

const struct test suite_etl_maintenance_due[] = {
    {"each rule tells what it compared", each_rule_tells_what_it_compared},
    {"what is marked is finished", what_is_marked_is_finished},
    {"a purge is called one", a_purge_is_called_one},
    {"what was kept says why behind the rule", what_was_kept_says_why_behind_the_rule},
    {"the slowest cube decides", the_slowest_cube_decides},
    {0},
};
