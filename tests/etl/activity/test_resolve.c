#include "etl/activity/resolve.h"

#include "config/base/moment.h"
#include "tests/etl/fixture.h"

#define EVENT(op, id, more) "{\"op\":\"" op "\",\"id\":\"" id "\"" more "}\n"

/* o1 is done and late again, o2 waits for two tokens, o3 was never begun. */
static const char waiting[] = EVENT("begin", "o1", "") EVENT("end", "o1", "")
    EVENT("update", "o1", ",\"data\":{\"City\":\"Late\"}") EVENT("begin", "o2", "") EVENT(
        "continue", "o2", ",\"token\":\"t1\"") EVENT("continue", "o2", ",\"token\":\"t2\"")
        EVENT("reference", "o2", ",\"reference\":{\"name\":\"r\",\"type\":\"t\",\"data\":\"d\"}")
            EVENT("update", "o3", ",\"data\":{\"City\":\"Ulm\"}");

static void
begin(struct fixture *x)
{
    struct import_result r;

    fixture_begin(x);
    ASSERT_OK(fixture_import(x, waiting, &r), &x->f);
}

static int
resolve(struct fixture *x, const struct resolve_options *o, struct resolve_result *r)
{
    return resolve_run(x->primary, definition_find_activity(&x->definition, "Order"), o, r, &x->f);
}

static int64_t
count(struct fixture *x, const char *table)
{
    char sql[128];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    return fixture_count(x, x->primary, sql);
}

static void
completing_closes_tokens_and_moves_relationships(void)
{
    const struct resolve_options o = {.filter = {.id = "o2"}};
    struct resolve_result r;
    struct fixture x;

    begin(&x);
    ASSERT_OK(resolve(&x, &o, &r), &x.f);
    CU_ASSERT_EQUAL(r.completed, 1);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Continuations"), 0);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_ActiveRelationships"), 0);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_CompletedRelationships"), 1);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Completed WHERE ActivityID = 'o2'"), 1);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Active"), 2);
    fixture_end(&x);
}

static void
completing_all_leaves_late_ones_alone(void)
{
    const struct resolve_options o = {.remove = false};
    struct resolve_result r;
    struct fixture x;

    begin(&x);
    ASSERT_OK(resolve(&x, &o, &r), &x.f);
    CU_ASSERT_EQUAL(r.completed, 2);
    CU_ASSERT_EQUAL(r.late, 1);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Active WHERE ActivityID = 'o1'"), 1);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Active"), 1);
    fixture_end(&x);
}

static void
a_late_one_by_its_id_is_refused(void)
{
    const struct resolve_options o = {.filter = {.id = "o1"}};
    struct resolve_result r;
    struct fixture x;

    begin(&x);
    ASSERT_FAULT(resolve(&x, &o, &r), &x.f, FAULT_DATA, "completed already");
    fixture_end(&x);
}

/* In a database from before there was the table of their IDs. */
static void
late_ones_are_known_by_the_partitions_too(void)
{
    const struct resolve_options o = {.filter = {.id = "o1"}};
    struct resolve_result r;
    struct fixture x;

    begin(&x);
    ASSERT_OK(fixture_run(&x, x.primary, "DROP TABLE bam_Order_OnlineIDs"), &x.f);
    ASSERT_FAULT(resolve(&x, &o, &r), &x.f, FAULT_DATA, "completed already");
    fixture_end(&x);
}

static void
removing_takes_rows_relationships_and_tokens(void)
{
    const struct resolve_options o = {.remove = true};
    struct resolve_result r;
    struct fixture x;

    begin(&x);
    ASSERT_OK(resolve(&x, &o, &r), &x.f);
    CU_ASSERT_EQUAL(r.removed, 3);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Active"), 0);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_ActiveRelationships"), 0);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Continuations"), 0);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Completed"), 1);
    fixture_end(&x);
}

static void
removed_rows_are_kept_under_an_extension(void)
{
    const struct resolve_options first = {.filter = {.id = "o2"}, .remove = true, .move_to = "Old"};
    const struct resolve_options rest = {.remove = true, .move_to = "Old"};
    struct resolve_result r;
    struct fixture x;

    begin(&x);
    ASSERT_OK(resolve(&x, &first, &r), &x.f);
    ASSERT_OK(resolve(&x, &rest, &r), &x.f);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Active"), 0);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Active_Old"), 3);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Active_Old WHERE City = 'Ulm'"), 1);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_ActiveRelationships_Old"), 1);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Continuations_Old"), 2);
    fixture_end(&x);
}

static void
an_extension_must_be_a_plain_name_and_fit(void)
{
    static const char *const wrong[] = {"", "a b", "x\"y", "ABCDEFGHIJKLMNOPQRSTU"};
    const struct resolve_options taken = {.remove = true, .move_to = "Taken"};
    struct resolve_result r;
    struct fixture x;

    begin(&x);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct resolve_options o = {.remove = true, .move_to = wrong[i]};

        ASSERT_FAULT(resolve(&x, &o, &r), &x.f, FAULT_DATA, "extension");
    }
    ASSERT_OK(fixture_run(&x, x.primary, "CREATE TABLE bam_Order_Active_Taken(a INT)"), &x.f);
    ASSERT_FAULT(resolve(&x, &taken, &r), &x.f, FAULT_DATA, "other columns");
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Active"), 3);
    fixture_end(&x);
}

static void
age_is_that_of_the_last_change(void)
{
    const struct resolve_options before = {
        .filter = {.by_age = true, .modified_before = INT64_C(946684800000000)}, .remove = true};
    const struct resolve_options after = {
        .filter = {.by_age = true, .modified_before = MOMENT_MAX}, .remove = true};
    struct resolve_result r;
    struct fixture x;

    begin(&x);
    ASSERT_OK(resolve(&x, &before, &r), &x.f);
    CU_ASSERT_EQUAL(r.removed, 0);
    ASSERT_OK(resolve(&x, &after, &r), &x.f);
    CU_ASSERT_EQUAL(r.removed, 3);
    fixture_end(&x);
}

static void
an_unknown_id_is_told(void)
{
    const struct resolve_options o = {.filter = {.id = "nobody"}, .remove = true};
    struct resolve_result r;
    struct fixture x;

    begin(&x);
    ASSERT_FAULT(resolve(&x, &o, &r), &x.f, FAULT_DATA, "'nobody'");
    fixture_end(&x);
}

/* More than a batch holds. */
static void
many_are_resolved_batch_by_batch(void)
{
    const struct resolve_options o = {.remove = false};
    struct import_result imported;
    struct resolve_result r;
    struct text events = TEXT_INIT;
    struct fixture x;

    for (int i = 0; i < 9000; i++)
        text_add_format(&events, "{\"op\":\"begin\",\"id\":\"n%d\"}\n", i);
    fixture_begin(&x);
    ASSERT_OK(fixture_import(&x, text_get(&events), &imported), &x.f);
    ASSERT_OK(resolve(&x, &o, &r), &x.f);
    CU_ASSERT_EQUAL(r.completed, 9000);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Active"), 0);
    CU_ASSERT_EQUAL(count(&x, "bam_Order_Completed"), 9000);
    text_release(&events);
    fixture_end(&x);
}

const struct test suite_etl_activity_resolve[] = {
    {"completing closes tokens and moves relationships",
        completing_closes_tokens_and_moves_relationships},
    {"completing all leaves late ones alone", completing_all_leaves_late_ones_alone},
    {"a late one by its ID is refused", a_late_one_by_its_id_is_refused},
    {"late ones are known by the partitions too", late_ones_are_known_by_the_partitions_too},
    {"removing takes rows, relationships and tokens", removing_takes_rows_relationships_and_tokens},
    {"removed rows are kept under an extension", removed_rows_are_kept_under_an_extension},
    {"an extension must be a plain name and fit", an_extension_must_be_a_plain_name_and_fit},
    {"age is that of the last change", age_is_that_of_the_last_change},
    {"an unknown ID is told", an_unknown_id_is_told},
    {"many are resolved batch by batch", many_are_resolved_batch_by_batch},
    {NULL, on_each_engine},
};
